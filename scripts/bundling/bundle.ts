import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import ncc from "@vercel/ncc";
import { type OutputChunk, rolldown } from "rolldown";
import { minifySync } from "rolldown/utils";
import { thirdPartyNotices } from "./notices.ts";
import { withoutNodeFetch } from "./without-node-fetch.ts";

export type BundleOptions = {
  /** The repository: the working directory of the build, since webpack numbers modules by their path from it. */
  readonly root: string;
  /** JavaScript of the entry, below `root`. */
  readonly entry: string;
  /** JavaScript of programs that run by themselves, with Node's own modules alone: each becomes one file. */
  readonly programs: readonly string[];
  /** Emptied and written. Nothing in the output depends on where it is. */
  readonly out: string;
};

/**
 * Bundles the entry into `out/index.js` and one file for every lazily loaded part.
 *
 * Two tools, because each does what the other cannot: rolldown drops unused code and keeps every `import()` a
 * chunk of its own; ncc packages that for an action, assets included. The result is the same bytes on every machine.
 */
export const bundle = async ({ root, entry, programs, out }: BundleOptions): Promise<readonly string[]> => {
  const chunks = await shake(root, entry);
  const files = await pack(stage(root, chunks));
  for (const program of programs) {
    const code = readFileSync(join(root, program), "utf8");
    if (/from "(?!node:)/.test(code)) throw new Error(`${program} imports what is not Node's own`);
    files.set(basename(program), minify(basename(program), code));
  }
  files.set("licenses.txt", thirdPartyNotices(root, chunks));
  files.set("post.js", postEntry);
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  for (const [name, source] of files) writeFileSync(join(out, name), source);
  chmodSync(join(out, entryName), 0o755);
  return [...files.keys()].sort();
};

const entryName = "index.js";

/**
 * The action's `post`: the same program, told which phase it is. The state that `main` leaves cannot tell alone: a main
 * that was killed before it wrote any would have its whole job run in `post`.
 */
const postEntry = `process.env.EXPERT_STACK_PHASE = "post";\nawait import("./${entryName}");\n`;

const shake = async (root: string, entry: string): Promise<readonly OutputChunk[]> => {
  const build = await rolldown({
    cwd: root,
    input: join(root, entry),
    platform: "node",
    resolve: { alias: { undici: join(import.meta.dirname, "undici-stand-in.ts") } },
    plugins: [...withoutNodeFetch(join(root, dirname(entry), "edges", "model", "header-list.js"))],
    onLog: (level, log, report) => report(level === "warn" ? "error" : level, log),
  });
  try {
    const { output } = await build.generate({
      format: "esm",
      minify: true,
      comments: { legal: false },
      entryFileNames: entryName,
      // No content hash: a chunk keeps its number in dist/ when only its bytes change.
      chunkFileNames: "[name].js",
    });
    return output.filter((file) => file.type === "chunk");
  } finally {
    await build.close();
  }
};

/** Writes rolldown's chunks where ncc reads them: always the same path, which ends up in webpack's module numbers. */
const stage = (root: string, chunks: readonly OutputChunk[]): string => {
  const folder = join(root, "build", "chunks");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
  for (const chunk of chunks) writeFileSync(join(folder, chunk.fileName), chunk.code);
  return join(folder, entryName);
};

const pack = async (entry: string): Promise<Map<string, string | Uint8Array>> => {
  const { code, assets } = await ncc(entry, { cache: false, quiet: true, target: "es2022" });
  const files = new Map<string, string | Uint8Array>([
    [entryName, `#!/usr/bin/env node\n${minify(entryName, code)}`],
  ]);
  for (const [name, { source }] of Object.entries(assets)) {
    files.set(name, name.endsWith(".js") ? minify(name, String(source)) : source);
  }
  return files;
};

/** Also what ncc wrapped around the chunks; its own `minify` leaves all but `index.js` alone. */
const minify = (name: string, code: string): string => {
  const result = minifySync(name, code, { module: true });
  const [error] = result.errors;
  if (error !== undefined) throw new Error(`${name} cannot be minified: ${error.message}`);
  return `${result.code.trimEnd()}\n`;
};
