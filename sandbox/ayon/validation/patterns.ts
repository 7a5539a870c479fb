const raw = String.raw;

/** The server's own patterns, letter by letter: they appear in its error texts. */
export const NAME = new RegExp(
  raw`^[a-zA-Z0-9_]([a-zA-Z0-9_\.\-]*[a-zA-Z0-9_])?$`,
);
export const USER_NAME = new RegExp(
  raw`^[a-zA-Z0-9][a-zA-Z0-9_\.\-]*[a-zA-Z0-9]$`,
);
export const LABEL = /^[^';]*$/;
/** The range 0-f holds more than hex digits; the server writes it so for ids in bodies. */
export const BODY_ID = /^[0-f]{32}$/;
export const PATH_ID = /^[0-9a-f]{32}$/;
export const PROJECT_NAME = /^[a-zA-Z0-9_]*$/;
export const PROJECT_CODE = /^[a-zA-Z0-9_][a-zA-Z0-9_]*[a-zA-Z0-9_]$/;
export const ATTRIBUTE_NAME = /^[a-zA-Z0-9]{2,64}$/;
export const TOPIC = new RegExp(raw`^[a-zA-Z][a-zA-Z0-9_\.\*]{2,64}$`);
export const COLOR = /^#(?:[0-9a-fA-F]{3}){1,2}$/;
/** Status and type names in GraphQL filters; entities may carry other names all the same. */
export const TYPE_NAME = new RegExp(
  raw`^[a-zA-Z0-9_][a-zA-Z0-9_ \-]{1,64}[a-zA-Z0-9_]$`,
);
