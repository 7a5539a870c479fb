import Fastify from "fastify";
import { authenticateRequests } from "./auth.ts";
import { answerErrors } from "./http-errors.ts";
import type { App } from "./http.ts";
import { graphqlRoute } from "./graphql/route.ts";
import { addonSettingsRoutes } from "./rest/addon-settings.ts";
import { anatomyRoutes } from "./rest/anatomy.ts";
import { attributeRoutes } from "./rest/attributes.ts";
import { enrollRoute } from "./rest/enroll.ts";
import { entityRoutes } from "./rest/entities.ts";
import { eventRoutes } from "./rest/events.ts";
import { folderListRoutes } from "./rest/folders.ts";
import { loginRoutes } from "./rest/login.ts";
import {
  operationsRoutes,
  type OperationCosts,
  type OperationFaults,
} from "./rest/operations.ts";
import { projectRoutes } from "./rest/projects.ts";
import { secretRoutes } from "./rest/secrets.ts";
import { systemRoutes } from "./rest/system.ts";
import { userKeyRoutes } from "./rest/user-keys.ts";
import { userRoutes } from "./rest/users.ts";
import type { Sandbox } from "./sandbox.ts";

/** What the server needs from outside its own logic. */
export interface ServerParts {
  readonly faults: OperationFaults;
  readonly cost: OperationCosts;
  /** Restarts the server, as `/api/system/restart` asks for. */
  readonly restart: () => void;
}

const MAX_BODY_BYTES = 1 << 30;

/** The HTTP side of the sandbox; bodies are kept raw, and read by the endpoint that knows what they should be. */
export function buildServer(sandbox: Sandbox, parts: ServerParts): App {
  const app = Fastify({
    bodyLimit: MAX_BODY_BYTES,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 500 },
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    "*",
    { parseAs: "buffer" },
    (_request, body, done) => {
      done(null, body);
    },
  );
  answerErrors(app);
  authenticateRequests(app, sandbox);
  addRoutes(app, sandbox, parts);
  return app;
}

function addRoutes(
  app: App,
  sandbox: Sandbox,
  { faults, cost, restart }: ServerParts,
): void {
  systemRoutes(app, sandbox, restart);
  loginRoutes(app, sandbox);
  userRoutes(app, sandbox);
  userKeyRoutes(app, sandbox);
  attributeRoutes(app, sandbox);
  secretRoutes(app, sandbox);
  anatomyRoutes(app, sandbox);
  addonSettingsRoutes(app, sandbox);
  projectRoutes(app, sandbox);
  folderListRoutes(app, sandbox);
  entityRoutes(app, sandbox);
  operationsRoutes(app, sandbox, faults, cost);
  eventRoutes(app, sandbox);
  enrollRoute(app, sandbox);
  graphqlRoute(app, sandbox);
}
