import type { Finding } from "./finding.ts";
import { type KeyPath, type TomlPositions, tomlPositions } from "./toml-positions.ts";

/** A manifest's parsed document with a way back to its text. */
export type ManifestSource = {
  readonly file: string;
  readonly document: unknown;
  /** Made at the first call: a manifest without findings is never read twice. */
  readonly positions: () => TomlPositions;
};

export const manifestSource = (input: {
  readonly file: string;
  readonly text: string;
  readonly document: unknown;
}): ManifestSource => {
  let positions: TomlPositions | undefined;
  return {
    file: input.file,
    document: input.document,
    positions: () => {
      positions ??= tomlPositions(input.text);
      return positions;
    },
  };
};

/** What a finding says, before it is tied to a place. */
export type Remark = Pick<Finding, "severity" | "message" | "expected" | "remedy">;

/** A path and what of it to point at. What is `missing` has no place of its own: its table's header stands for it. */
export type Place = { readonly path: KeyPath; readonly at: "key" | "value" | "missing" };

/** Ties a remark to its place. */
export const findingAt = (source: ManifestSource, { path, at }: Place, remark: Remark): Finding => {
  const positions = source.positions();
  const position = at === "missing" ? positions.value(path.slice(0, -1)) : positions[at](path);
  return { ...remark, file: source.file, ...position, key: keyText(path) };
};

/** A path as it would be written in TOML, array indexes in brackets. */
export const keyText = (path: KeyPath): string =>
  path.reduce<string>((text, part) => {
    if (typeof part === "number") return `${text}[${part}]`;
    const name = /^[A-Za-z0-9_-]+$/.test(part) ? part : JSON.stringify(part);
    return text === "" ? name : `${text}.${name}`;
  }, "");

/** The value at a path, or `undefined`. Only own properties count. */
export const valueAt = (document: unknown, path: KeyPath): unknown =>
  path.reduce<unknown>(
    (value, part) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, part)
        ? Reflect.get(value, part)
        : undefined,
    document,
  );
