import { ExpertStackError } from "../errors.ts";

/** Where a registry lies. */
export type RegistryAddress = {
  /** What git fetches from: `https://…` or `ssh://…`, without a password. */
  readonly url: string;
  /** How people and locks name it, whatever it is reached by: `github.com/acme/experts`. */
  readonly id: string;
};

/**
 * Reads `github:owner/repo`, `git+https://host/path.git`, `git+ssh://git@host/path.git`, or either without `git+`.
 *
 * @param where the key or the input that says so, for the message
 * @throws ExpertStackError REFERENCE_INVALID
 */
export const parseRegistryAddress = (text: string, where: string): RegistryAddress => {
  const github = /^github:([A-Za-z0-9][A-Za-z0-9-]{0,38})\/([A-Za-z0-9._-]{1,100})$/.exec(text);
  const [, owner, repo] = github ?? [];
  if (owner !== undefined && repo !== undefined && repo !== "." && repo !== "..") {
    return addressOf(new URL(`https://github.com/${owner}/${repo.replace(/\.git$/, "")}.git`));
  }
  const address = text.replace(/^git\+/, "");
  // What URL takes away by itself, such as a line break, was meant for somebody else.
  const isPlain = /^(?:https|ssh):\/\/[!-~]+$/.test(address) && URL.canParse(address);
  if (!isPlain) throw invalid(text, where, "it is no https or ssh address");
  const url = new URL(address);
  if (url.password !== "" || (url.protocol === "https:" && url.username !== "")) {
    throw invalid(text.replace(/\/\/[^/]*@/, "//…@"), where, "a credential does not belong into it");
  }
  if (url.search !== "" || url.hash !== "") throw invalid(text, where, "it has a query or a fragment");
  const isOdd = !/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i.test(url.hostname) || /^-|%|\/-/.test(url.pathname);
  if (
    isOdd ||
    !/^\/[^/]/.test(url.pathname) ||
    !/^[a-z0-9_-]*$/i.test(url.username) ||
    /^-/.test(url.username)
  ) {
    throw invalid(text, where, "its host or its path is none that git is told");
  }
  return addressOf(url);
};

const addressOf = (url: URL): RegistryAddress => ({
  url: url.href,
  id: `${url.host}${url.pathname.replace(/\/+$/, "").replace(/\.git$/, "")}`,
});

const invalid = (text: string, where: string, because: string): ExpertStackError =>
  new ExpertStackError({
    code: "REFERENCE_INVALID",
    message: `${where}: ${JSON.stringify(text)} is not the address of a registry: ${because}.`,
    remedy: 'Write "github:owner/repo", "git+https://host/path.git" or "git+ssh://git@host/path.git".',
  });
