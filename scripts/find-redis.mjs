import { execFileSync } from "node:child_process";
let bin = null;
try {
  bin = execFileSync("which", ["redis-server"], { encoding: "utf8" }).trim();
} catch {}
console.log(JSON.stringify({ bin }));
