import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { asScript, ownFile, ownFiles, toolEnvironment, userScript } from "./environment-file.ts";
import { guardianScript } from "./guardian.ts";
import { limiting } from "./limits.ts";
import { mountTables } from "./mount-table.ts";
import { systemTool } from "./program-file.ts";
import { filterLoader, seccompFilter } from "./seccomp.ts";
import { quoted } from "./shell-word.ts";
import { type Cell, installBubblewrap, type Lacking, type Tier, type TierSetup } from "./tier.ts";

/** Tools of util-linux and of every system, by which the namespaces are made and left. */
const tools = ["unshare", "mount", "umount", "pivot_root", "setpriv"] as const;

/**
 * By `unshare` and `mount`, as root or through `sudo` without a password, with nothing to install. Root makes the
 * namespaces and the mounts, and is given up before the program starts: it runs as the runner's own user, without
 * capabilities, and cannot get any.
 */
export const namespaces = (setup: TierSetup): Tier | Lacking => {
  const missing = tools.filter((name) => systemTool(name) === undefined);
  const sudo = setup.runner.uid === 0 ? [] : [systemTool("sudo")].filter((tool) => tool !== undefined);
  const remedy = `${installBubblewrap}.`;
  if (missing.length > 0) return { reason: `${missing.join(", ")} (util-linux) is not installed`, remedy };
  if (setup.runner.uid !== 0 && sudo.length === 0) {
    return { reason: "making namespaces needs root, and there is no sudo", remedy };
  }
  const root = join(setup.control, "root");
  mkdirSync(root, { recursive: true });
  const filterFile = join(setup.control, "seccomp-by-perl");
  writeFileSync(filterFile, seccompFilter(process.arch) ?? "", { mode: 0o400 });
  return {
    name: "namespaces",
    wrap: (cell) => {
      const own = ownFiles(setup);
      ownFile(setup, `${own}.environment`, asScript(cell.launch.env));
      const script = rootScript({ ...setup, root, own, filterFile }, cell);
      const [command = "", ...args] = [
        ...sudo.flatMap((tool) => [tool, "-n", "--"]),
        ...["/bin/sh", "-c", guardianScript(setup, guarding), "sandbox"],
        ...[systemTool("unshare") ?? "", "--mount", "--pid", "--ipc", "--uts", "--cgroup"],
        ...(cell.network === "none" ? ["--net"] : []),
        ...["--fork", "--kill-child", "--", "/bin/sh", "-c", script, "sandbox"],
        ...[cell.launch.command, ...cell.launch.args],
      ];
      return { command, args, cwd: "/", env: toolEnvironment };
    },
  };
};

const guarding = { starting: ":", killing: 'kill -9 "$child"' };

type Place = TierSetup & {
  /** The new root folder, until it is the root. */
  readonly root: string;
  /** Files for this process alone, by the beginning of their names. */
  readonly own: string;
  readonly filterFile: string;
};

/**
 * What root does: mounts what the process sees, makes that the root, and starts the user's part. It stays as the first
 * process, whose end is the end of all, and which the user cannot touch.
 */
const rootScript = (place: Place, cell: Cell): string => {
  const { root, own, runner, user } = place;
  const tables = mountTables(root, { mounts: cell.mounts, ...user });
  ownFile(place, `${own}.first`, tables.first);
  ownFile(place, `${own}.second`, tables.second);
  // In a file of its own, since there is a limit to one argument.
  const points = tables.points.map((file) => `mkdir -p ${quoted(dirname(file))}; : >${quoted(file)}\n`);
  ownFile(place, `${own}.points`, points.join(""));
  return `set -eu
PATH=${toolEnvironment.PATH}
umask 022
exec 6<${quoted(`${own}.environment`)} 7<${quoted(place.filterFile)}
rm -f ${quoted(`${own}.environment`)}
mount -a -T ${quoted(`${own}.first`)}
${points.length === 0 ? ":" : `. ${quoted(`${own}.points`)}; mount -a -T ${quoted(`${own}.second`)}`}
rm -f ${quoted(own)}.*
cd ${quoted(root)}
cp -a /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty /dev/fd /dev/stdin /dev/stdout /dev/stderr dev
mkdir run/.old
pivot_root . run/.old
cd /
umount -l /run/.old
${cell.network === "none" ? "ip link set lo up 2>/dev/null || ifconfig lo up 2>/dev/null || :" : ":"}
umask ${runner.umask.toString(8).padStart(3, "0")}
exec 4<&0
( ${limiting()}; exec ${userWords(place, cell).map(quoted).join(" ")} "$@" ) <&4 &
child=$!
exec 4<&- 6<&- 7<&- </dev/null >/dev/null 2>&1
wait "$child"
exit $?
`;
};

const userWords = ({ user: { uid, gid }, signals }: Place, { launch }: Cell): readonly string[] => [
  ...["setpriv", "--reuid", String(uid), "--regid", String(gid), "--clear-groups"],
  ...["--no-new-privs", "--inh-caps=-all", "--bounding-set=-all", "--"],
  ...filterLoader(process.arch),
  ...signals.inner("/bin/sh"),
  ...["/bin/sh", "-c", userScript(launch.cwd), "sandbox"],
];
