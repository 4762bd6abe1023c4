import type { GitEnd } from "./git-process.ts";
import type { ObjectFormat } from "./unusable-clone.ts";

/** Why a fetch brought nothing. */
export type GitFailure =
  /** The ref or the object is not there. */
  | { readonly type: "absent" }
  /** The server gives out refs, not objects by their ids. */
  | { readonly type: "refused" }
  | { readonly type: "format"; readonly format: ObjectFormat }
  | { readonly type: "status"; readonly status: number }
  | { readonly type: "timeout" | "address" | "proxy" | "connection" | "certificate" }
  | { readonly type: "sshKey" | "hostKey" | "protocol" }
  /** The server's doing, or that of what lies between; else it may be what is kept here. */
  | { readonly type: "other" | "unknown"; readonly said: string };

/** What git said, understood. Anyone may write behind `remote:`, or name a repository, so both are left out. */
export const gitFailure = ({ type, said }: GitEnd): GitFailure => {
  if (type === "timeout") return { type };
  const text = said
    .replace(/^remote: .*$/gm, "")
    .replace(/'[a-z]+:\/\/[^']*'/g, "''")
    .trim();
  const status = /returned error: (\d{3})|\bHTTP (\d{3})\b/.exec(text);
  if (status !== null) return { type: "status", status: Number(status[1] ?? status[2]) };
  const format = /mismatched algorithms: client \w+; server (sha1|sha256)/.exec(text)?.[1];
  if (format === "sha1" || format === "sha256") return { type: "format", format };
  const known = sayings.find(([words]) => words.test(text))?.[1];
  return known ?? { type: remote.test(text) ? "other" : "unknown", said: text };
};

/** The first that fits: "the remote end hung up" follows upon most of the others. */
const sayings: readonly (readonly [RegExp, GitFailure])[] = [
  [/couldn't find remote ref|not our ref/i, { type: "absent" }],
  [/does not allow request for unadvertised object/i, { type: "refused" }],
  [/Permission denied \(/, { type: "sshKey" }],
  [/Host key verification failed/, { type: "hostKey" }],
  [/could not read (?:Username|Password)|Authentication failed/, { type: "status", status: 401 }],
  [
    /repository '[^']*' not found|Repository not found|not appear to be a git repository/i,
    { type: "status", status: 404 },
  ],
  [
    /transport '[^']*' not allowed|Protocol "\w+" not supported|strange (?:host|path)name/,
    { type: "protocol" },
  ],
  [/resolve proxy|from proxy|CONNECT tunnel/i, { type: "proxy" }],
  [/Could not resolve host|Name or service not known/i, { type: "address" }],
  [/certificate/i, { type: "certificate" }],
  [
    /connect|hung up|early EOF|RPC failed|Empty reply|timed out|too slow|\bSSL|TLS\b/i,
    { type: "connection" },
  ],
];

const remote = /unable to access|remote (?:error|repository)|http transport|not valid: is this/;

/** Whether another attempt could end otherwise. */
export const mayPass = (failure: GitFailure): boolean => {
  switch (failure.type) {
    case "timeout":
    case "address":
    case "proxy":
    case "connection":
      return true;
    case "status":
      return failure.status >= 500 || failure.status === 429 || failure.status === 408;
    default:
      return false;
  }
};
