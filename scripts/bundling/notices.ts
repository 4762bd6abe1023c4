import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { OutputChunk } from "rolldown";

type Package = {
  /** Name, version and the licence it declares. */
  readonly title: string;
  /** Its licence and notice files. */
  readonly text: string;
};

/** Their own runtime code is in every bundle they make. */
const bundlers = ["rolldown", "@vercel/ncc"];

/**
 * The licences of every package whose code is in the bundle: the notice most of them ask for. Packages with the
 * same text share it. Sorted, so that the same packages give the same bytes.
 */
export const thirdPartyNotices = (root: string, chunks: readonly OutputChunk[]): string => {
  const folders = new Set(bundlers.map((name) => join(root, "node_modules", name)));
  for (const chunk of chunks) {
    for (const [id, module] of Object.entries(chunk.modules)) {
      const folder = module.renderedLength > 0 ? packageFolder(id) : undefined;
      if (folder !== undefined) folders.add(folder);
    }
  }
  const titles = Map.groupBy([...folders].map(readPackage).sort(byTitle), ({ text }) => text);
  return [...titles].map(([text, packages]) => notice(packages, text)).join(`\n${"-".repeat(80)}\n\n`);
};

const byTitle = (a: Package, b: Package): number => compare(a.title, b.title);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const notice = (packages: readonly Package[], text: string): string =>
  `${[...new Set(packages.map(({ title }) => title))].join("\n")}\n${text === "" ? "" : `\n${text}\n`}`;

/** The package a module belongs to: the nearest folder above it, inside `node_modules`, that says its name. */
const packageFolder = (id: string): string | undefined => {
  if (!id.includes("/node_modules/")) return undefined;
  for (let folder = dirname(id); !folder.endsWith("/node_modules"); folder = dirname(folder)) {
    const file = join(folder, "package.json");
    if (existsSync(file) && JSON.parse(readFileSync(file, "utf8")).version !== undefined) return folder;
  }
  return undefined;
};

const readPackage = (folder: string): Package => {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|copying|notice)([.-].*)?$/i.test(file));
  const texts = files.sort(compare).map((file) => normalise(readFileSync(join(folder, file), "utf8")));
  return { title: `${name}@${version} (${license ?? "licence not named"})`, text: texts.join("\n\n") };
};

const normalise = (text: string): string =>
  text
    .replaceAll("\r\n", "\n")
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n")
    .trim();
