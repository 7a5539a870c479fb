/** Writes numbered records into a spool until it is killed, and says which are safe. */
import { silentLog } from "../../src/core/log.ts";
import { openSpool } from "../../src/queue/spool.ts";

const [dir = "", round = ""] = process.argv.slice(2);
const spool = await openSpool({
  dir,
  maxBytes: 100_000_000,
  segmentBytes: 20_000,
  log: silentLog,
});
for (let n = 1; ; n += 5) {
  const texts = [0, 1, 2, 3, 4].map((i) =>
    JSON.stringify({ n: n + i, round, padding: "x".repeat(100) }),
  );
  await spool.append(texts);
  process.stdout.write(`${n + 4}\n`);
}
