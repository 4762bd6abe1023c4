/**
 * Every way in which Expert Stack refuses or fails, by code.
 *
 * The `invalid` codes mean that what a person wrote must change (exit code 2); the others mean that the world
 * did not cooperate (exit code 1).
 */
export const invalidCodes = [
  "INPUT_INVALID",
  "INPUT_NOT_AVAILABLE",
  "MANIFEST_NOT_FOUND",
  "MANIFEST_INVALID",
  "LOCK_INVALID",
  "EXPERT_NOT_FOUND",
  "REFERENCE_INVALID",
  "VERSION_NOT_FOUND",
  "VERSION_DISABLED",
  "DELEGATE_CYCLE",
  "LOCAL_SHADOWS_REGISTRY",
  "LOCK_OUTDATED",
  "SKILL_NOT_ALLOWED",
  "DEFINITION_INVALID",
  "DEFINITION_TOO_LARGE",
  "NOT_UTF8",
  "DUPLICATE_KEY",
  "NAME_INVALID",
  "NAME_CONFUSABLE",
  "PUBLISH_REFUSED",
  "FEATURE_NOT_AVAILABLE",
  "PROVIDER_KEY_MISSING",
  "SKILL_ENV_MISSING",
  "TOOL_NAME_COLLISION",
  "DELEGATION_TOO_DEEP",
  "PATH_ESCAPE",
  "TRIGGER_INVALID",
  "PLAN_INVALID",
  "JOB_NOT_FOUND",
  "JOB_RUNNING",
  "CHECKPOINT_NOT_FOUND",
] as const;

export const failureCodes = [
  "OUTPUT_REFUSED",
  "TAG_MOVED",
  "DIGEST_MISMATCH",
  "INDEX_REWOUND",
  "INDEX_CORRUPT",
  "REGISTRY_UNREACHABLE",
  "SANDBOX_MISSING",
  "SANDBOX_FAILED",
  "SKILL_REFUSED",
  "SKILL_START_FAILED",
  "PACKAGE_INSTALL_FAILED",
  "JOURNAL_CORRUPT",
  "JOURNAL_VERSION",
  "STORE_FAILED",
  "GITHUB_REQUEST_FAILED",
  "GITHUB_PERMISSION_MISSING",
  "ARTIFACT_FAILED",
  "STEP_CANCELLED",
  "REPLAY_EXHAUSTED",
  "TOOL_FAILED",
] as const;

export type ErrorCode = (typeof invalidCodes)[number] | (typeof failureCodes)[number];

/** A failure with a name a program can test, a message that names the thing, and what a person can type. */
export class ExpertStackError extends Error {
  readonly code: ErrorCode;
  readonly remedy: string;

  constructor(init: { code: ErrorCode; message: string; remedy: string; cause?: unknown }) {
    super(init.message, init.cause === undefined ? undefined : { cause: init.cause });
    this.name = "ExpertStackError";
    this.code = init.code;
    this.remedy = init.remedy;
  }
}

/** What happened and what to do, as sentences in one line of text. */
export const inSentences = (message: string, remedy: string): string =>
  `${message}${/[.!?:]\s*$/.test(message) ? "" : "."} ${remedy}`;

/** Whether the person's own input is at fault, so that running it again cannot help. */
export const isInvalidInput = (error: ExpertStackError): boolean =>
  invalidCodes.some((code) => code === error.code);
