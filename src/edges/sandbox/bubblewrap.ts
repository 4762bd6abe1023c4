import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { environmentOptions, ownFile, ownFiles, toolEnvironment } from "./environment-file.ts";
import { guardianScript } from "./guardian.ts";
import { limiting } from "./limits.ts";
import type { Mount } from "./mounts.ts";
import { switches, tellingFiles } from "./proc-files.ts";
import { outputOf, systemTool } from "./program-file.ts";
import { scratchSize } from "./scratch-size.ts";
import { seccompFilter } from "./seccomp.ts";
import { quoted } from "./shell-word.ts";
import { type Cell, installBubblewrap, type Lacking, type Tier, type TierSetup } from "./tier.ts";

/** By bubblewrap, which needs no root where the system lets anybody have a user namespace. */
export const bubblewrap = (setup: TierSetup): Tier | Lacking => {
  const bwrap = systemTool("bwrap");
  const remedy = `${installBubblewrap}.`;
  if (bwrap === undefined) return { reason: "bubblewrap is not installed", remedy };
  if (setup.user.uid !== setup.runner.uid) {
    return { reason: "as root it cannot write to a workspace that is another user's", remedy };
  }
  const { signals, canSize: isSized } = setup;
  const filter = seccompFilter(process.arch);
  const filterFile = join(setup.control, "seccomp");
  writeFileSync(filterFile, filter ?? "", { mode: 0o400 });
  return {
    name: "bubblewrap",
    wrap: (cell) => {
      const own = ownFiles(setup);
      const options = [...arguments_(cell, isSized), ...environmentOptions(cell.launch.env)];
      ownFile(setup, `${own}.options`, options.map((word) => `${word}\0`).join(""));
      const script = openerScript({ ...setup, own, filterFile, outer: signals.outer });
      const files = ["--args", "8", "--info-fd", "7", ...(filter === undefined ? [] : ["--seccomp", "9"])];
      const words = [
        bwrap,
        ...files,
        ...["--", ...signals.inner(cell.launch.command), cell.launch.command, ...cell.launch.args],
      ];
      return {
        command: "/bin/sh",
        args: ["-c", script, "sandbox", ...words],
        cwd: "/",
        env: toolEnvironment,
      };
    },
  };
};

/**
 * Opens what bubblewrap reads and writes by descriptors, which only a shell can do for another program. It says there
 * which process is the first inside, whose end is the end of all; that it dies with its parent is no more than its own
 * word, which a process inside can make it take back.
 */
const openerScript = (
  at: { readonly own: string; readonly filterFile: string; readonly outer: string } & Pick<
    TierSetup,
    "lifeline" | "groups"
  >,
): string => {
  const [options, info] = [quoted(`${at.own}.options`), quoted(`${at.own}.info`)];
  // By a descriptor, since another guardian may have removed the file; and until it is known, since bubblewrap's own end
  // is not yet that of a process that has only just been made.
  const killing = `first=; tries=0
while [ -z "$first" ] && [ "$tries" -lt 200 ] && kill -0 "$child"; do
first=$(sed -n 's/.*"child-pid": *\\([0-9]*\\).*/\\1/p' /proc/self/fd/3); tries=$((tries + 1)); [ -n "$first" ] || sleep 0.01
done
[ -z "$first" ] || kill -9 "$first"; kill -9 "$child"`;
  return `exec 9<${quoted(at.filterFile)} 8<${options} 7>${info} 3<${info} || exit
${guardianScript(at, { starting: `${at.outer}; ${limiting()}`, started: `rm -f ${options} ${info}`, killing })}`;
};

/** Whether it is new enough to give an empty folder a size (0.8). */
export const bubblewrapSizes = async (): Promise<boolean> => {
  const bwrap = systemTool("bwrap");
  return bwrap !== undefined && (await outputOf(bwrap, ["--help"]))?.includes("--size") === true;
};

/** By a file, since what is hidden, and where, is nothing for the command line of a process inside. */
const arguments_ = ({ launch, mounts, network }: Cell, isSized: boolean): readonly string[] => {
  const hides = mounts.filter(({ type }) => type === "hide").length + 1;
  const size = isSized ? ["--size", String(scratchSize(hides))] : [];
  return [
    ...heldArguments(network, size),
    ...mounts.flatMap((mount) => mountArguments(mount, size)),
    ...["--chdir", launch.cwd],
  ];
};

const heldArguments = (network: Cell["network"], size: readonly string[]): readonly string[] => [
  "--die-with-parent",
  "--unshare-all",
  ...(network === "shared" ? ["--share-net"] : []),
  ...["--cap-drop", "ALL", "--hostname", "sandbox"],
  ...["--ro-bind", "/", "/", "--dev", "/dev", ...size, "--tmpfs", "/dev/shm", "--proc", "/proc"],
  // The id of root may write the machine's switches without any capability, and bubblewrap leaves them writable.
  ...switches.flatMap((path) => ["--ro-bind-try", path, path]),
  ...tellingFiles.flatMap((path) => ["--ro-bind-try", "/dev/null", path]),
];

const mountArguments = (mount: Mount, size: readonly string[]): readonly string[] => {
  switch (mount.type) {
    case "hide":
      return [...size, "--tmpfs", mount.path];
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
