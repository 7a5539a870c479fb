/** Text without secrets. */
export type Scrub = (text: string) => string;

const HIDDEN = "***";

/** Values of parameters and headers that are secret whatever they hold: our key in URLs, signatures of upload addresses. */
const SECRET_PARAMETER =
  /((?:api_?key|ftrack-api-key|x-api-key|password|secret|signature|x-[a-z]+-signature|x-[a-z]+-credential|awsaccesskeyid|googleaccessid)["']?\s*[=:]\s*["']?)[^&\s"',;)}\]]+/gi;

/**
 * Makes a function that takes secrets out of text: the given ones, plain and as they look inside a URL, and
 * everything that stands where a secret is expected.
 */
export function scrubber(secrets: Iterable<string>): Scrub {
  const forms = new Set<string>();
  for (const secret of secrets) {
    // A very short "secret" would blacken ordinary words.
    if (secret.length < 4) continue;
    forms.add(secret);
    forms.add(encodeURIComponent(secret));
    forms.add(new URLSearchParams({ s: secret }).toString().slice(2));
  }
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  return (text) => {
    let clean = text;
    for (const form of longestFirst) clean = clean.replaceAll(form, HIDDEN);
    return clean.replace(SECRET_PARAMETER, `$1${HIDDEN}`);
  };
}
