import type { DestinationStream } from "pino";
import pinoPretty from "pino-pretty";

/** Lines for people: time, level, message, then the fields that are not the same in every line. */
export function pretty(destination: DestinationStream): DestinationStream {
  const format = pinoPretty.prettyFactory({
    colorize: process.stdout.isTTY,
    translateTime: "SYS:HH:MM:ss.l",
    ignore: "pid,hostname,service",
    singleLine: true,
  });
  return {
    write(line) {
      destination.write(format(line));
    },
  };
}
