import type { Logger } from "../core/log.ts";

const LONGEST = 4000;

type Write = typeof process.stdout.write;

/**
 * Turns what libraries print into log lines, so that it is scrubbed and has the form of the others. Not by
 * way of `console`: libraries bind its functions while they are loaded. Our own lines go to the file
 * descriptor and are not caught.
 *
 * @returns the function that ends it.
 */
export function captureOutput(log: Logger): () => void {
  const ends = [
    capture(process.stdout, (text) => {
      log.debug({ text }, "a library printed");
    }),
    capture(process.stderr, (text) => {
      log.warn({ text }, "a library printed a complaint");
    }),
  ];
  return () => {
    for (const end of ends) end();
  };
}

function capture(
  stream: NodeJS.WriteStream,
  onText: (text: string) => void,
): () => void {
  const original = stream.write.bind(stream);
  const replacement: Write = (
    chunk: Uint8Array | string,
    encoding?: BufferEncoding | ((error?: Error | null) => void),
    done?: (error?: Error | null) => void,
  ) => {
    const text =
      typeof chunk === "string" ? chunk : Buffer.from(chunk).toString("utf8");
    if (text.trim() !== "") onText(text.trim().slice(0, LONGEST));
    const callback = typeof encoding === "function" ? encoding : done;
    if (callback !== undefined) process.nextTick(callback);
    return true;
  };
  stream.write = replacement;
  return () => {
    stream.write = original;
  };
}
