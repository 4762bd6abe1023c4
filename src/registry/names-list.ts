import semver from "semver";
import type { Expert } from "../definition/expert.ts";
import type { IndexState, PublishedVersion } from "./index-file.ts";
import type { VersionStatus } from "./index-line.ts";
import { newestFirst } from "./select-version.ts";

/** A line of `names.jsonl`, the list to search in: one an Expert, sorted by name. */
export type NameLine = {
  readonly v: 1;
  readonly name: string;
  /** The version that a request without one gets; where there is none, the newest. */
  readonly version: string;
  readonly status: VersionStatus;
  readonly description: string;
  readonly tags: readonly string[];
};

/** The version whose description stands for the Expert. */
export const listedVersion = (state: IndexState): PublishedVersion | undefined => {
  const usable = newestFirst(state).filter(({ status }) => status !== "disabled");
  const isRelease = ({ line }: PublishedVersion): boolean => semver.prerelease(line.version) === null;
  return usable.find(isRelease) ?? usable[0] ?? newestFirst(state)[0];
};

/** @param expert the definition of the listed version */
export const nameLine = ({ line, status }: PublishedVersion, expert: Expert): NameLine => ({
  v: 1,
  name: line.name,
  version: line.version,
  status,
  description: expert.description ?? "",
  tags: expert.tags,
});

/** The list with one line more, or with another in the place of the name's old one. */
export const withName = (text: string, added: NameLine): string => {
  const before = `{"v":1,"name":${JSON.stringify(added.name)},`;
  const others = text.split("\n").filter((line) => line !== "" && !line.startsWith(before));
  return renderLines([...others, JSON.stringify(added)]);
};

export const renderNames = (lines: readonly NameLine[]): string =>
  renderLines(lines.map((line) => JSON.stringify(line)));

/** Every line begins with its name, so that they sort by it. */
const renderLines = (lines: readonly string[]): string =>
  lines
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((line) => `${line}\n`)
    .join("");
