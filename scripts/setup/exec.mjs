import { execFile, spawn } from "node:child_process";

/** Runs a program and gives its output; null when it is missing or fails. */
export function output(program, args, options = {}) {
  return new Promise((resolve) => {
    execFile(
      program,
      args,
      { timeout: 20_000, maxBuffer: 64 * 1024 * 1024, ...options },
      (error, stdout) => resolve(error ? null : stdout),
    );
  });
}

/** Runs a program whose output the person shall see. Gives its exit code; 127 when it is missing. */
export function show(program, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      stdio: ["ignore", 2, 2],
      ...options,
    });
    child.once("error", () => resolve(127));
    child.once("exit", (code) => resolve(code ?? 1));
  });
}
