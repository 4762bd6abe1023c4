/**
 * The repository that a remote's address is, in the form that GitHub's command line takes: `host/owner/repo`. A name or
 * token that the address holds is left out.
 *
 * @param address as git has it: `https://host/owner/repo.git`, `ssh://git@host/owner/repo` or `git@host:owner/repo.git`
 * @returns nothing for an address of another kind, such as a folder
 */
export const githubRemote = (address: string): string | undefined => {
  const [, host = "", path = ""] =
    /^(?:https?|ssh|git):\/\/(?:[^/@]*@)?([A-Za-z0-9.-]+)(?::\d+)?\/(.*)$/.exec(address) ??
    /^(?:[^/@:]+@)?([A-Za-z0-9.-]+):(?!\/\/)(.*)$/.exec(address) ??
    [];
  const [, owner, repo] =
    /^\/?([A-Za-z0-9_][A-Za-z0-9_.-]*)\/([A-Za-z0-9_.-]+?)(?:\.git)?\/?$/.exec(path) ?? [];
  if (owner === undefined || repo === undefined) return undefined;
  // GitHub's second address for ssh, where a firewall lets only https through.
  const server = host.toLowerCase() === "ssh.github.com" ? "github.com" : host.toLowerCase();
  return `${server}/${owner}/${repo}`;
};
