import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import * as z from "zod/mini";
import type { Program } from "./installer.ts";

const PackageJson = z.object({
  bin: z.optional(z.union([z.string(), z.record(z.string(), z.string())])),
});

/**
 * The program of an installed package, by absolute path: the one called `wanted`, else the one called as the
 * package, else its only one. JavaScript runs on the Node this process runs on.
 *
 * @returns a sentence that says what is wrong when there is no such program
 */
export const packageProgram = (found: {
  readonly directory: string;
  readonly name: string;
  readonly wanted: string | undefined;
}): Program | string => {
  const { bin } = PackageJson.parse(JSON.parse(readFileSync(join(found.directory, "package.json"), "utf8")));
  const ownName = found.name.slice(found.name.lastIndexOf("/") + 1);
  const programs = typeof bin === "string" ? { [ownName]: bin } : (bin ?? {});
  const names = Object.keys(programs);
  const only = names.length === 1 ? names[0] : undefined;
  const name = found.wanted ?? (names.includes(ownName) ? ownName : only);
  const path = name === undefined ? undefined : programs[name];
  if (path === undefined) {
    const has = names.length === 0 ? "no program" : `the programs ${names.join(", ")}`;
    return `It has ${has}, and none is called "${found.wanted ?? ownName}".`;
  }
  const file = resolve(found.directory, path);
  if (relative(found.directory, file).startsWith(".."))
    return `Its program "${name}" is outside the package.`;
  return isJavaScript(file) ? { command: process.execPath, args: [file] } : { command: file, args: [] };
};

const isJavaScript = (file: string): boolean =>
  /\.[cm]?js$/.test(file) || /^#!.*\bnode\b/.test(firstLine(file));

const firstLine = (file: string): string => {
  const descriptor = openSync(file, "r");
  try {
    const start = Buffer.alloc(256);
    const length = readSync(descriptor, start, 0, start.length, 0);
    return start.toString("latin1", 0, length).split("\n", 1)[0] ?? "";
  } finally {
    closeSync(descriptor);
  }
};
