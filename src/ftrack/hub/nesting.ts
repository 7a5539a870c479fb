const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * How deep arrays and objects lie in one another in a JSON text; read without parsing it. What is nested
 * without end is cheap to send and ends every program that walks it by recursion, JSON.stringify included.
 */
export function nestingOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  let isText = false;
  for (let i = 0; i < json.length; i += 1) {
    const code = json.charCodeAt(i);
    if (isText) {
      if (code === BACKSLASH) i += 1;
      else if (code === QUOTE) isText = false;
    } else if (code === QUOTE) {
      isText = true;
    } else if (code === 0x5b || code === 0x7b) {
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (code === 0x5d || code === 0x7d) {
      depth -= 1;
    }
  }
  return deepest;
}
