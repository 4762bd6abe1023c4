import type { Expert } from "../definition/expert.ts";
import { permissionsOf } from "../registry/permission.ts";
import { newestFirst } from "../registry/select-version.ts";
import { aligned } from "../report/aligned.ts";
import { visible } from "../report/visible.ts";
import type { LookedUp } from "../run/registry/look-up.ts";

/** An Expert to be shown: one of elsewhere, or the manifest's own. */
export type Shown = { readonly key: string; readonly expert: Expert } & Partial<LookedUp>;

/** All that can be known of an Expert, for programs. */
export const infoJson = ({ key, expert, choice, size, indexed }: Shown) => ({
  v: 1,
  key,
  ...(choice === undefined ? {} : { size, ...choice.pin }),
  ...(indexed === undefined ? {} : published(indexed)),
  expert,
  permissions: permissionsOf(expert),
});

const published = ({ state, published: { line, status, reason } }: NonNullable<Shown["indexed"]>) => ({
  publisher: line.by,
  publishedAt: line.at,
  status,
  ...(reason === undefined ? {} : { reason }),
  tags: Object.fromEntries(state.tags),
  versions: newestFirst(state).map((version) => ({
    ...{ version: version.line.version, status: version.status, sha256: version.line.sha256 },
    ...(version.reason === undefined ? {} : { reason: version.reason }),
  })),
});

/** The same for people. */
export const infoText = (shown: Shown): string => {
  const { key, expert, indexed } = shown;
  const permissions = permissionsOf(expert).map(({ kind, text }) => ["", kind, text]);
  const versions = indexed === undefined ? [] : versionRows(indexed);
  return [
    `${visible(key)}\n`,
    expert.description === undefined ? "" : `  ${visible(expert.description)}\n`,
    aligned(originRows(shown)),
    `\nmay\n${aligned(permissions)}`,
    versions.length === 0 ? "" : `\nversions\n${aligned(versions)}`,
    `\ninstruction\n${expert.instruction
      .split("\n")
      .map((line) => `  ${visible(line)}`.trimEnd())
      .join("\n")
      .trimEnd()}\n`,
  ].join("");
};

const originRows = ({ expert, choice, size, indexed }: Shown): readonly (readonly string[])[] => {
  const { minRuntimeVersion, tags } = expert;
  const needs = [
    ...(minRuntimeVersion === undefined ? [] : [["runner", `${minRuntimeVersion} or newer`]]),
    ...(tags.length === 0 ? [] : [["words", tags.join(", ")]]),
  ];
  if (choice === undefined) return [["from", "this manifest"], ...needs];
  const { registry, source, tag, commit, path, blob, sha256 } = choice.pin;
  const publisher = indexed && `${indexed.published.line.by}, ${indexed.published.line.at}`;
  return [
    ...(indexed === undefined ? [] : [["status", statusOf(indexed.published)]]),
    ...(registry === undefined ? [] : [["registry", registry]]),
    ...(publisher === undefined ? [] : [["publisher", publisher]]),
    ["source", `${source} ${path}`],
    ...(tag === "" ? [] : [["tag", tag]]),
    ["commit", commit],
    ["blob", blob],
    ["sha256", `${sha256} (${size} bytes)`],
    ...needs,
  ];
};

const versionRows = ({ state }: NonNullable<Shown["indexed"]>): readonly (readonly string[])[] =>
  newestFirst(state).map((version) => {
    const tags = [...state.tags].flatMap(([tag, of]) => (of === version.line.version ? [tag] : []));
    return ["", version.line.version, statusOf(version), tags.join(", ")];
  });

const statusOf = ({ status, reason }: NonNullable<Shown["indexed"]>["published"]): string =>
  reason === undefined || reason === "" ? status : `${status}: ${reason}`;
