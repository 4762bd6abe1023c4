import { readFile, realpath } from "node:fs/promises";
import { isAbsolute, relative, resolve } from "node:path";
import type { CredentialRules } from "./login-policy.ts";
import { loginRefused } from "./token-source.ts";

/**
 * A URL of a credential file that may be a stranger's: what is sent there is worth a token.
 *
 * @throws LoginRefused for one that is no service of tokens of Google's
 */
export const googleUrl = (url: string, name: string, { logins }: CredentialRules): string => {
  if (URL.canParse(url) && logins.isGoogle(new URL(url))) return url;
  throw loginRefused(
    `Google's credential file names ${originOf(url)} as "${name}", where only ${googleHosts} are asked.`,
  );
};

/** The same for where a workload's own token comes from: GitHub, or Google. */
export const subjectUrl = (url: string, rules: CredentialRules): string => {
  const { logins, idTokenUrl } = rules;
  const isGitHub =
    idTokenUrl !== undefined &&
    [url, idTokenUrl].every((one) => URL.canParse(one) && logins.isSecure(new URL(one))) &&
    new URL(url).host === new URL(idTokenUrl).host;
  if (isGitHub || (URL.canParse(url) && logins.isGoogle(new URL(url)))) return url;
  throw loginRefused(
    `Google's credential file names ${originOf(url)} as "credential_source.url", where only GitHub's own ACTIONS_ID_TOKEN_REQUEST_URL (it needs \`permissions: id-token: write\`) and ${googleHosts} are asked.`,
  );
};

const googleHosts =
  "Google's own services of tokens (oauth2, sts and iamcredentials.googleapis.com, over https)";

const originOf = (url: string): string => (URL.canParse(url) ? new URL(url).origin : `"${url}"`);

/** Folders whose files are not files: the environment and the memory of this process are among them. */
const kernelFolders = ["/proc", "/sys", "/dev"];

/**
 * The text of a file with a workload's own token.
 *
 * @throws LoginRefused for a file of the kernel's or of the workspace, links followed
 */
export const subjectFile = async (path: string, { workspace }: CredentialRules): Promise<string> => {
  const named = resolve(path);
  const real = await withoutLinks(named);
  const own = workspace === undefined ? [] : [resolve(workspace), await withoutLinks(workspace)];
  const folder = [...kernelFolders, ...own].find((one) => isBelow(named, one) || isBelow(real, one));
  if (folder === undefined) return await readFile(real, "utf8");
  throw loginRefused(
    `Google's credential file names ${path} as "credential_source.file", which is below ${folder}: no token is read from there.`,
  );
};

const withoutLinks = (path: string): Promise<string> => realpath(path).catch(() => resolve(path));

const isBelow = (path: string, folder: string): boolean => {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith("../") && !isAbsolute(way);
};
