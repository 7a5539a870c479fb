import { Event, type Session } from "@ftrack/api";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { startFtrackSandbox } from "../../../../sandbox/ftrack/index.ts";
import {
  collect,
  connectHub,
  openSession,
  type Loose,
} from "../../../support/official-client.ts";
import { until } from "../../../support/until.ts";

beforeEach(() => {
  // The client dumps whole sockets, key and all, when a connection fails.
  vi.spyOn(console, "error").mockImplementation(() => undefined);
});

describe("FP-38 hubs in trouble", () => {
  it.concurrent(
    "without heartbeats the client gives up within 16 s and comes back",
    async () => {
      const own = await startFtrackSandbox();
      const session = await openSession(own);
      await connectHub(session);
      const first = socketOf(session);
      await own.control.faults({ heartbeats: false });
      await until("gave up", () => !session.eventHub.isConnected(), 20_000);
      await until(
        "came back",
        () => session.eventHub.isConnected() && socketOf(session) !== first,
      );
      session.eventHub.disconnect();
      await own.stop();
    },
  );

  it.concurrent(
    "a half-open line swallows what is published; a loopback tells",
    async () => {
      const own = await startFtrackSandbox();
      const session = await openSession(own);
      await connectHub(session);
      const pongs = await collect(own, session, "loopback");
      await session.eventHub.publish(new Event("loopback", { n: 1 }));
      await until("first pong", () => pongs.length === 1);
      expect(await own.control.dropSockets({ how: "freeze" })).toBe(1);
      await session.eventHub.publish(new Event("loopback", { n: 2 }));
      await own.control.inject({ topic: "loopback", data: { n: 3 } });
      expect(session.eventHub.isConnected()).toBe(true);
      expect((await own.control.connections())[0]).toMatchObject({
        frozen: true,
      });
      await until(
        "heartbeat missed",
        () => !session.eventHub.isConnected(),
        20_000,
      );
      expect(pongs).toHaveLength(1);
      session.eventHub.disconnect();
      await own.stop();
    },
  );

  it.concurrent(
    "a slow upgrade that fails wedges the client; the known remedy frees it",
    async () => {
      const own = await startFtrackSandbox();
      const session = await openSession(own);
      await connectHub(session);
      await own.control.faults({ upgrade: { delayMs: 3_200, reject: true } });
      await own.control.dropSockets({ how: "cut" });
      await until("gave up", () => !session.eventHub.isConnected());
      // The attempt outlasts the client's patience and fails: no further one is planned.
      await new Promise((resolve) => setTimeout(resolve, 5_500));
      await own.control.clearFaults();
      const io = (session.eventHub as Loose)._socketIo;
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      expect(session.eventHub.isConnected()).toBe(false);
      clearTimeout(io.reconnectTimeout);
      io.reconnectTimeout = undefined;
      io.reconnecting = false;
      io.reconnect();
      await until("freed", () => session.eventHub.isConnected(), 5_000);
      session.eventHub.disconnect();
      await own.stop();
    },
  );
});

function socketOf(session: Session): unknown {
  return (session.eventHub as Loose)._socketIo.socket.transport.websocket;
}
