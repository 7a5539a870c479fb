/** Text without secrets. */
export type Scrub = (text: string) => string;

const HIDDEN = "***";

/**
 * Values of parameters, fields and headers that are secret whatever they hold: our key in URLs, signatures of
 * upload addresses. Quotes may be escaped, where JSON lies in a string.
 */
const SECRET_PARAMETER =
  /((?:api_?key|ftrack-api-key|x-api-key|password|secret|signature|x-[a-z]+-signature|x-[a-z]+-credential|awsaccesskeyid|googleaccessid|cookie)\\*["']?\s*[=:]\s*\\*["']?)[^&\s"'\\,;)}\]]+/gi;

/** `Authorization: Bearer …`, also where it stands alone. */
const CREDENTIALS = /\b((?:Bearer|Basic)\s+)[A-Za-z0-9._~+/=-]{4,}/gi;

/** `redis://user:password@host`, and the like. */
const USER_INFO = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@"'<>]*@/gi;

/**
 * Makes a function that takes secrets out of text: the given ones, plain and as they look inside a URL or a
 * JSON text, and everything that stands where a secret is expected.
 */
export function scrubber(secrets: Iterable<string>): Scrub {
  const forms = new Set<string>();
  for (const secret of secrets) {
    // A very short "secret" would blacken ordinary words.
    if (secret.length < 4) continue;
    forms.add(secret);
    const inJson = JSON.stringify(secret).slice(1, -1);
    forms.add(inJson);
    forms.add(JSON.stringify(inJson).slice(1, -1));
    forms.add(encodeURIComponent(secret));
    forms.add(new URLSearchParams({ s: secret }).toString().slice(2));
  }
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  return (text) => {
    let clean = text;
    for (const form of longestFirst) clean = clean.replaceAll(form, HIDDEN);
    return clean
      .replace(SECRET_PARAMETER, `$1${HIDDEN}`)
      .replace(CREDENTIALS, `$1${HIDDEN}`)
      .replace(USER_INFO, `$1${HIDDEN}@`);
  };
}
