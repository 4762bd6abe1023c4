import { existsSync } from "node:fs";
import { isAbsolute, resolve } from "node:path";
import { isolates } from "../../../job/sandbox-tier.ts";
import type { Held } from "../confine.ts";
import { isRunnersOwn } from "./skill-environment.ts";

export type FailedStart = {
  readonly command: string;
  readonly args: readonly string[];
  /** Where it started, and what that is. */
  readonly cwd: string;
  readonly startsIn: "tree" | "elsewhere";
  /** Its last lines on stderr. */
  readonly words: string;
  /** Hosts of its definition. */
  readonly hosts: readonly string[];
  /** Names of the variables it was given, and of those that the host has. */
  readonly given: ReadonlySet<string>;
  readonly known: ReadonlySet<string>;
  readonly held: Held | undefined;
};

/**
 * Why a program that starts by hand may not start here, and what to write: what its last lines complain about is compared
 * with what it was kept from. By hand is the last advice, since by hand none of this is in the way.
 */
export const startHint = (failed: FailedStart): string => {
  const causes = [
    ...uncommitted(failed),
    ...hiddenFile(failed),
    ...network(failed),
    ...readOnly(failed),
    ...variable(failed),
  ];
  if (causes.length > 0) return causes.join(" ");
  const byHand = `Run it by hand to see why: ${[failed.command, ...failed.args].map(shellWord).join(" ")}`;
  return isHeld(failed)
    ? `${byHand}\nIf it starts by hand, something is missing in its sandbox: try once with the sandbox off to be sure.`
    : byHand;
};

const isHeld = ({ held }: FailedStart): boolean => held !== undefined && isolates(held.tier);

/** What by hand is there, as of an install, and was not committed. */
const uncommitted = ({ startsIn, words }: FailedStart): readonly string[] =>
  startsIn === "tree" && /cannot find (?:module|package)|no module named|no such file|not found/i.test(words)
    ? [
        "It starts in a tree of the trusted commit, where only what is committed is: nothing that a step has installed, as in `node_modules`. Commit what it needs, such as in one bundled file, or make it a package.",
      ]
    : [];

/**
 * A file of its definition is there, and it says that it is not. Only of what the definition names: what a server says
 * must not make us tell which other files there are.
 */
const hiddenFile = (failed: FailedStart): readonly string[] => {
  if (!isHeld(failed) || !/cannot find|no such file|not found|ENOENT|can't open/i.test(failed.words))
    return [];
  const asked = [failed.command, ...failed.args]
    .filter((word) => isAbsolute(word) || word.startsWith("../"))
    .map((word) => resolve(failed.cwd, word));
  const hidden = asked.find((path) => existsSync(path) && failed.words.includes(path));
  if (hidden === undefined) return [];
  return [
    `${hidden} is there, but not for this skill: in its sandbox it sees the repository, its own package, the programs on the PATH and the system. Move what it needs into the repository, or make it a package.`,
  ];
};

const network = (failed: FailedStart): readonly string[] => {
  const { held, hosts, words } = failed;
  if (!isHeld(failed) || held?.network !== "enforced") return [];
  const [first] = held.refusedHosts;
  if (first !== undefined) {
    const all = [...hosts, ...held.refusedHosts.filter((host) => !hosts.includes(host))];
    return [
      `Its sandbox refused it ${held.refusedHosts.join(", ")}. If it may go there, write in its table: allowedDomains = ${JSON.stringify(all)}`,
    ];
  }
  if (
    hosts.length > 0 ||
    !/\b(?:EAI_AGAIN|ENOTFOUND|ENETUNREACH|EHOSTUNREACH)\b|getaddrinfo|name resolution|unreachable|resolve host/i.test(
      words,
    )
  ) {
    return [];
  }
  return [
    'It has no network in its sandbox. If it needs one, name its hosts in its table: allowedDomains = ["api.example.com"]',
  ];
};

const readOnly = (failed: FailedStart): readonly string[] =>
  isHeld(failed) && /EROFS|read-only file system/i.test(failed.words)
    ? ["In its sandbox all is read-only but the workspace, /tmp and its home: have it write there."]
    : [];

/** It names a variable that the host has, and that its definition does not ask for. Not one of the runner's own keys. */
const variable = ({ words, given, known }: FailedStart): readonly string[] => {
  const names = words.match(/\b[A-Z][A-Z0-9]*_[A-Z0-9_]*[A-Z0-9]\b/g) ?? [];
  const missing = names.find((name) => known.has(name) && !given.has(name) && !isNobodys(name));
  return missing === undefined
    ? []
    : [
        `${missing} is set here, and the skill is not given it: write in its table: requiredEnv = ["${missing}"]`,
      ];
};

/** What no skill is to be given on a server's word: the providers' keys, and the runner's. */
const isNobodys = (name: string): boolean =>
  isRunnersOwn(name) ||
  /^(?:GITHUB_|GH_TOKEN$|RUNNER_)/.test(name) ||
  /^(?:ANTHROPIC|OPENAI|GOOGLE|GEMINI|VERTEX|AWS|BEDROCK|AZURE|DEEPSEEK|OLLAMA)_/.test(name);

const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
