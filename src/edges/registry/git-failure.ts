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
  | {
      readonly type: "timeout" | "address" | "connection" | "certificate" | "sshKey" | "hostKey" | "protocol";
    }
  | { readonly type: "unknown"; readonly said: string };

/** What git said, understood. Anyone may write behind `remote:`, so that is left out. */
export const gitFailure = ({ type, said }: GitEnd): GitFailure => {
  if (type === "timeout") return { type };
  const text = said.replace(/^remote: .*$/gm, "").trim();
  const status = /returned error: (\d{3})|\bHTTP (\d{3})\b/.exec(text);
  if (status !== null) return { type: "status", status: Number(status[1] ?? status[2]) };
  const format = /mismatched algorithms: client \w+; server (sha1|sha256)/.exec(text)?.[1];
  if (format === "sha1" || format === "sha256") return { type: "format", format };
  return sayings.find(([words]) => words.test(text))?.[1] ?? { type: "unknown", said: text };
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
    /transport '[^']*' not allowed|strange (?:host|path)name|is not a valid remote helper/,
    { type: "protocol" },
  ],
  [
    /Could not resolve (?:host|proxy)|Could not resolve hostname|Name or service not known/i,
    { type: "address" },
  ],
  [/certificate|\bSSL\b|\bTLS\b|gnutls/i, { type: "certificate" }],
  [
    /connect|connection|hung up|early EOF|unexpected disconnect|RPC failed|Empty reply|timed out|too slow/i,
    { type: "connection" },
  ],
];

/** Whether another attempt could end otherwise. */
export const mayPass = (failure: GitFailure): boolean => {
  switch (failure.type) {
    case "timeout":
    case "address":
    case "connection":
      return true;
    case "status":
      return failure.status >= 500 || failure.status === 429 || failure.status === 408;
    default:
      return false;
  }
};
