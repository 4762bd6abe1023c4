import { posix } from "node:path";
import { renderFinding } from "../definition/finding.ts";
import type { Manifest } from "../definition/manifest.ts";
import { nearest } from "../definition/nearest.ts";
import { ExpertStackError } from "../errors.ts";
import type { Problem } from "../report/job-report.ts";
import { isOnPullRequest, type Trigger } from "../request/trigger.ts";
import type { Comparison, Repository } from "../run/github-ports.ts";
import { checkOwnManifest, type TrustedDefinitions, trustedDefinitions } from "./action-definitions.ts";
import { type JobSandbox, startsProcesses } from "./job-sandbox.ts";
import { lockPath } from "./read-lock.ts";
import { readManifest } from "./read-manifest.ts";
import type { Step } from "./step.ts";

type ReadManifest = Awaited<ReturnType<typeof readManifest>>;

export type TrustedManifest =
  | (Omit<ReadManifest, "warnings"> & { readonly type: "manifest"; readonly warnings: readonly string[] })
  | { readonly type: "noManifest"; readonly problem: Problem };

/**
 * The manifest of the trusted commit. Where a process of the Expert starts before the model is asked, the tiers of the
 * sandbox are tried from here on, while the rest is read.
 */
export const readDefinitions = async (
  step: Step,
  of: {
    readonly trigger: Trigger;
    readonly repository: () => Promise<Repository>;
    readonly expert: string;
    readonly sandbox: JobSandbox;
  },
): Promise<{ readonly trusted: TrustedDefinitions; readonly read: TrustedManifest }> => {
  const trusted = await trustedDefinitions({ ...step, ...of });
  const read = await readTrusted(step, of.trigger, trusted);
  if (read.type === "manifest") refuseUnknownCommands(step, read.manifest);
  if (read.type === "manifest" && startsProcesses(read.manifest.experts.get(of.expert))) {
    of.sandbox.openEarly();
  }
  return { trusted, read };
};

/** A name that nobody has would leave its commands to another Expert. */
export const refuseUnknownCommands = (
  { inputs: { commands, config } }: Pick<Step, "inputs">,
  { experts }: Manifest,
): void => {
  const unknown = commands.find((name) => !experts.has(name));
  if (unknown === undefined) return;
  const [meant] = nearest(unknown, experts.keys(), 1);
  throw new ExpertStackError({
    code: "INPUT_INVALID",
    message: `The input \`commands\` names "${unknown}", and ${config} has no such Expert.`,
    remedy: `${meant === undefined ? "Name keys of the manifest" : `Did you mean \`${meant}\`? Name keys of the manifest`}, one a line.`,
  });
};

/** What a pull request would change of the definitions, none of which has an effect on its own run. */
export const proposedChanges = async (
  { inputs }: Step,
  trigger: Trigger,
  { at }: TrustedDefinitions,
  comparison: Comparison | undefined,
): Promise<readonly string[]> => {
  if (comparison === undefined || !isOnPullRequest(trigger)) return [];
  const config = posix.normalize(inputs.config);
  const definitions = [config, lockPath(config)];
  const changed = comparison.files.flatMap(({ path, previousPath = path }) => [path, previousPath]);
  const [first, second] = definitions.filter((path) => changed.includes(path));
  if (first === undefined) return [];
  const what = second === undefined ? first : `${first} and ${second}`;
  const own = changed.includes(config) ? ` ${await checkOwnManifest(at(trigger.head.sha), config)}` : "";
  return [`The pull request changes ${what}. This run took the default branch's.${own}`];
};

/** A repository that is about to get its first manifest is told what is wrong with it, and is not failed. */
const readTrusted = async (
  { inputs }: Step,
  trigger: Trigger,
  { definitions, at }: TrustedDefinitions,
): Promise<TrustedManifest> => {
  try {
    const read = await readManifest(definitions, inputs.config, {
      expert: inputs.expert,
      missing: {
        where: definitions.origin.replace(":", " "),
        remedy: "Create it, or name another with the input `config`.",
      },
    });
    return { type: "manifest", ...read, warnings: read.warnings.map(renderFinding) };
  } catch (error) {
    const isMissing = error instanceof ExpertStackError && error.code === "MANIFEST_NOT_FOUND";
    if (!isMissing || !isOnPullRequest(trigger)) throw error;
    const own = await checkOwnManifest(at(trigger.head.sha), inputs.config);
    return {
      type: "noManifest",
      problem: { message: `${error.message} ${own}`, remedy: "Merge one first." },
    };
  }
};
