import * as z from "zod/mini";
import { parseExpertKey, tagPattern } from "../definition/expert-name.ts";
import { ExpertStackError } from "../errors.ts";
import { type PublishTag, parsePublishTag } from "./publish-tag.ts";
import type { Account } from "./scope-owners.ts";

/** The repository of a registry. */
export type RegistryRepositoryFacts = {
  /** GitHub's number of it. */
  readonly id: number;
  /** Host and path: `github.com/acme/experts`. */
  readonly repo: string;
  readonly defaultBranch: string;
};

/** A line that somebody wants to have in the index. */
export type WantedLine =
  | {
      readonly type: "publish";
      readonly tag: PublishTag;
      /** What the tag named when it was pushed; nothing where an owner asks for it by name. */
      readonly commit?: string;
    }
  | { readonly type: "tag"; readonly name: string; readonly version: string; readonly word: string }
  | {
      readonly type: "status";
      readonly name: string;
      readonly version: string;
      readonly to: "deprecated" | "disabled";
      readonly reason: string;
    };

/** Who wants what of which registry, as GitHub's event says. */
export type PublishRequest = {
  readonly repository: RegistryRepositoryFacts;
  /** All of them must own the scope: who pushed, and who had it run again. */
  readonly people: readonly [Account, ...Account[]];
  readonly wanted: WantedLine;
};

const Person = z.object({ id: z.int().check(z.gte(1)), login: z.string() });

const Repository = z.object({
  id: z.int().check(z.gte(1)),
  full_name: z.string(),
  html_url: z.string(),
  default_branch: z.string(),
});

/** The end of the workflow that a push of a tag started. */
const TagPushed = z.object({
  repository: Repository,
  workflow_run: z.object({
    event: z.string(),
    /** Of a push of a tag, its name. */
    head_branch: z.string(),
    head_sha: z.string().check(z.regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/)),
    head_repository: z.object({ id: z.int() }),
    actor: Person,
    triggering_actor: Person,
  }),
});

/** An owner's own wish, by `workflow_dispatch`. */
const Dispatched = z.object({
  repository: Repository,
  sender: Person,
  ref: z.string(),
  inputs: z.object({
    action: z.enum(["index", "tag", "deprecate", "disable"]),
    /** The git tag to index; `@scope/name@1.2.3` for the others. */
    version: z.string(),
    /** The word of a tag; the reason of a status. */
    value: z._default(z.nullable(z.string()), ""),
  }),
});

/**
 * Reads what is asked for from a webhook's payload, the only source for who asks: `workflow_run` or
 * `workflow_dispatch`.
 *
 * @throws ExpertStackError PUBLISH_REFUSED
 */
export const readPublishRequest = (payload: unknown): PublishRequest => {
  const pushed = TagPushed.safeParse(payload);
  if (pushed.success) return pushRequest(pushed.data);
  const dispatched = Dispatched.safeParse(payload);
  if (dispatched.success) return dispatchRequest(dispatched.data);
  throw refused(
    "The event is no push of a tag and no wish of an owner",
    "Push a tag, or run the workflow by hand.",
  );
};

const pushRequest = ({ repository, workflow_run: run }: z.infer<typeof TagPushed>): PublishRequest => {
  if (run.event !== "push") {
    throw refused(`The event was ${JSON.stringify(run.event)}, no push`, "Publish by pushing a tag.");
  }
  if (run.head_repository.id !== repository.id) {
    throw refused("It was pushed to another repository", "Push the tag to the registry itself.");
  }
  return {
    repository: factsOf(repository),
    people: [run.actor, run.triggering_actor],
    wanted: { type: "publish", tag: parsePublishTag(run.head_branch), commit: run.head_sha },
  };
};

const dispatchRequest = ({ repository, sender, ref, inputs }: z.infer<typeof Dispatched>): PublishRequest => {
  if (ref !== `refs/heads/${repository.default_branch}`) {
    throw refused(
      `The workflow was run on ${JSON.stringify(ref)}`,
      `Run it on ${repository.default_branch}: another branch may hold another workflow.`,
    );
  }
  return { repository: factsOf(repository), people: [sender], wanted: wantedOf(inputs) };
};

const wantedOf = ({ action, version, value }: z.infer<typeof Dispatched>["inputs"]): WantedLine => {
  if (action === "index") return { type: "publish", tag: parsePublishTag(version) };
  return action === "tag" ? wantedTag(version, value ?? "") : wantedStatus(version, action, value ?? "");
};

/** @throws ExpertStackError PUBLISH_REFUSED */
export const wantedTag = (version: string, word: string): WantedLine => {
  if (!tagPattern.test(word) || /^\d+$/.test(word)) {
    throw refused(
      `${JSON.stringify(word)} is no tag of an Expert`,
      "Choose a word such as stable: lower case letters, digits, `_` and `-`, and not a number.",
    );
  }
  return { type: "tag", ...exactVersion(version), word };
};

/** @throws ExpertStackError PUBLISH_REFUSED */
export const wantedStatus = (
  version: string,
  action: "deprecate" | "disable",
  reason: string,
): WantedLine => {
  if (reason.trim() === "" || reason.length > 500) {
    throw refused("A status needs a reason of at most 500 characters", "Say in a sentence why it changes.");
  }
  const to = action === "disable" ? "disabled" : "deprecated";
  return { type: "status", ...exactVersion(version), to, reason: reason.trim() };
};

const exactVersion = (text: string): { readonly name: string; readonly version: string } => {
  const key = parseExpertKey(text);
  if (key?.scope !== undefined && key.request?.type === "exact") {
    return { name: key.name, version: key.request.version };
  }
  throw refused(`${JSON.stringify(text)} is no version of an Expert`, "Write @scope/name@1.2.3.");
};

const factsOf = ({
  id,
  full_name,
  html_url,
  default_branch,
}: z.infer<typeof Repository>): RegistryRepositoryFacts => ({
  id,
  repo: `${URL.canParse(html_url) ? new URL(html_url).host : "github.com"}/${full_name}`,
  defaultBranch: default_branch,
});

const refused = (message: string, remedy: string): ExpertStackError =>
  new ExpertStackError({ code: "PUBLISH_REFUSED", message: `${message}.`, remedy });
