import { validationError } from "../api/errors.ts";
import { textOf } from "../api/operations.ts";
import type { State } from "../state.ts";
import type { Json } from "../store/row.ts";
import { isArray, isObject, type RawObject } from "../store/values.ts";
import { UploadError } from "./uploads.ts";
import { mediaType } from "./media.ts";

interface Context {
  readonly state: State;
}

/** Where to put a file: one address, or one for each of `parts`. */
export function getUploadMetadata(
  operation: RawObject,
  { state }: Context,
): Json {
  const component = textOf(operation, "component_id");
  const { checksum, parts, file_name: name, file_size: size } = operation;
  const { origin } = state.store.surroundings;
  if (typeof parts === "number" && parts > 1) {
    const upload = state.uploads.open(component);
    return {
      component_id: component,
      upload_id: upload,
      urls: Array.from({ length: parts }, (_, i) => ({
        part_number: i + 1,
        signed_url: `${origin}/upload/${upload}/${String(i + 1)}`,
      })),
    };
  }
  const md5 = typeof checksum === "string" ? checksum : undefined;
  return {
    url: `${origin}/upload/${state.uploads.open(component, md5)}`,
    headers: {
      "Content-Type": mediaType(typeof name === "string" ? name : ""),
      ...(typeof size === "number" ? { "Content-Length": String(size) } : {}),
      ...(md5 === undefined ? {} : { "Content-MD5": md5 }),
    },
    component_id: component,
  };
}

export function completeMultipartUpload(
  operation: RawObject,
  { state }: Context,
): Json {
  const { parts } = operation;
  if (!isArray(parts)) throw validationError("The operation needs parts.");
  const named = parts.map((part) => {
    if (
      !isObject(part) ||
      typeof part["part_number"] !== "number" ||
      typeof part["e_tag"] !== "string"
    )
      throw validationError("A part needs part_number and e_tag.");
    return { number: part["part_number"], tag: part["e_tag"] };
  });
  try {
    const component = state.uploads.complete(
      textOf(operation, "upload_id"),
      named,
    );
    return {
      action: "complete_multipart_upload",
      component_id: component,
      url: signedUrl(component, state),
    };
  } catch (error) {
    if (error instanceof UploadError) throw validationError(error.message);
    throw error;
  }
}

export function generateSignedUrl(
  operation: RawObject,
  { state }: Context,
): Json {
  const component = textOf(operation, "component_id");
  return {
    component_id: component,
    signed_url: signedUrl(component, state),
  };
}

function signedUrl(component: string, state: State): string {
  const query = new URLSearchParams({
    id: component,
    signature: state.uploads.sign(component),
  });
  return `${state.store.surroundings.origin}/component/get?${query.toString()}`;
}
