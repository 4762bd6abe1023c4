import type { ThreadPlace } from "../../run/github-ports.ts";

/** Milliseconds before each further attempt to post what may have been posted although GitHub answered with a failure. */
export const pauses = [1_000, 4_000, 9_000];

/** Each kind of thread asks for its own permission; GitHub's answer names both as if either would do. */
export const permissionOf = ({ kind }: ThreadPlace): string =>
  kind === "pullRequest" ? "pull-requests: write" : "issues: write";
