import * as z from "zod/mini";
import { ExpertStackError } from "../errors.ts";
import { parsePublishTag } from "./publish-tag.ts";
import { type Account, isEveryWorkflow } from "./scope-owners.ts";
import { commitId, type WantedLine, wantedIndex, wantedStatus, wantedTag } from "./wanted-line.ts";

/** The repository of a registry. */
export type RegistryRepositoryFacts = {
  /** GitHub's number of it. */
  readonly id: number;
  /** Host and path: `github.com/acme/experts`. */
  readonly repo: string;
  readonly defaultBranch: string;
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
    head_sha: z.string().check(z.regex(commitId)),
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
    /** To index, the commit that the tag must name, or nothing; the word of a tag; the reason of a status. */
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
  const request = requestOf(payload);
  const workflow = request.people.find(isEveryWorkflow);
  if (workflow === undefined) return request;
  throw refused(
    `It is asked for by ${workflow.login}, as which every workflow acts`,
    "Push the tag, or run the workflow, as an account that owns the scope.",
  );
};

const requestOf = (payload: unknown): PublishRequest => {
  const has = (field: string): boolean => typeof payload === "object" && payload !== null && field in payload;
  if (has("workflow_run")) {
    const pushed = TagPushed.safeParse(payload);
    if (pushed.success) return pushRequest(pushed.data);
    throw unreadable("workflow_run", pushed.error);
  }
  if (has("inputs")) {
    const dispatched = Dispatched.safeParse(payload);
    if (dispatched.success) return dispatchRequest(dispatched.data);
    throw unreadable("workflow_dispatch", dispatched.error);
  }
  throw refused(
    "The event is no push of a tag and no wish of an owner",
    "Push a tag, or run the workflow by hand.",
  );
};

/** @param event by the name that GitHub gives it */
const unreadable = (event: string, { issues: [issue] }: z.core.$ZodError): ExpertStackError => {
  const field = issue?.path.join(".") || "payload";
  return refused(
    `The event ${event} has no ${field} that can be read: ${expectedOf(issue)} was expected`,
    'Give GitHub\'s own payload: `--event "$GITHUB_EVENT_PATH"`.',
  );
};

const expectedOf = (issue: z.core.$ZodIssue | undefined): string => {
  if (issue?.code === "invalid_type") return `the type ${issue.expected}`;
  return issue?.code === "invalid_value" ? issue.values.map(String).join(" or ") : "what GitHub sends";
};

/**
 * A run that is started again brings the event of its first start, and anybody who may write can start it: an owner's
 * old wish, such as for a word that has moved on since, is not theirs to repeat.
 *
 * @param run as the runner says: which attempt it is, and the login of who started that
 * @throws ExpertStackError PUBLISH_REFUSED
 */
export const requireSameAsker = (
  { people }: PublishRequest,
  { attempt, login }: { readonly attempt: string; readonly login: string },
): void => {
  const isTheirs = people.some((asker) => asker.login.toLowerCase() === login.toLowerCase());
  if (attempt === "1" || isTheirs) return;
  throw refused(
    `${login || "Somebody"} had a run go again that another account asked for`,
    "Ask anew as an owner of the scope: have `registry request` go again, or run `registry publish` by hand.",
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
  if (action === "index") return wantedIndex(version, value ?? "");
  return action === "tag" ? wantedTag(version, value ?? "") : wantedStatus(version, action, value ?? "");
};

/** The repository of an event, where it says all of it. */
export const repositoryOf = (payload: unknown): RegistryRepositoryFacts | undefined => {
  const parsed = z.object({ repository: Repository }).safeParse(payload);
  return parsed.success ? factsOf(parsed.data.repository) : undefined;
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
