import { limitArguments } from "./limits.ts";
import { systemTool } from "./program-file.ts";
import type { Lacking, Tier, TierSetup } from "./tier.ts";

/** Nobody, on every Linux. */
const nobody = 65_534;

/**
 * By another user id, where root may not make namespaces, as in most containers. It keeps a process from the runner's
 * memory and environment, and from nothing else: its network is open, and it sees what everybody may see. The id is that
 * of the workspace's owner, where that is not root, so that it can be written to.
 */
export const otherUser = ({ runner, user }: TierSetup): Tier | Lacking => {
  const [setpriv, prlimit] = [systemTool("setpriv"), systemTool("prlimit")];
  const remedy =
    "Let the container make namespaces: `options: --cap-add SYS_ADMIN --security-opt seccomp=unconfined --security-opt apparmor=unconfined`, or run the job without a container.";
  if (runner.uid !== 0) return { reason: "another user id needs root", remedy };
  if (setpriv === undefined || prlimit === undefined) {
    return { reason: "setpriv and prlimit (util-linux) are not installed", remedy };
  }
  const { uid, gid } = user.uid === 0 ? { uid: nobody, gid: nobody } : user;
  return {
    name: "user",
    wrap: ({ launch }) => ({
      command: prlimit,
      args: [
        ...[...limitArguments(), setpriv, "--reuid", String(uid), "--regid", String(gid)],
        ...["--clear-groups", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all", "--"],
        ...[launch.command, ...launch.args],
      ],
      cwd: launch.checkedCwd ?? launch.cwd,
      env: launch.env,
    }),
  };
};
