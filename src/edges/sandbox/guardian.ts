import { dirname, join } from "node:path";
import { quoted } from "./shell-word.ts";
import type { TierSetup } from "./tier.ts";

/**
 * A shell outside the sandbox that starts it and waits. When the lifeline ends, the runner being gone, it kills what
 * must not stay. It is out of the reach of the process: one inside that watches could be killed, or have the FIFO held
 * open, by the process it watches. It holds none of the process's streams, so that their ends are seen. The runner may be
 * gone before it looks, and then nobody would ever open the FIFO's other end: it does so itself for a moment. With the
 * runner gone the control folder, in which the FIFO is, is its to remove.
 *
 * What it does then it does in a process of its own, since the shell kills who watches as soon as the sandbox has ended.
 *
 * @param words in the shell's words: `starting` is what the child does before it becomes the program, `started` what is
 *   done once there is a child, and `killing` what to do with `$child` when the runner is gone; descriptor 3 is passed on
 *   to that and to nobody else
 */
export const guardianScript = (
  { lifeline, groups }: Pick<TierSetup, "lifeline" | "groups">,
  {
    starting,
    started = ":",
    killing,
  }: { readonly starting: string; readonly started?: string; readonly killing: string },
): string => {
  // Who cannot join is held without its limits.
  const joining = groups.map((folder) => `echo 0 >${quoted(join(folder, "cgroup.procs"))}; `).join("");
  // A group can be removed once its last process is not only killed but gone, and the folder once nobody who was about to
  // start puts a file into it.
  const leaving = [
    until(`rm -rf ${quoted(dirname(lifeline))}`, dirname(lifeline)),
    ...groups.map((folder) => until(`rmdir ${quoted(folder)}`, folder)),
  ].join("; ");
  return `exec 6<>${quoted(lifeline)} 5<${quoted(lifeline)} 6<&- 4<&0
( { ${joining}:; } 2>/dev/null; ${starting}; exec "$@" ) <&4 3<&- 4<&- 5<&- &
child=$!
exec 4<&- </dev/null >/dev/null 2>&1
{ trap '' TERM HUP INT; while read -r line <&5; do :; done; { ${killing}; ${leaving}; } & } &
watch=$!
exec 3<&- 5<&-
${started}
trap : TERM HUP INT
while wait "$child"; code=$?; kill -0 "$child"; do :; done
kill -9 "$watch"
exit "$code"`;
};

const until = (removing: string, path: string): string =>
  `for try in 1 2 3 4 5 6 7 8 9 10 11 12; do ${removing}; [ -e ${quoted(path)} ] || break; sleep 0.1; done`;
