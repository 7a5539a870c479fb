import { envelope as envelopeSchema, type Envelope } from "../core/envelope.ts";
import { toError } from "../core/errors.ts";

/** The envelope, or why there is none. */
export function parseEnvelope(payload: string): Envelope | string {
  let json: unknown;
  try {
    json = JSON.parse(payload);
  } catch (thrown) {
    return toError(thrown).message;
  }
  const parsed = envelopeSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  return parsed.error.issues
    .map((issue) => `${issue.path.join(".")}: ${issue.message}`)
    .join("; ");
}
