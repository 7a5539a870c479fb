import { crc32, deflateSync } from "node:zlib";

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** Media type of a picture by its first bytes; null for anything but PNG and JPEG. */
export function imageType(bytes: Buffer): "image/png" | "image/jpeg" | null {
  if (bytes.subarray(0, PNG.length).equals(PNG)) return "image/png";
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff
    ? "image/jpeg"
    : null;
}

/** What is shown where there is no picture: one transparent pixel. */
export const PLACEHOLDER = transparentPixel();

function transparentPixel(): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(1, 0);
  header.writeUInt32BE(1, 4);
  header[8] = 8; // bits per channel
  header[9] = 6; // RGBA
  const pixels = deflateSync(Buffer.alloc(5));
  return Buffer.concat([
    PNG,
    chunk("IHDR", header),
    chunk("IDAT", pixels),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "ascii"), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  body.copy(framed, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
