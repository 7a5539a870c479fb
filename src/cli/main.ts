#!/usr/bin/env node
import { loadEnv } from "../settings/env.ts";
import { runCli } from "./run.ts";

const interrupted = new AbortController();
process.once("SIGINT", () => {
  interrupted.abort();
});

process.exitCode = await runCli(process.argv.slice(2), {
  env: () => loadEnv("cli"),
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  progress: process.stderr.isTTY ? process.stderr : null,
  width: process.stdout.isTTY ? process.stdout.columns : 200,
  hasColor: process.stdout.isTTY && process.stdout.hasColors(),
  signal: interrupted.signal,
});
