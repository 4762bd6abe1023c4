import type { Manifest } from "../definition/manifest.ts";
import { nearest } from "../definition/nearest.ts";
import { ExpertStackError } from "../errors.ts";
import { registryBook } from "../registry/registry-book.ts";
import { lookUp } from "../run/registry/look-up.ts";
import { isElsewhere } from "../run/registry/registry-requests.ts";
import { diffJson, diffText } from "./info-diff.ts";
import { infoJson, infoText } from "./info-text.ts";
import { readOwnManifest } from "./read-own-manifest.ts";
import { printJson, printText } from "./registry-log.ts";
import type { Terminal } from "./terminal.ts";
import { terminalRegistries } from "./terminal-registries.ts";

export type InfoOptions = {
  readonly reference: string;
  /** Two versions of the Expert. */
  readonly diff?: readonly string[];
  readonly config?: string;
  readonly registry?: string;
  readonly json?: true;
};

/** `expert-stack info`: what an Expert says and may do, where it comes from, and which versions of it there are. */
export const infoCommand = async (options: InfoOptions, terminal: Terminal): Promise<number> => {
  const { reference, registry = "", diff } = options;
  const manifest = await readOwnManifest(options.config ?? "perstack.toml", terminal);
  const own = manifest.experts.get(reference);
  if (own !== undefined && diff === undefined) {
    const shown = { key: reference, expert: own };
    return print({ json: infoJson(shown), text: infoText(shown) }, options, terminal);
  }
  if (!isElsewhere(reference)) throw notFound(reference, manifest, diff);
  const wanted = diff === undefined ? [reference] : pairOf(reference, diff);
  await using registries = terminalRegistries(terminal, terminal.cwd);
  const found = await lookUp(wanted, { book: registryBook(manifest, registry), registries }, terminal.stop);
  const [first, second] = found;
  if (first === undefined) return 1;
  if (second !== undefined)
    return print({ json: diffJson(first, second), text: diffText(first, second) }, options, terminal);
  const shown = { key: first.choice.key, ...first };
  return print({ json: infoJson(shown), text: infoText(shown) }, options, terminal);
};

const print = (
  { json, text }: { readonly json: unknown; readonly text: string },
  options: InfoOptions,
  terminal: Terminal,
): number => {
  if (options.json) printJson(json, terminal);
  else printText(text, terminal);
  return 0;
};

/** @throws ExpertStackError INPUT_INVALID */
const pairOf = (reference: string, versions: readonly string[]): readonly string[] => {
  const [before, after, other] = versions;
  const isName = reference.startsWith("@") && !reference.includes("@", 1);
  if (isName && before !== undefined && after !== undefined && other === undefined) {
    return [`${reference}@${before}`, `${reference}@${after}`];
  }
  throw new ExpertStackError({
    code: "INPUT_INVALID",
    message: "`--diff` takes two versions of an Expert of a registry.",
    remedy: "Write `expert-stack info @scope/name --diff 1.0.0 1.1.0`.",
  });
};

const notFound = (
  key: string,
  { experts }: Manifest,
  diff: readonly string[] | undefined,
): ExpertStackError => {
  if (diff !== undefined) pairOf(key, []);
  const near = nearest(key, experts.keys()).map((name) => `"${name}"`);
  return new ExpertStackError({
    code: "EXPERT_NOT_FOUND",
    message: `There is no Expert "${key}" in the manifest.`,
    remedy:
      near.length > 0
        ? `Did you mean ${near.join(" or ")}?`
        : "Name one of its keys, or @scope/name of a registry.",
  });
};
