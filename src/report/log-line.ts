import { visible } from "./visible.ts";

/**
 * A text as one line of a runner's log that no runner takes for a command: it reads `::name::` at the start of a
 * line, spaces before it or not, and `##[name]` anywhere in it.
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
 */
export const logLine = (text: string): string =>
  visible(text)
    .replace(/^\s*::/, "| ::")
    .replaceAll("##[", "## [");
