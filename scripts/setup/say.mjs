/** A line about what is going on; on stderr, so that stdout stays the task's own. */
export function say(text) {
  process.stderr.write(`» ${text}\n`);
}
