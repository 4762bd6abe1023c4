import { tmpdir } from "node:os";
import { type GitCheckout, tryGit } from "../edges/publishing/git-command.ts";
import { gitRepository } from "../edges/publishing/git-repository.ts";
import { githubRemote } from "../edges/publishing/github-remote.ts";
import { runWorkflow, workflowArguments } from "../edges/publishing/run-workflow.ts";
import { programOutside } from "../edges/skills/program-outside.ts";
import { ExpertStackError } from "../errors.ts";
import { type WantedLine, wantedStatus, wantedTag } from "../registry/wanted-line.ts";
import { visible } from "../report/visible.ts";
import { rehearseLine } from "../run/rehearse-line.ts";
import { choice } from "./option-values.ts";
import { publishingCheckout } from "./publishing-checkout.ts";
import { type RegistryRemote, remoteOf } from "./registry-remote.ts";
import type { Terminal } from "./terminal.ts";

export type WishOptions = RegistryRemote & { readonly dryRun?: true };

/** `expert-stack tag @scope/name@1.2.3 stable`: asks the registry to let a word stand for the version. */
export const tagCommand = async (
  { version, word, ...options }: WishOptions & { readonly version: string; readonly word: string },
  terminal: Terminal,
): Promise<number> =>
  await ask(
    { wanted: wantedTag(version, word), inputs: { action: "tag", version, value: word } },
    options,
    terminal,
  );

/** `expert-stack status @scope/name@1.2.3 disabled --reason …`: asks the registry to say that of the version. */
export const statusCommand = async (
  options: WishOptions & { readonly version: string; readonly to: string; readonly reason: string },
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
const ask = async ({ wanted, inputs }: Asking, options: WishOptions, terminal: Terminal): Promise<number> => {
  const { branch, dryRun } = options;
  const remote = remoteOf(options);
  const checkout = await publishingCheckout(terminal);
  const { directory, signal } = checkout;
  const name = wanted.type === "publish" ? "" : wanted.name;
  const rehearsal = { wanted, name, defaultBranch: branch ?? "main" };
  await rehearseLine(gitRepository(checkout, tmpdir(), remote), rehearsal);
  const repository = await repositoryOf(checkout, remote);
  const run = { repository, inputs, ...(branch === undefined ? {} : { branch }) };
  const gh = programOutside("gh", { path: terminal.environment.PATH ?? "", workspace: directory });
  if (!dryRun && gh !== undefined) {
    const entries = Object.entries(terminal.environment).flatMap(([key, value]) =>
      value ? [[key, value]] : [],
    );
    return await runWorkflow({ gh, directory, signal, environment: Object.fromEntries(entries) }, run);
  }
  const line = ["gh", ...workflowArguments(run)].map(shellWord).join(" ");
  terminal.out(`The registry can say so. Ask for it as an owner of the scope:\n\n  ${visible(line)}\n`);
  return 0;
};

/** The repository that was judged, so that no other is asked. */
const repositoryOf = async (checkout: GitCheckout, remote: string): Promise<string> => {
  const { code, out } = await tryGit(checkout, ["remote", "get-url", remote]);
  const repository = code === 0 ? githubRemote(out.toString("utf8").trim()) : undefined;
  if (repository !== undefined) return repository;
  throw new ExpertStackError({
    code: "PUBLISH_REFUSED",
    message: `The address of the remote ${remote} is none of a repository on GitHub, where the workflow could be run.`,
    remedy: `Name another remote (\`--registry upstream\`), or see its address: \`git remote get-url ${remote}\`.`,
  });
};

const shellWord = (text: string): string =>
  /^[A-Za-z0-9@/._=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
