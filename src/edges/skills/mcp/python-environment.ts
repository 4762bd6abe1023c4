import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { InstallRequest, Program } from "./installer.ts";

/** A package's name as PEP 503 compares it, without extras. */
export const normalName = (name: string): string =>
  name
    .replace(/\[.*$/, "")
    .replaceAll(/[-_.]+/g, "-")
    .toLowerCase();

/** A file among what the installed package says of itself; empty when it is not there. */
const metadata = (directory: string, name: string, file: string): string => {
  const found = globSync("venv/lib/python*/site-packages/*.dist-info", { cwd: directory }).find(
    (path) => normalName(basename(path).replace(/-[^-]*\.dist-info$/, "")) === normalName(name),
  );
  const path = join(directory, found ?? "", file);
  return found !== undefined && existsSync(path) ? readFileSync(path, "utf8") : "";
};

/** Which kinds of machine the installed wheel says it is for, such as `py3-none-any`. */
export const installedTags = (directory: string, name: string): ReadonlySet<string> =>
  new Set([...metadata(directory, name, "WHEEL").matchAll(/^Tag:\s*(\S+)/gm)].map(([, tag = ""]) => tag));

/** The same, as a wheel's file name says it: each part may name several, with dots between (PEP 425). */
export const wheelTags = (url: string): readonly string[] => {
  const [python = "", abi = "", platform = ""] = basename(url, ".whl").split("-").slice(-3);
  return python
    .split(".")
    .flatMap((p) => abi.split(".").flatMap((a) => platform.split(".").map((m) => `${p}-${a}-${m}`)));
};

/** The program of an install: the wanted one, else the one called as the package, else its only one. */
export const pythonProgram = (
  { name, bin }: Pick<InstallRequest, "name" | "bin">,
  directory: string,
): Program | string => {
  const python = join(directory, "venv/bin/python");
  if (!existsSync(python)) {
    return `The Python it was installed for is gone. Delete the directory ${directory} and run again.`;
  }
  const programs = consoleScripts(metadata(directory, name, "entry_points.txt"));
  const own = programs.find((program) => normalName(program) === normalName(name));
  const program = bin ?? own ?? (programs.length === 1 ? programs[0] : undefined);
  const file = join(directory, "venv/bin", program ?? "");
  // A program asked for by name may be one of a package it depends on, as with `uvx --from`.
  if (program === undefined || program.includes("/") || !existsSync(file)) {
    const has = programs.length === 0 ? "no program" : `the programs ${programs.join(", ")}`;
    return `It has ${has}, and none is called "${bin ?? normalName(name)}".`;
  }
  const isScript = readFileSync(file).subarray(0, 2).toString("latin1") === "#!";
  return isScript ? { command: python, args: [file] } : { command: file, args: [] };
};

const consoleScripts = (text: string): readonly string[] => {
  const section = /^\[console_scripts\]\s*$([\s\S]*?)(?=^\[|$(?![\s\S]))/m.exec(text)?.[1] ?? "";
  return [...section.matchAll(/^\s*([^=\s][^=]*?)\s*=/gm)].map(([, name = ""]) => name);
};
