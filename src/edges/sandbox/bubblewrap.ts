import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Launch } from "../../run/sandbox-ports.ts";
import { limitArguments } from "./limits.ts";
import type { Mount } from "./mounts.ts";
import { switches, tellingFiles } from "./proc-files.ts";
import { systemTool } from "./program-file.ts";
import { seccompFilter } from "./seccomp.ts";
import type { Cell, Lacking, Tier, TierSetup } from "./tier.ts";

/**
 * By bubblewrap, which needs no root where the system lets anybody have a user namespace. The whole environment is
 * handed on as it is: as arguments, others could read it.
 */
export const bubblewrap = (setup: TierSetup): Tier | Lacking => {
  const [bwrap, prlimit] = [systemTool("bwrap"), systemTool("prlimit")];
  const remedy = "Add a step before: `sudo apt-get install --yes bubblewrap`.";
  if (bwrap === undefined) return { reason: "bubblewrap is not installed", remedy };
  if (prlimit === undefined) return { reason: "prlimit (util-linux) is not installed", remedy };
  if (setup.user.uid !== setup.runner.uid) {
    return { reason: "as root it cannot write to a workspace that is another user's", remedy };
  }
  const filter = seccompFilter(process.arch);
  const filterFile = join(setup.control, "seccomp");
  if (filter !== undefined) writeFileSync(filterFile, filter, { mode: 0o400 });
  return {
    name: "bubblewrap",
    wrap: (cell) => {
      const limited = [prlimit, ...limitArguments(), bwrap, ...arguments_(cell)];
      return filter === undefined
        ? launchOf(cell, limited)
        : // The filter is read from a descriptor, which only a shell can open for another program.
          launchOf(cell, ["/bin/sh", "-c", 'exec 9<"$0" && exec "$@"', filterFile, ...withFilter(limited)]);
    },
  };
};

const launchOf = ({ launch }: Cell, [command = "", ...args]: readonly string[]): Launch => ({
  command,
  args,
  cwd: "/",
  env: launch.env,
});

const withFilter = (words: readonly string[]): readonly string[] => {
  const at = words.indexOf("--die-with-parent");
  return [...words.slice(0, at), "--seccomp", "9", ...words.slice(at)];
};

const arguments_ = ({ launch, mounts, network }: Cell): readonly string[] => [
  "--die-with-parent",
  "--unshare-all",
  ...(network === "shared" ? ["--share-net"] : []),
  ...["--cap-drop", "ALL", "--hostname", "sandbox"],
  ...["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"],
  // The id of root may write the machine's switches without any capability, and bubblewrap leaves them writable.
  ...switches.flatMap((path) => ["--ro-bind-try", path, path]),
  ...tellingFiles.flatMap((path) => ["--ro-bind-try", "/dev/null", path]),
  ...mounts.flatMap(mountArguments),
  ...["--chdir", launch.cwd, "--", launch.command, ...launch.args],
];

const mountArguments = (mount: Mount): readonly string[] => {
  switch (mount.type) {
    case "hide":
      return ["--tmpfs", mount.path];
    case "read":
      return ["--ro-bind", mount.path, mount.path];
    case "write":
      return ["--bind", mount.path, mount.path];
    case "cover":
      return ["--ro-bind", mount.by, mount.path];
    default:
      return mount satisfies never;
  }
};
