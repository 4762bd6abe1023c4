import type { GitOptions } from "./git-options.ts";
import { basic, httpsHost } from "./host-token.ts";
import type { ObjectFormat } from "./unusable-clone.ts";

/** The repository that a git command works in. */
export type GitPlace = {
  /** A folder of this process's own: HEAD, refs, and which commits are shallow. */
  readonly view: string;
  /** Where objects lie, which may be shared with other processes. */
  readonly objects: string;
  readonly format: ObjectFormat;
};

/** To find programs, certificates, proxies and keys. Never GIT_TRACE*: what it writes holds credentials. */
const seen = [
  ...["PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "SSH_AUTH_SOCK"],
  ...["GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE"],
  ...["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"],
];

/** What a person's own configuration and its credential helpers need besides. */
const seenByPerson = [
  ...["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS", "GNUPGHOME"],
  ...["GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_SSH", "GIT_SSH_COMMAND"],
];

/** The environment of a command in the place. A missing object is missing: git asks nobody for it on its own. */
const placeEnvironment = (options: GitOptions, place: GitPlace): Record<string, string> => ({
  ...personal(options, place),
  GIT_DIR: place.view,
  GIT_OBJECT_DIRECTORY: place.objects,
  GIT_NO_LAZY_FETCH: "1",
  GIT_NO_REPLACE_OBJECTS: "1",
  GIT_OPTIONAL_LOCKS: "0",
  GIT_TERMINAL_PROMPT: "0",
  // What git says is understood in English only.
  LC_ALL: "C",
});

/** The environment of a fetch from the URL. A credential is in here and nowhere else, bound to its host. */
export const fetchEnvironment = (
  options: GitOptions,
  place: GitPlace,
  url: string,
): Record<string, string> => {
  const settings = [...fixed, ...promisor(url), ...access(options, url)];
  const numbered = settings.flatMap(([key, value], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ]);
  return {
    ...placeEnvironment(options, place),
    GIT_ALLOW_PROTOCOL: options.protocols ?? "https:ssh",
    GIT_CONFIG_COUNT: `${settings.length}`,
    ...Object.fromEntries(numbered),
  };
};

type Setting = readonly [key: string, value: string];

const fixed: readonly Setting[] = [
  ["core.hooksPath", "/dev/null"],
  ["core.fsmonitor", "false"],
  ["gc.auto", "0"],
  ["maintenance.auto", "false"],
  ["fetch.fsckObjects", "true"],
  ["fetch.writeCommitGraph", "false"],
  // What pack-index.ts reads.
  ["pack.indexVersion", "2"],
  ["submodule.recurse", "false"],
];

/** Said here, git has no reason to write it into a file: two processes would wait for one lock. */
const promisor = (url: string): readonly Setting[] => [
  [`remote.${url}.promisor`, "true"],
  [`remote.${url}.partialclonefilter`, "blob:none"],
];

const access = ({ tokenFor }: GitOptions, url: string): readonly Setting[] => {
  const host = httpsHost(url);
  const token = host === undefined ? undefined : tokenFor?.(host);
  if (token === undefined || token === "") return [["http.followRedirects", "initial"]];
  const header = `http.https://${host}/.extraHeader`;
  return [
    // It would take the credential with it.
    ["http.followRedirects", "false"],
    // An empty one takes back what a person's own configuration adds: two of them are refused.
    [header, ""],
    [header, `Authorization: Basic ${basic(token)}`],
  ];
};

const personal = (options: GitOptions, place: GitPlace): Record<string, string> => {
  const { environment, userConfig } = options;
  if (userConfig === "kept") return picked(environment, [...seen, ...seenByPerson]);
  return {
    ...picked(environment, seen),
    // Nobody's .netrc either. ssh finds its keys by the user, not by HOME.
    HOME: place.view,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_SYSTEM: "/dev/null",
    GIT_CONFIG_GLOBAL: "/dev/null",
  };
};

const picked = (environment: GitOptions["environment"], names: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = environment[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
