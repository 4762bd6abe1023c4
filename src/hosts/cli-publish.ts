import { tmpdir } from "node:os";
import { parseExpertKey } from "../definition/expert-name.ts";
import { authorCheckout } from "../edges/publishing/author-checkout.ts";
import { gitRepository } from "../edges/publishing/git-repository.ts";
import { runWorkflow, workflowArguments } from "../edges/publishing/run-workflow.ts";
import { programOutside } from "../edges/skills/program-outside.ts";
import { ExpertStackError } from "../errors.ts";
import { requireName } from "../registry/published-name.ts";
import { type WantedLine, wantedStatus, wantedTag } from "../registry/wanted-line.ts";
import { visible } from "../report/visible.ts";
import { rehearseLine, tagToPublish } from "../run/rehearse-line.ts";
import { choice, cliOption, invalidValue } from "./option-values.ts";
import { publishingCheckout } from "./publishing-checkout.ts";
import type { Terminal } from "./terminal.ts";

export type PublishOptions = {
  /** The remote that is the registry. */
  readonly registry?: string;
  /** The registry's default branch. */
  readonly branch?: string;
  readonly dryRun?: true;
};

/** `expert-stack publish @scope/name`: judges the committed definition as the registry will, tags it and pushes the tag. */
export const publishCommand = async (
  name: string,
  options: PublishOptions,
  terminal: Terminal,
): Promise<number> => {
  const key = parseExpertKey(name);
  if (key?.request !== undefined) {
    throw refused(
      `${name} names a version.`,
      `Write \`expert-stack publish ${key.name}\`: the version is the one that its definition says.`,
    );
  }
  requireName(name);
  const { branch: defaultBranch = "main" } = options;
  const remote = remoteOf(options);
  const checkout = await publishingCheckout(terminal);
  const author = await authorCheckout(checkout, remote);
  const repository = gitRepository(checkout, tmpdir(), remote);
  const tag = await tagToPublish(repository, { name, commit: author.head });
  if (!(await author.isCommitted(tag.path))) {
    throw refused(`${tag.path} is not as it is committed.`, "Commit it: what is published is the commit.");
  }
  const here = await author.tagged(tag.tag);
  if (here !== undefined && here !== author.head) throw moved(tag.tag, { here, head: author.head });
  // As if the tag had been pushed already; one that has been counts.
  const tags = async () => new Map([[tag.tag, author.head], ...(await repository.tags())]);
  const wanted = { type: "publish", tag, commit: author.head } as const;
  await rehearseLine({ ...repository, tags }, { wanted, name, defaultBranch });
  if (options.dryRun) {
    terminal.out(`${name}@${tag.version} can be published: ${author.head} as the tag ${tag.tag}.\n`);
    return 0;
  }
  await author.pushTag(tag.tag, author.head);
  terminal.out(`Pushed the tag ${tag.tag}. The workflow \`registry publish\` says whether it was taken.\n`);
  return 0;
};

/** `expert-stack tag @scope/name@1.2.3 stable`: asks the registry to let a word stand for the version. */
export const tagCommand = async (
  { version, word, ...options }: PublishOptions & { readonly version: string; readonly word: string },
  terminal: Terminal,
): Promise<number> =>
  await ask(
    { wanted: wantedTag(version, word), inputs: { action: "tag", version, value: word } },
    options,
    terminal,
  );

/** `expert-stack status @scope/name@1.2.3 disabled --reason …`: asks the registry to say that of the version. */
export const statusCommand = async (
  options: PublishOptions & { readonly version: string; readonly to: string; readonly reason: string },
  terminal: Terminal,
): Promise<number> => {
  const { version, to, reason } = options;
  const action =
    choice("The status", to, ["deprecated", "disabled"], "status") === "disabled" ? "disable" : "deprecate";
  const wanted = wantedStatus(version, action, reason);
  return await ask({ wanted, inputs: { action, version, value: reason } }, options, terminal);
};

type Asking = { readonly wanted: WantedLine; readonly inputs: Readonly<Record<string, string>> };

/** An owner asks by running the registry's workflow by hand, here through GitHub's own command line. */
const ask = async (
  { wanted, inputs }: Asking,
  options: PublishOptions,
  terminal: Terminal,
): Promise<number> => {
  const { branch: defaultBranch = "main", dryRun } = options;
  const checkout = await publishingCheckout(terminal);
  const { directory, signal } = checkout;
  const name = wanted.type === "publish" ? "" : wanted.name;
  await rehearseLine(gitRepository(checkout, tmpdir(), remoteOf(options)), { wanted, name, defaultBranch });
  const gh = programOutside("gh", { path: terminal.environment.PATH ?? "", workspace: directory });
  if (!dryRun && gh !== undefined) {
    const entries = Object.entries(terminal.environment).flatMap(([key, value]) =>
      value ? [[key, value]] : [],
    );
    return await runWorkflow({ gh, directory, signal, environment: Object.fromEntries(entries) }, inputs);
  }
  const line = ["gh", ...workflowArguments(inputs)].map(shellWord).join(" ");
  terminal.out(`The registry can say so. Ask for it as an owner of the scope:\n\n  ${visible(line)}\n`);
  return 0;
};

/** What begins with a dash would be an option to git. */
const remoteOf = ({ registry = "origin" }: PublishOptions): string => {
  if (/^[A-Za-z0-9][A-Za-z0-9._/-]*$/.test(registry)) return registry;
  throw invalidValue(
    cliOption("--registry", registry, "publish"),
    "the name of a git remote, such as origin",
  );
};

const shellWord = (text: string): string =>
  /^[A-Za-z0-9@/._=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

const refused = (message: string, remedy: string): ExpertStackError =>
  new ExpertStackError({ code: "PUBLISH_REFUSED", message, remedy });

const moved = (
  tag: string,
  { here, head }: { readonly here: string; readonly head: string },
): ExpertStackError =>
  new ExpertStackError({
    code: "TAG_MOVED",
    message: `The tag ${tag} names ${here}, and the definition to publish is of ${head}.`,
    remedy: "Raise the version in the definition and commit it; a tag stays where it is.",
  });
