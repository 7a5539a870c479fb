import { OUR_IMAGES } from "../../src/ayon/rivals.ts";
import { literal } from "../generate/python.ts";

export interface AddonIdentity {
  /** `ftrack`, unless the studio keeps the existing addon of that name. */
  readonly name: string;
  /** The one of package.json. */
  readonly version: string;
  /** Registry and folder before the names of our images, such as `registry.example.com/pipeline/`; may be empty. */
  readonly imagePrefix: string;
}

export const ADDON_NAME = "ftrack";

/** Understood by every queue of ours, and its image takes flags from the environment, the only thing that AYON's service host can pass on. */
const REDIS_IMAGE = "valkey/valkey:8-alpine";

/** The first server whose helpers the addon's Python finds. */
const SERVER_VERSION = ">=1.8.0";

/** Image of a service. A version may contain a `+`, a tag may not. */
export function image(
  service: string,
  { version, imagePrefix }: AddonIdentity,
): string {
  return `${imagePrefix}${OUR_IMAGES}${service}:${version.replaceAll("+", "-")}`;
}

/**
 * The file by which the server knows the addon. It runs the file, others only read it: nothing but literals.
 */
export function packagePy(identity: AddonIdentity): string {
  const services = {
    leecher: image("leecher", identity),
    processor: image("processor", identity),
    redis: REDIS_IMAGE,
  };
  const title = identity.name === ADDON_NAME ? "ftrack" : "ftrack services";
  return [
    `name = ${literal(identity.name)}`,
    `version = ${literal(identity.version)}`,
    `title = ${literal(title)}`,
    `ayon_server_version = ${literal(SERVER_VERSION)}`,
    "services = {",
    ...Object.entries(services).map(
      ([service, image]) =>
        `    ${literal(service)}: {"image": ${literal(image)}},`,
    ),
    "}",
    "",
  ].join("\n");
}
