import { tmpdir } from "node:os";
import { type GitCheckout, tryGit } from "../edges/publishing/git-command.ts";
import { gitRepository } from "../edges/publishing/git-repository.ts";
import { programOutside } from "../edges/skills/program-outside.ts";
import { ExpertStackError } from "../errors.ts";
import type { RegistryRepository } from "../run/publishing-ports.ts";
import type { Terminal } from "./terminal.ts";

/** What git may see of the environment: where things are, who asks, and how the network is reached. */
const seen = [
  ...["PATH", "HOME", "USER", "LOGNAME", "LANG", "TMPDIR", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"],
  ...["SSH_AUTH_SOCK", "GIT_SSH_COMMAND", "GIT_SSH", "GIT_ASKPASS", "SSH_ASKPASS", "GPG_TTY", "GNUPGHOME"],
  ...["SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM"],
  ...["http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "no_proxy", "NO_PROXY"],
];

/**
 * The checkout that a command stands in.
 *
 * @throws ExpertStackError PUBLISH_REFUSED when it is none, or there is no git
 */
export const publishingCheckout = async (terminal: Terminal): Promise<GitCheckout> => {
  const { environment, cwd, stop } = terminal;
  const git = programOutside("git", { path: environment.PATH ?? "", workspace: cwd });
  if (git === undefined) throw noCheckout("There is no git on the PATH", "Install git.");
  const entries = seen.flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const token = tokenOf(environment);
  const checkout = {
    directory: cwd,
    git,
    signal: stop,
    environment: { ...Object.fromEntries(entries), ...token },
  };
  const { code, out, told } = await tryGit(checkout, ["rev-parse", "--show-toplevel"]);
  if (code === 0) return { ...checkout, directory: out.toString("utf8").trim() };
  throw noCheckout(`${cwd} is no checkout that git takes: ${told}`, "Run it in a checkout of the registry.");
};

export const publishingRepository = async (terminal: Terminal): Promise<RegistryRepository> =>
  gitRepository(await publishingCheckout(terminal), tmpdir());

/**
 * A workflow's token, for its server alone: neither in an address nor in an argument, where other processes and logs
 * would have it. The first, empty value takes away what a checkout may have left.
 */
const tokenOf = ({
  GITHUB_ACTIONS,
  GITHUB_TOKEN,
  GITHUB_SERVER_URL = "https://github.com",
}: Terminal["environment"]): Readonly<Record<string, string>> => {
  if (GITHUB_ACTIONS !== "true" || !GITHUB_TOKEN) return {};
  const key = `http.${GITHUB_SERVER_URL.replace(/\/+$/, "")}/.extraheader`;
  const credential = Buffer.from(`x-access-token:${GITHUB_TOKEN}`).toString("base64");
  return {
    GIT_CONFIG_COUNT: "2",
    ...{ GIT_CONFIG_KEY_0: key, GIT_CONFIG_VALUE_0: "" },
    ...{ GIT_CONFIG_KEY_1: key, GIT_CONFIG_VALUE_1: `AUTHORIZATION: basic ${credential}` },
  };
};

const noCheckout = (message: string, remedy: string): ExpertStackError =>
  new ExpertStackError({ code: "PUBLISH_REFUSED", message: `${message}.`, remedy });
