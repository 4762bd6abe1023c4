import { crc32 } from "node:zlib";

/** One frame of AWS's event stream encoding: https://docs.aws.amazon.com/transcribe/latest/dg/event-stream.html */
export const awsFrame = (headers: Readonly<Record<string, string>>, payload: object): Buffer => {
  const named = Buffer.concat(
    Object.entries(headers).map(([name, value]) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(Buffer.byteLength(value));
      return Buffer.concat([
        Buffer.from([name.length]),
        Buffer.from(name),
        Buffer.from([7]),
        length,
        Buffer.from(value),
      ]);
    }),
  );
  const body = Buffer.from(JSON.stringify(payload));
  const prelude = Buffer.alloc(8);
  prelude.writeUInt32BE(16 + named.length + body.length, 0);
  prelude.writeUInt32BE(named.length, 4);
  const start = Buffer.concat([prelude, checksum(prelude), named, body]);
  return Buffer.concat([start, checksum(start)]);
};

const checksum = (bytes: Buffer): Buffer => {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(bytes));
  return sum;
};

/** As many whole frames as fit into a length. */
export const wholeFrames = (bytes: Buffer, length: number): Buffer => {
  let end = 0;
  while (end + 4 <= length && end + bytes.readUInt32BE(end) <= length) end += bytes.readUInt32BE(end);
  return bytes.subarray(0, end);
};

/** The frames that do not hold a text. */
export const framesWithout = (bytes: Buffer, text: string): Buffer => {
  const kept: Buffer[] = [];
  for (let start = 0; start < bytes.length; start += bytes.readUInt32BE(start)) {
    const frame = bytes.subarray(start, start + bytes.readUInt32BE(start));
    if (!frame.includes(text)) kept.push(frame);
  }
  return Buffer.concat(kept);
};
