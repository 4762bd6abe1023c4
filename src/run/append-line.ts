import { ExpertStackError } from "../errors.ts";
import { lineAfter, readIndexFile } from "../registry/index-file.ts";
import { definitionPath, indexPath, sha256 } from "../registry/index-path.ts";
import { namesPath } from "../registry/index-place.ts";
import { listedVersion, nameLine, withName } from "../registry/names-list.ts";
import type { PublishRequest } from "../registry/publish-request.ts";
import { readKeptDefinition } from "../registry/published-definition.ts";
import { planLine } from "./plan-line.ts";
import type { PlannedLine } from "./planned-line.ts";
import type { RegistryRepository } from "./publishing-ports.ts";
import { textOf } from "./registry-index.ts";

/** How often a line is judged and pushed again after somebody else was faster. */
const mostAttempts = 10;

type Append = {
  readonly request: PublishRequest;
  /** The time, ISO 8601. */
  readonly at: string;
  /** Waits between attempts. @param attempt from 1 */
  readonly pause: (attempt: number) => Promise<void>;
};

/** What was written. */
export type AppendedLine = Pick<PlannedLine, "name" | "version" | "definition"> & { readonly line: string };

/**
 * Adds the line that a request asks for to the index's branch. When somebody else has pushed since, everything is
 * judged anew by what is there then.
 *
 * @throws ExpertStackError with the reason for which it is refused, PUBLISH_REFUSED when others are always faster,
 *   INDEX_REWOUND when the branch was put back meanwhile
 */
export const appendLine = async (
  repository: RegistryRepository,
  { request, at, pause }: Append,
): Promise<AppendedLine> => {
  let before: string | undefined;
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    const planned = await planLine(repository, request, at);
    await requireGrown(repository, { before, now: planned.point.index });
    before = planned.point.index;
    const { name, version, definition } = planned;
    const line = lineAfter(planned.state, planned.entry);
    const { indexBranch: branch, index: parent } = planned.point;
    const files = await changedFiles(repository, { planned, line });
    const message = messageOf(planned, request);
    const result = await repository.push({
      branch,
      files,
      message,
      ...(parent === undefined ? {} : { parent }),
    });
    if (result === "pushed")
      return { name, version, line, ...(definition === undefined ? {} : { definition }) };
    await pause(attempt);
  }
  throw new ExpertStackError({
    code: "PUBLISH_REFUSED",
    message: `Others wrote to the index ${mostAttempts} times while this line was to be added.`,
    remedy: "Run it again.",
  });
};

/** Whoever was overtaken finds more than before. An index that was put back is not to be built on. */
const requireGrown = async (
  repository: RegistryRepository,
  { before, now }: { readonly before: string | undefined; readonly now: string | undefined },
): Promise<void> => {
  if (before === undefined || (now !== undefined && (await repository.contains(now, before)))) return;
  throw new ExpertStackError({
    code: "INDEX_REWOUND",
    message: `The index was at the commit ${before}, and is at ${now ?? "none"} now, which does not have that.`,
    remedy: "Have the registry's owners put its branch back; nothing in an index is ever taken away.",
  });
};

/** The line, the definition and the list of names as they will be. The lines are read once more, as a reader will. */
const changedFiles = async (
  repository: RegistryRepository,
  { planned, line }: { readonly planned: PlannedLine; readonly line: string },
): Promise<ReadonlyMap<string, Uint8Array>> => {
  const { name, point, definition } = planned;
  const text = planned.text + line;
  const state = readIndexFile(text, { name, file: indexPath(name) });
  const files = new Map([[indexPath(name), bytesOf(text)]]);
  if (definition !== undefined) files.set(definitionPath(sha256(definition)), definition);
  const listed = listedVersion(state);
  if (listed === undefined) return files;
  const path = definitionPath(listed.line.sha256);
  const kept = point.index === undefined ? undefined : await repository.file(point.index, path);
  const content = files.get(path) ?? kept?.content ?? new Uint8Array();
  const { expert } = readKeptDefinition(content, { file: path, name, version: listed.line.version });
  const names = point.index === undefined ? undefined : textOf(await repository.file(point.index, namesPath));
  return files.set(namesPath, bytesOf(withName(names ?? "", nameLine(listed, expert))));
};

const messageOf = ({ name, version }: PlannedLine, { wanted, people }: PublishRequest): string => {
  const by = `Asked for by ${people[0].login} (gh:${people[0].id}).`;
  switch (wanted.type) {
    case "publish":
      return `Publish ${name}@${version}\n\n${by}\n`;
    case "tag":
      return `Let ${name}@${wanted.word} be ${version}\n\n${by}\n`;
    case "status":
      return `Say that ${name}@${version} is ${wanted.to}\n\n${by}\n`;
    default:
      return wanted satisfies never;
  }
};

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
