import { visible } from "./visible.ts";

/**
 * A text as one line of a runner's log that no runner takes for a command: it reads `::name::` at the start of a
 * line, spaces before it or not, and `##[name]` anywhere in it. Its comparisons may skip characters that nobody sees.
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
 */
export const logLine = (text: string): string =>
  visible(text)
    .replace(/^[\s\p{DI}]*:\p{DI}*:/u, "| ::")
    .replace(/#\p{DI}*#\p{DI}*\[/gu, "## [");
