import { type ErrorCode, ExpertStackError } from "../errors.ts";

/** What an audit says of one Expert or registry. */
export type AuditFinding = {
  /** From worst to best; `warning` and `info` are no reason to fail. */
  readonly level: AuditLevel;
  readonly code:
    | ErrorCode
    | "KNOWN_BAD"
    | "VERSION_DEPRECATED"
    | "TAG_MISSING"
    | "TAG_NOT_ASKED"
    | "NEWER_VERSION";
  /** The Expert's key, or the registry or repository by host and path. */
  readonly subject: string;
  readonly message: string;
  readonly remedy: string;
};

export const auditLevels = ["critical", "error", "warning", "info"] as const;
export type AuditLevel = (typeof auditLevels)[number];

/** Whether something is wrong: a version that is merely old, or whose tag is gone, is not. */
export const isWrong = ({ level }: AuditFinding): boolean => level === "critical" || level === "error";

/** Why something could not be looked at. @throws whatever is no error of ours */
export const refusedFor = (error: unknown, subject: string): AuditFinding => {
  if (!(error instanceof ExpertStackError)) throw error;
  const { code, message, remedy } = error;
  return { level: "error", code, subject, message, remedy };
};
