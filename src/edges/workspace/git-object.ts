import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync } from "node:zlib";

/** The id that git gives these bytes. */
export const objectId = (type: "blob" | "tree" | "commit", data: Uint8Array): string =>
  createHash("sha1").update(objectHeader(type, data.byteLength)).update(data).digest("hex");

export const objectHeader = (type: string, size: number): string => `${type} ${size}\0`;

/** Keeps a blob as git keeps one. @param objects a folder of objects */
export const writeBlob = (objects: string, data: Uint8Array): string => {
  const id = objectId("blob", data);
  const folder = join(objects, id.slice(0, 2));
  mkdirSync(folder, { recursive: true });
  const whole = Buffer.concat([Buffer.from(objectHeader("blob", data.byteLength)), data]);
  writeFileSync(join(folder, id.slice(2)), deflateSync(whole));
  return id;
};
