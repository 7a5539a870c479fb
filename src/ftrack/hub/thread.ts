import { Worker, type WorkerOptions } from "node:worker_threads";

/**
 * Starts the file next to this one as a thread.
 *
 * Built code runs as it is. Sources (development, tests) need a loader, which Node 20 does not pass on to
 * threads; a line of code sets it up inside.
 */
export function startThread(name: string, options: WorkerOptions): Worker {
  if (!import.meta.url.endsWith(".ts"))
    return new Worker(new URL(`./${name}.js`, import.meta.url), options);
  const { href } = new URL(`./${name}.ts`, import.meta.url);
  const code = `import("tsx/esm/api").then(({ register }) => {
    register();
    return import(${JSON.stringify(href)});
  });`;
  return new Worker(code, { ...options, eval: true });
}
