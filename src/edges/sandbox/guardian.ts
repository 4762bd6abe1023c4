import { dirname } from "node:path";
import { quoted } from "./shell-word.ts";

/**
 * A shell outside the sandbox that starts it and waits. When the lifeline ends, the runner being gone, it kills what
 * must not stay. It is out of the reach of the process: one inside that watches could be killed, or have the FIFO held
 * open, by the process it watches. It holds none of the process's streams, so that their ends are seen. The runner may be
 * gone before it looks, and then nobody would ever open the FIFO's other end: it does so itself for a moment. With the
 * runner gone the control folder, in which the FIFO is, is its to remove.
 *
 * @param killing what to do then, in the shell's words, where `$child` is what was started
 */
export const guardianScript = (
  lifeline: string,
  killing: string,
): string => `exec 6<>${quoted(lifeline)} 5<${quoted(lifeline)} 6<&- 4<&0
"$@" <&4 4<&- 5<&- &
child=$!
exec 4<&- </dev/null >/dev/null 2>&1
{ trap '' TERM HUP INT; while read -r line <&5; do :; done; rm -rf ${quoted(dirname(lifeline))} & ${killing}; } &
watch=$!
exec 5<&-
trap : TERM HUP INT
while wait "$child"; code=$?; kill -0 "$child"; do :; done
kill -9 "$watch"
exit "$code"`;
