import { ExpertStackError } from "../errors.ts";

/** Where a registry lies. */
export type RegistryAddress = {
  /** What git fetches from: `https://…` or `ssh://…`, without a password. */
  readonly url: string;
  /** How people and locks name it, whatever it is reached by: `github.com/acme/experts`. */
  readonly id: string;
};

/** What is wrong with an address: a text that follows "it is no address:". */
type Fault = { readonly fault: string };

/**
 * Reads `github:owner/repo`, `git+https://host/path.git`, `git+ssh://git@host/path.git`, or either without `git+`.
 *
 * @param where the key or the input that says so, for the message
 * @throws ExpertStackError REFERENCE_INVALID
 */
export const parseRegistryAddress = (text: string, where: string): RegistryAddress => {
  const read = readAddress(text);
  if (!("fault" in read)) return read;
  throw new ExpertStackError({
    code: "REFERENCE_INVALID",
    message: `${where}: "${text.replace(/\/\/[^/]*@/, "//…@")}" is not the address of a registry: ${read.fault}.`,
    remedy: `Write ${addressForms}.`,
  });
};

export const addressForms =
  '"github:owner/repo", "git+https://host/path.git" or "git+ssh://git@host/path.git"';

export const isRegistryAddress = (text: string): boolean => !("fault" in readAddress(text));

const readAddress = (text: string): RegistryAddress | Fault => {
  const [, owner, repo] =
    /^github:([A-Za-z0-9][A-Za-z0-9-]{0,38})\/([A-Za-z0-9._][A-Za-z0-9._-]{0,99})$/.exec(text) ?? [];
  if (owner !== undefined && repo !== undefined && !/^\.{1,2}$/.test(repo)) {
    return addressOf(new URL(`https://github.com/${owner}/${repo.replace(/\.git$/, "")}.git`));
  }
  const address = text.replace(/^git\+/, "");
  // What URL takes away or puts right by itself, such as a line break or `..`, was meant for somebody else.
  const isWritten = /^(?:https|ssh):\/\/[!-~]+$/.test(address) && !/%|\/\.{1,2}(?:\/|$)/.test(address);
  if (!isWritten || !URL.canParse(address)) {
    return { fault: "it is no https or ssh address" };
  }
  const url = new URL(address);
  if (url.password !== "" || (url.protocol === "https:" && url.username !== "")) {
    return { fault: "a credential does not belong into it" };
  }
  if (url.search !== "" || url.hash !== "") return { fault: "it has a query or a fragment" };
  return isPlain(url) ? addressOf(url) : { fault: "its host or its path is none that git is told" };
};

/** Nothing in it that git, ssh or a shell could take for something else. */
const isPlain = ({ hostname, pathname, username }: URL): boolean =>
  /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/i.test(hostname) &&
  /^(?:\/[A-Za-z0-9._~][A-Za-z0-9._~-]*)+\/?$/.test(pathname) &&
  /^(?:[a-z0-9_][a-z0-9_-]*)?$/i.test(username);

/** Of an ssh address, too, the host is the same in capitals, which URL does not see to. */
const addressOf = (url: URL): RegistryAddress => ({
  url: `${url.protocol}//${url.username === "" ? "" : `${url.username}@`}${url.host.toLowerCase()}${url.pathname}`,
  id: `${url.host.toLowerCase()}${url.pathname.replace(/\/$/, "").replace(/\.git$/, "")}`,
});

/** Whether it names a repository as locks and indexes do: `github.com/acme/experts`. */
export const isRepositoryId = (id: string): boolean =>
  /^[a-z0-9]/.test(id) && isRegistryAddress(`https://${id}.git`);

/** The host of a repository, as locks and indexes name it. */
export const repositoryHost = (id: string): string => id.split("/", 1)[0] ?? "";
