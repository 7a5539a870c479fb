import type { State } from "../state.ts";
import type { Value } from "../store/row.ts";
import type { RawObject } from "../store/values.ts";
import {
  completeMultipartUpload,
  generateSignedUrl,
  getUploadMetadata,
} from "../files/actions.ts";
import { serverInformation } from "./information.ts";
import { delayedJob, resetRemote, search } from "./more.ts";
import {
  create,
  query,
  remove,
  update,
  type OperationContext,
} from "./operations.ts";

export type Handler = (
  operation: RawObject,
  context: OperationContext & { readonly state: State },
) => Value;

/** The actions this server knows. */
export const handlers: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ["query", query],
  ["create", create],
  ["update", update],
  ["delete", remove],
  ["search", search],
  ["reset_remote", resetRemote],
  ["delayed_job", delayedJob],
  ["get_upload_metadata", getUploadMetadata],
  ["complete_multipart_upload", completeMultipartUpload],
  ["generate_signed_url", generateSignedUrl],
  ["query_schemas", (_operation, { state }) => state.wire.schemas],
  [
    "query_server_information",
    (operation, { state, request }) =>
      serverInformation(operation, state, request),
  ],
]);
