import { Session } from "@ftrack/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  startFtrackSandbox,
  type FtrackSandbox,
} from "../../../../sandbox/ftrack/index.ts";
import {
  openSession,
  post,
  type Loose,
} from "../../../support/official-client.ts";

let sandbox: FtrackSandbox;

beforeAll(async () => {
  sandbox = await startFtrackSandbox();
});
afterAll(() => sandbox.stop());

async function refusal(session: Session): Promise<Loose> {
  return session.initializing.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("starting a session", () => {
  it("FP-1 takes one request of two operations", async () => {
    await sandbox.control.resetRequests();
    const session = await openSession(sandbox);
    expect(session.serverVersion).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
    const { requests, counts } = await sandbox.control.requests();
    expect(requests).toBe(1);
    expect(counts).toEqual({ query_server_information: 1, query_schemas: 1 });
  });

  it("FP-4 with a wrong key is refused as invalid credentials", async () => {
    const session = new Session(sandbox.url, sandbox.apiUser, "wrong");
    const error = await refusal(session);
    expect(error.name).toBe("ServerError");
    expect(error.errorCode).toBe("api_credentials_invalid");
  });

  it.each(["nobody@studio.test", "", "__proto__"])(
    "FP-4 as unknown user %j is refused the same way",
    async (username) => {
      const { body } = await post(sandbox, [], { "ftrack-user": username });
      expect(body).toMatchObject({
        exception: "InvalidCredentialsError",
        error_code: "api_credentials_invalid",
      });
    },
  );

  it("FP-5 strict clients get a status, others always 200", async () => {
    const wrong = { "ftrack-api-key": "wrong" };
    const plain = await post(sandbox, [], wrong);
    const strict = await post(sandbox, [], {
      ...wrong,
      "ftrack-strict-api": "true",
    });
    expect(plain.status).toBe(200);
    expect(strict.status).toBe(401);
    expect(strict.body).toEqual(plain.body);
    const error = await refusal(
      new Session(sandbox.url, sandbox.apiUser, "wrong", { strictApi: true }),
    );
    expect(error.errorCode).toBe("api_credentials_invalid");
  });

  it("gives the hash that the Python client computes, and another after a new object type", async () => {
    const info = async (): Promise<Loose> =>
      (await post(sandbox, [{ action: "query_server_information" }])).body[0];
    const before = await info();
    await post(sandbox, [
      {
        action: "create",
        entity_type: "ObjectType",
        entity_data: { name: "Set Piece" },
      },
    ]);
    const after = await info();
    expect(before.schema_hash).toMatch(/^[0-9a-f]{32}$/);
    expect(after.schema_hash).not.toBe(before.schema_hash);
    const session = await openSession(sandbox);
    expect(session.getSchema("SetPiece")?.alias_for).toMatchObject({
      id: "Task",
    });
  });

  it("gives only the values asked for", async () => {
    const session = await openSession(sandbox, {
      serverInformationValues: ["version"],
    });
    expect(Object.keys(session.serverInformation ?? {}).sort()).toEqual([
      "is_timezone_support_enabled",
      "version",
    ]);
  });

  it("refuses an action it does not know, in the words clients look for", async () => {
    const { body } = await post(sandbox, [{ action: "encode_media" }]);
    expect(body.content).toBe("Invalid action u'encode_media'");
  });
});
