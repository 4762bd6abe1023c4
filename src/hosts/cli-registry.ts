import { appendFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";
import { ExpertStackError, inSentences } from "../errors.ts";
import { lineAfter } from "../registry/index-file.ts";
import { sha256 } from "../registry/index-path.ts";
import { appendLine } from "../run/append-line.ts";
import { checkIndexChange, checkWholeIndex } from "../run/check-index.ts";
import { planLine } from "../run/plan-line.ts";
import { reconcileTags } from "../run/reconcile-tags.ts";
import { publishingRepository } from "./publishing-checkout.ts";
import { defaultBranchOf, readRequest } from "./registry-event.ts";
import { printLine, say } from "./registry-log.ts";
import { type ProposalOptions, proposalOf } from "./registry-proposal.ts";
import type { Terminal } from "./terminal.ts";

export type RegistryOptions = ProposalOptions;

type Command = (options: RegistryOptions, terminal: Terminal) => Promise<number>;

/** What the workflows of a registry do, each in a checkout of it. */
const commands = {
  accept: async (options, terminal) => {
    const request = readRequest(options, terminal);
    const { state, entry } = await planLine(await publishingRepository(terminal), request, now());
    printLine(lineAfter(state, entry), terminal);
    return 0;
  },
  append: async (options, terminal) => {
    const request = readRequest(options, terminal);
    // Whoever was overtaken together must not come back together.
    const pause = async (attempt: number) =>
      await setTimeout(Math.random() * 500 * attempt, undefined, { signal: terminal.stop });
    const repository = await publishingRepository(terminal);
    const { name, version, line, definition } = await appendLine(repository, { request, at: now(), pause });
    printLine(line, terminal);
    if (definition !== undefined && request.wanted.type === "publish") {
      const digest = sha256(definition);
      setOutputs({ name, version, tag: request.wanted.tag.tag, digest }, terminal);
    }
    return 0;
  },
  verify: async (options, terminal) => {
    const repository = await publishingRepository(terminal);
    const { states } = await checkWholeIndex(repository, defaultBranchOf(options, terminal));
    const versions = [...states.values()].reduce((sum, state) => sum + state.versions.size, 0);
    terminal.out(`The index is whole: ${counted(states.size, "Expert")}, ${counted(versions, "version")}.\n`);
    return 0;
  },
  reconcile: async (options, terminal) => {
    const repository = await publishingRepository(terminal);
    const { waiting, unusable, moved } = await reconcileTags(repository, defaultBranchOf(options, terminal));
    for (const { tag, now: commit } of waiting) {
      const wish = `action index, version ${tag}, value ${commit}`;
      const text = `${tag} names ${commit} and is not published. An owner who has read that commit can run the workflow registry publish with ${wish}.`;
      say("warning", text, terminal);
    }
    for (const { message, remedy } of unusable) say("warning", inSentences(message, remedy), terminal);
    for (const { tag, published, now: commit } of moved) {
      say("error", `TAG_MOVED: ${tag} published ${published}, and names ${commit} now.`, terminal);
    }
    const cannot = unusable.length === 0 ? "" : `${unusable.length} that cannot be, `;
    terminal.out(`${counted(waiting.length, "tag")} not published, ${cannot}${moved.length} moved.\n`);
    return moved.length > 0 ? 1 : 0;
  },
  "check-change": async (options, terminal) => {
    const repository = await publishingRepository(terminal);
    const proposal = await proposalOf(repository, options, terminal);
    const { files, unjudged } = await checkIndexChange(repository, proposal);
    const judged = files - unjudged.length;
    const allowed = judged === 0 ? "" : `, ${judged === files ? "" : `${judged} of them `}as its rules allow`;
    terminal.out(`${counted(files, "file")} of the index changed${allowed}.\n`);
    if (unjudged.length > 0) {
      const text = `Whoever reviews the change has to judge what it makes of ${unjudged.join(", ")}: such a file may be replaced.`;
      say("warning", text, terminal);
    }
    return 0;
  },
} as const satisfies Readonly<Record<string, Command>>;

export type RegistryCommand = keyof typeof commands;

/** `expert-stack registry <what>`. In a workflow a refusal is also an annotation, and in the summary. */
export const registryCommand = async (
  { what, options }: { readonly what: RegistryCommand; readonly options: RegistryOptions },
  terminal: Terminal,
): Promise<number> => {
  try {
    return await commands[what](options, terminal);
  } catch (error) {
    if (error instanceof ExpertStackError && terminal.environment.GITHUB_ACTIONS === "true") {
      say("error", `${error.code}: ${inSentences(error.message, error.remedy)}`, terminal);
    }
    throw error;
  }
};

const now = (): string => new Date().toISOString().replace(/\.\d+Z$/, "Z");

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;

/** Outputs of the step. None of them can hold a line break: each has a grammar of its own. */
const setOutputs = (outputs: Readonly<Record<string, string>>, { environment }: Terminal): void => {
  if (!environment.GITHUB_OUTPUT) return;
  const lines = Object.entries(outputs).map(([name, value]) => `${name}=${value}\n`);
  appendFileSync(environment.GITHUB_OUTPUT, lines.join(""));
};
