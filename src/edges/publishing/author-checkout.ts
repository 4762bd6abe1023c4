import { ExpertStackError } from "../../errors.ts";
import { type GitCheckout, git, gitLine, tryGit } from "./git-command.ts";

/** An author's own checkout of a registry's repository. */
export type AuthorCheckout = {
  readonly head: string;
  /** Whether a file lies there as `head` has it. */
  isCommitted(path: string): Promise<boolean>;
  /** The commit of a tag that is here. */
  tagged(tag: string): Promise<string | undefined>;
  /** @throws ExpertStackError PUBLISH_REFUSED when the remote does not take it */
  pushTag(tag: string, commit: string): Promise<void>;
};

/** @throws ExpertStackError PUBLISH_REFUSED when nothing is committed */
export const authorCheckout = async (checkout: GitCheckout, remote: string): Promise<AuthorCheckout> => {
  const commitOf = async (ref: string): Promise<string | undefined> => {
    const { code, out } = await tryGit(checkout, ["rev-parse", "--verify", "--quiet", `${ref}^{commit}`]);
    return code === 0 ? out.toString("utf8").trim() : undefined;
  };
  const head = await commitOf("HEAD");
  if (head === undefined) throw refused("Nothing is committed here", "Commit the definition first.");
  return {
    head,
    isCommitted: async (path) => (await gitLine(checkout, ["status", "--porcelain", "--", path])) === "",
    tagged: async (tag) => await commitOf(`refs/tags/${tag}`),
    pushTag: async (tag, commit) => {
      if ((await commitOf(`refs/tags/${tag}`)) === undefined)
        await git(checkout, ["tag", "--no-sign", "--", tag, commit]);
      const { code, told } = await tryGit(checkout, ["push", "--quiet", remote, `refs/tags/${tag}`]);
      if (code === 0) return;
      throw refused(
        `The tag ${tag} could not be pushed to ${remote}: ${told}`,
        `See that you may push there, then \`git push ${remote} ${tag}\`.`,
      );
    },
  };
};

const refused = (message: string, remedy: string): ExpertStackError =>
  new ExpertStackError({ code: "PUBLISH_REFUSED", message, remedy });
