import { asScript, ownFile, ownFiles, toolEnvironment, userScript } from "./environment-file.ts";
import { limiting } from "./limits.ts";
import { systemTool } from "./program-file.ts";
import { quoted } from "./shell-word.ts";
import type { Lacking, Tier, TierSetup } from "./tier.ts";

/** Nobody, on every Linux. */
const nobody = 65_534;

/**
 * By another user id, where root may not make namespaces, as in most containers. It keeps a process from the runner's
 * memory and environment, and from nothing else: its network is open, and it sees what everybody may see. The id is that
 * of the workspace's owner, where that is not root, so that it can be written to.
 */
export const otherUser = (setup: TierSetup): Tier | Lacking => {
  const setpriv = systemTool("setpriv");
  const remedy =
    "Let the container make namespaces: `options: --privileged`, or run the job without a container.";
  if (setup.runner.uid !== 0) return { reason: "another user id needs root", remedy };
  if (setpriv === undefined) return { reason: "setpriv (util-linux) is not installed", remedy };
  const user = setup.user.uid === 0 ? { uid: nobody, gid: nobody } : setup.user;
  return {
    name: "user",
    wrap: ({ launch }) => {
      const file = ownFile({ ...setup, user }, `${ownFiles(setup)}.environment`, asScript(launch.env));
      const opener = `exec 6<${quoted(file)} && rm -f ${quoted(file)} && ${limiting()} && exec "$@"`;
      const words = [
        ...[setpriv, "--reuid", String(user.uid), "--regid", String(user.gid)],
        ...["--clear-groups", "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all", "--"],
        ...["/bin/sh", "-c", userScript(launch.cwd), "sandbox"],
        ...[launch.command, ...launch.args],
      ];
      return {
        command: "/bin/sh",
        args: ["-c", opener, "sandbox", ...words],
        cwd: "/",
        env: toolEnvironment,
      };
    },
  };
};
