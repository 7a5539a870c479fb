import { ApiError } from "../errors.ts";
import { actorFrom, readBody, type App } from "../http.ts";
import { credentialsOf } from "../auth.ts";
import { asString } from "../json.ts";
import type { Sandbox } from "../sandbox.ts";
import { hashSecret } from "../sessions.ts";
import { userBody } from "../entities/users.ts";

export function loginRoutes(app: App, sandbox: Sandbox): void {
  app.post("/api/auth/login", (request) => {
    const sent = readBody(request, {
      name: "LoginRequestModel",
      fields: [
        { name: "name", kind: "string", required: true },
        { name: "password", kind: "string", required: true },
      ],
    });
    const row = sandbox.db.studio.users.first(
      "name",
      (asString(sent["name"]) ?? "").toLowerCase(),
    );
    const password = hashSecret(asString(sent["password"]) ?? "");
    if (row?.active !== true || row.data["password"] !== password) {
      throw new ApiError(403, "Invalid login/password combination");
    }
    const token = sandbox.sessions.open(row);
    return {
      detail: `Logged in as ${row.id}`,
      error: null,
      token,
      user: userBody(row),
    };
  });

  app.post("/api/auth/logout", (request) => {
    actorFrom(request);
    const { accessToken } = credentialsOf(request);
    if (accessToken !== null) sandbox.sessions.close(accessToken);
    return { detail: "Logged out" };
  });
}
