/** What git needs to read a repository, by section: keys that say nothing of how to log in and start no program. */
const harmless: Readonly<Record<string, RegExp>> = {
  core: /^(?:repositoryformatversion|filemode|bare|logallrefupdates|ignorecase|precomposeunicode|symlinks|autocrlf|eol|safecrlf|worktree|sparsecheckout\w*|abbrev|quotepath)$/,
  extensions: /^/,
  branch: /^/,
  user: /^(?:name|email)$/,
  submodule: /^(?:url|active|branch|path)$/,
  remote: /^(?:url|pushurl|fetch|promisor|partialclonefilter|tagopt)$/,
};

const header = /^\s*\[\s*([a-z0-9-]+)(?:\s+"(?:[^"\\]|\\.)*")?\s*\]\s*$/i;
/** On one line and without an escape, since a value that goes on may look like anything. */
const setting = /^\s*([a-z][a-z0-9-]*)\s*=\s*[^\\]*$/i;

/**
 * A repository's configuration without credentials. Known lines are kept, each a whole one, and nothing else is: no
 * spelling of a secret has to be known. Addresses lose their user and password.
 */
export const withoutCredentials = (text: string): string => {
  let known: RegExp | undefined;
  const kept = text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .filter((line) => {
      if (line.trimStart().startsWith("[")) {
        known = harmless[header.exec(line)?.[1]?.toLowerCase() ?? ""];
        return known !== undefined;
      }
      const key = setting.exec(line)?.[1]?.toLowerCase();
      return key !== undefined && known?.test(key) === true;
    });
  return `${kept.join("\n")}\n`.replaceAll(/([a-z][a-z0-9+.-]*:\/\/)[^/\s]*@/gi, "$1");
};
