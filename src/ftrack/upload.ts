import axios from "axios";
import { createHash, randomUUID } from "node:crypto";
import { z } from "zod";
import type { ServiceError } from "../core/errors.ts";
import {
  ContractError,
  RejectedError,
  toError,
  UnavailableError,
} from "../core/errors.ts";
import { ftrackId, type FtrackId } from "../core/ids.ts";
import type { Logger } from "../core/log.ts";
import { pause } from "./deadline.ts";
import { encodeData } from "./encode.ts";
import { classify, codes } from "./errors.ts";
import type { FtrackSession, Operation } from "./session.ts";

/** The location behind Ftrack's web interface; the same on every server. */
const SERVER_LOCATION = "3a372bde-05bc-11e4-8908-20c9d081909b";
const MEGABYTE = 1024 * 1024;
const PARALLEL_PARTS = 3;
const ATTEMPTS = 4;

export interface Upload {
  /** With its extension: `report.txt`. */
  readonly fileName: string;
  readonly data: Uint8Array;
  readonly signal?: AbortSignal | undefined;
  /** Size of a part; files of more than two parts go up in parts. @defaultValue 8 MiB */
  readonly partBytes?: number;
  /** Called when the file is there, so that a hub can publish `ftrack.location.component-added`. */
  readonly onStored?: (componentId: FtrackId, locationId: string) => void;
}

const single = z.object({
  url: z.string(),
  headers: z.record(z.string(), z.union([z.string(), z.number()])).catch({}),
});
const multi = z.object({
  upload_id: z.string(),
  urls: z.array(
    z.object({ signed_url: z.string(), part_number: z.number().int() }),
  ),
});

/**
 * Puts a file into Ftrack's server location and returns the id of its component. Nothing is left behind when
 * it fails.
 *
 * By hand, because the client's own upload needs a browser: on Node it hangs in its retries for minutes.
 * Source: the client's uploader module; recorded answers of `get_upload_metadata`.
 *
 * @throws UnavailableError, AuthError, RejectedError; ContractError `E_FTRACK_MALFORMED`.
 */
export async function uploadComponent(
  session: FtrackSession,
  log: Logger,
  upload: Upload,
): Promise<FtrackId> {
  const { signal } = upload;
  const id = ftrackId(randomUUID());
  const { name, extension } = splitName(upload.fileName);
  const partBytes = upload.partBytes ?? 8 * MEGABYTE;
  const size = upload.data.byteLength;
  const parts = Math.ceil(size / partBytes);
  const isMulti = parts > 2;
  const [, address] = await write([
    create("FileComponent", { id, name, file_type: extension, size }),
    {
      action: "get_upload_metadata",
      component_id: id,
      file_name: `${name}${extension}`,
      file_size: size,
      ...(isMulti
        ? { parts }
        : {
            parts: null,
            checksum: createHash("md5").update(upload.data).digest("base64"),
          }),
    },
  ]);
  try {
    const finish = isMulti
      ? await putParts(parse(multi, address), partBytes)
      : await putWhole(parse(single, address));
    await write([
      ...finish,
      create("ComponentLocation", {
        id: randomUUID(),
        component_id: id,
        location_id: SERVER_LOCATION,
        resource_identifier: id,
      }),
    ]);
  } catch (error) {
    await write([
      { action: "delete", entity_type: "FileComponent", entity_key: [id] },
    ]).catch((problem: unknown) => {
      log.warn(
        { err: toError(problem), componentId: id },
        "half an upload is left",
      );
    });
    throw error;
  }
  upload.onStored?.(id, SERVER_LOCATION);
  return id;

  function write(
    operations: readonly Operation[],
  ): Promise<readonly unknown[]> {
    return session.call(operations, {
      purpose: "write",
      signal,
      datesAsObjects: true,
    });
  }

  async function putWhole(to: z.infer<typeof single>): Promise<Operation[]> {
    const headers = Object.fromEntries(
      Object.entries(to.headers)
        .filter(([header]) => header.toLowerCase() !== "content-length")
        .map(([header, value]) => [header, String(value)]),
    );
    await put(to.url, upload.data, headers);
    return [];
  }

  async function putParts(
    to: z.infer<typeof multi>,
    bytes: number,
  ): Promise<Operation[]> {
    const open = [...to.urls];
    const done: { part_number: number; e_tag: string }[] = [];
    const work = async (): Promise<void> => {
      for (let part = open.shift(); part !== undefined; part = open.shift()) {
        const from = (part.part_number - 1) * bytes;
        const piece = upload.data.subarray(from, from + bytes);
        const tag = await put(part.signed_url, piece, {});
        done.push({ part_number: part.part_number, e_tag: tag });
      }
    };
    await Promise.all(Array.from({ length: PARALLEL_PARTS }, work));
    done.sort((a, b) => a.part_number - b.part_number);
    return [
      {
        action: "complete_multipart_upload",
        upload_id: to.upload_id,
        component_id: id,
        parts: done,
      },
    ];
  }

  /** Sends bytes to an address the server signed; returns the ETag. The address is a secret. */
  async function put(
    url: string,
    data: Uint8Array,
    headers: Record<string, string>,
  ): Promise<string> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await putOnce(url, data, headers);
      } catch (error) {
        const isFinal =
          attempt >= ATTEMPTS ||
          !(error instanceof UnavailableError) ||
          error.code === codes.aborted;
        if (isFinal) throw error;
        await pause(250 * 2 ** attempt, signal);
      }
    }
  }

  async function putOnce(
    url: string,
    data: Uint8Array,
    headers: Record<string, string>,
  ): Promise<string> {
    const subject = { componentId: id };
    const response = await axios
      .put<string>(
        url,
        Buffer.from(data.buffer, data.byteOffset, data.length),
        {
          headers,
          responseType: "text",
          timeout: 300_000,
          maxBodyLength: Number.POSITIVE_INFINITY,
          maxRedirects: 0,
          validateStatus: () => true,
          ...(signal === undefined ? {} : { signal }),
        },
      )
      .catch((error: unknown): never => {
        throw classify(error, {
          purpose: "transfer",
          scrub: (text) => session.scrub(text).replaceAll(url, "***"),
          signal,
          subject,
        });
      });
    const { status } = response;
    if (status >= 200 && status < 300)
      return String(response.headers["etag"] ?? "").replaceAll('"', "");
    throw refusedUpload(status, subject);
  }
}

function refusedUpload(
  status: number,
  subject: { readonly componentId: string },
): ServiceError {
  const message = `The upload was answered with ${status}`;
  const details = { system: "ftrack", subject } as const;
  return status >= 500 || status === 429 || status === 408
    ? new UnavailableError(message, { ...details, code: codes.unavailable })
    : new RejectedError(message, { ...details, code: codes.refused });
}

function create(
  entityType: string,
  data: Readonly<Record<string, unknown>>,
): Operation {
  const encoded = encodeData(data, {
    entityType,
    timezoneSupport: true,
    isDatetime: () => false,
  });
  return { action: "create", entity_type: entityType, entity_data: encoded };
}

/** @throws ContractError `E_FTRACK_MALFORMED` */
function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new ContractError("Ftrack's answer names no address for the upload", {
    code: codes.malformed,
    system: "ftrack",
  });
}

function splitName(fileName: string): { name: string; extension: string } {
  const dot = fileName.lastIndexOf(".");
  return dot <= 0
    ? { name: fileName, extension: "" }
    : { name: fileName.slice(0, dot), extension: fileName.slice(dot) };
}
