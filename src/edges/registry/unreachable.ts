import { ExpertStackError } from "../../errors.ts";
import type { GitFailure } from "./git-failure.ts";
import type { GitOptions } from "./git-options.ts";
import { basic, httpsHost } from "./host-token.ts";

type Asked = {
  /** The repository, as people name it. */
  readonly id: string;
  readonly url: string;
  readonly options: GitOptions;
  /** How often the server was asked. */
  readonly attempts: number;
};

/** The error of a repository that gave no answer to rely on: never the same as "it is not there". */
export const unreachable = (failure: GitFailure, asked: Asked): ExpertStackError => {
  const { why, remedy } = explained(failure, asked);
  const times = asked.attempts > 1 ? ` It was asked ${asked.attempts} times.` : "";
  return new ExpertStackError({
    code: "REGISTRY_UNREACHABLE",
    message: withoutCredential(`${asked.id} could not be read: ${why}.${times}`, asked),
    remedy,
  });
};

type Explained = { readonly why: string; readonly remedy: string };

const explained = (failure: GitFailure, asked: Asked): Explained => {
  const host = hostOf(asked);
  switch (failure.type) {
    case "status":
      return status(failure.status, asked);
    case "timeout":
      return { why: `${host} had not answered within the time limit`, remedy: later };
    case "address":
      return { why: `there is no host ${host}, or no name service to ask`, remedy: network };
    case "proxy":
      return { why: `the proxy let nobody through to ${host}`, remedy: proxy };
    case "connection":
      return { why: `the connection to ${host} failed or broke off`, remedy: network };
    case "certificate":
      return { why: `the certificate of ${host} is not trusted`, remedy: certificate };
    case "sshKey":
      return { why: `${host} accepted none of the ssh keys`, remedy: sshKey };
    case "hostKey":
      return { why: `the ssh host key of ${host} is not a known one`, remedy: hostKey };
    case "protocol":
      return { why: "git may speak https and ssh only", remedy: "Use the registry's https or ssh address." };
    case "refused":
      return { why: `${host} gives out no commit by its id`, remedy: "Name a tag, too." };
    case "absent":
      return { why: "it is empty, or has no default branch", remedy: "Publish an Expert into it first." };
    case "format":
      return { why: `its objects are named by ${failure.format} now`, remedy: later };
    case "other":
    case "unknown":
      return { why: `git failed: ${firstLine(failure.said)}`, remedy: later };
    default:
      return failure satisfies never;
  }
};

const status = (code: number, asked: Asked): Explained => {
  const host = hostOf(asked);
  const [by, access] = [
    tokenOf(asked) === "" ? "without a token" : "with the token for it",
    accessRemedy(asked),
  ];
  const answered = `${host} answered ${code}`;
  if (code === 404) {
    return {
      why: `${answered}, asked ${by}: there is no such repository, or no access to it`,
      remedy: `Check the address. ${access}`,
    };
  }
  if (code === 401) return { why: `${answered}, asked ${by}: it wants to know who asks`, remedy: access };
  if (code === 403) return { why: `${answered}, asked ${by}: access is denied`, remedy: access };
  if (code === 429) return { why: `${answered}: too many requests`, remedy: later };
  if (code >= 300 && code < 400) {
    return {
      why: `${answered}: it lies elsewhere now, and a token does not follow to another address`,
      remedy: "Use its new address.",
    };
  }
  return { why: code >= 500 ? `${answered}: it has a fault of its own` : answered, remedy: later };
};

const later = "Run it again later. What perstack.lock pins and the cache holds goes on working.";
const network = "Check the address, the network and the proxy (HTTPS_PROXY, NO_PROXY), then run it again.";
const proxy = "Check HTTPS_PROXY and NO_PROXY, then run it again.";
const certificate = "Name the file of the authority that signed it in GIT_SSL_CAINFO.";
const sshKey = "Load a key that may read the repository into ssh-agent (SSH_AUTH_SOCK), or use https.";
const hostKey = "Add the host's key to ~/.ssh/known_hosts, or use https.";

const accessRemedy = (asked: Asked): string =>
  asked.options.accessRemedy?.(hostOf(asked)) ?? "Give a token that may read the repository.";

const hostOf = ({ url, id }: Asked): string => URL.parse(url)?.host || id;

const tokenOf = ({ options, url }: Asked): string => {
  const host = httpsHost(url);
  return (host === undefined ? undefined : options.tokenFor?.(host)) ?? "";
};

const firstLine = (said: string): string => said.split("\n")[0]?.slice(0, 300) || "it did not say why";

/** Neither the token itself, nor what stands before the `@` of an address (a proxy's, say). */
const withoutCredential = (text: string, asked: Asked): string => {
  const token = tokenOf(asked);
  const plain = text.replace(/\/\/[^/@\s]*@/g, "//…@");
  return token === "" ? plain : [token, basic(token)].reduce((all, form) => all.replaceAll(form, "…"), plain);
};
