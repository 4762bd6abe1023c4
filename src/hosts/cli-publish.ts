import { tmpdir } from "node:os";
import { parseExpertKey } from "../definition/expert-name.ts";
import { authorCheckout } from "../edges/publishing/author-checkout.ts";
import { gitRepository } from "../edges/publishing/git-repository.ts";
import { ExpertStackError } from "../errors.ts";
import { requireName } from "../registry/published-name.ts";
import { rehearseLine, requireUnpublished, tagToPublish } from "../run/rehearse-line.ts";
import { publishingCheckout } from "./publishing-checkout.ts";
import { type RegistryRemote, remoteOf } from "./registry-remote.ts";
import type { Terminal } from "./terminal.ts";

export type PublishOptions = RegistryRemote & { readonly dryRun?: true };

/** `expert-stack publish @scope/name`: judges the committed definition as the registry will, tags it and pushes the tag. */
export const publishCommand = async (
  name: string,
  options: PublishOptions,
  terminal: Terminal,
): Promise<number> => {
  requireNameAlone(name);
  const { branch: defaultBranch = "main" } = options;
  const remote = remoteOf(options);
  const checkout = await publishingCheckout(terminal);
  const author = await authorCheckout(checkout, remote);
  const repository = gitRepository(checkout, tmpdir(), remote);
  const tag = await tagToPublish(repository, { name, commit: author.head });
  if (!(await author.isCommitted(tag.path))) {
    throw refused(`${tag.path} is not as it is committed.`, "Commit it: what is published is the commit.");
  }
  await requireUnpublished(repository, { name, version: tag.version, defaultBranch });
  const here = await author.tagged(tag.tag);
  if (here !== undefined && here !== author.head) throw moved(tag.tag, { here, head: author.head });
  await repository.fetch({ branches: [], tags: tag.tag });
  const pushed = await repository.tags();
  // As if the tag had been pushed already; one that has been counts.
  const tags = async () => new Map([[tag.tag, author.head], ...pushed]);
  const wanted = { type: "publish", tag, commit: author.head } as const;
  await rehearseLine({ ...repository, tags }, { wanted, name, defaultBranch });
  if (pushed.has(tag.tag)) {
    terminal.out(thereAlready(tag.tag, { remote, commit: author.head }));
    return 0;
  }
  if (options.dryRun) {
    terminal.out(`${name}@${tag.version} can be published: ${author.head} as the tag ${tag.tag}.\n`);
    return 0;
  }
  await author.pushTag(tag.tag, author.head);
  terminal.out(`Pushed the tag ${tag.tag}. The workflow \`registry publish\` says whether it was taken.\n`);
  return 0;
};

/** @throws ExpertStackError PUBLISH_REFUSED or NAME_INVALID */
const requireNameAlone = (name: string): void => {
  const key = parseExpertKey(name);
  if (key?.request !== undefined) {
    throw refused(
      `${name} names a version.`,
      `Write \`expert-stack publish ${key.name}\`: the version is the one that its definition says.`,
    );
  }
  requireName(name);
};

/** A push of it would start nothing again. */
const thereAlready = (tag: string, at: { readonly remote: string; readonly commit: string }): string =>
  `${at.remote} has the tag ${tag} already, and its version can be published. If the workflow \`registry publish\` is not at it, run that with action index, version ${tag} and value ${at.commit}.\n`;

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
