import { randomUUID } from "node:crypto";
import { chownSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { limitArguments } from "./limits.ts";
import { mountTables } from "./mount-table.ts";
import { systemTool } from "./program-file.ts";
import { quoted } from "./shell-word.ts";
import type { Cell, Lacking, Tier, TierSetup } from "./tier.ts";

/** Tools of util-linux and of every system, by which the namespaces are made and left. */
const tools = ["unshare", "mount", "umount", "pivot_root", "setpriv", "prlimit"] as const;

const systemPath = "/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * By `unshare` and `mount`, as root or through `sudo` without a password, with nothing to install. Root makes the
 * namespaces and the mounts, and is given up before the program starts: it runs as the runner's own user, without
 * capabilities, and cannot get any.
 */
export const namespaces = (setup: TierSetup): Tier | Lacking => {
  const missing = tools.filter((name) => systemTool(name) === undefined);
  const sudo = setup.runner.uid === 0 ? [] : [systemTool("sudo")].filter((tool) => tool !== undefined);
  const remedy = "Install bubblewrap: `sudo apt-get install --yes bubblewrap`.";
  if (missing.length > 0) return { reason: `${missing.join(", ")} (util-linux) is not installed`, remedy };
  if (setup.runner.uid !== 0 && sudo.length === 0) {
    return { reason: "making namespaces needs root, and there is no sudo", remedy };
  }
  const root = join(setup.control, "root");
  mkdirSync(root, { recursive: true });
  return {
    name: "namespaces",
    wrap: (cell) => {
      const own = join(setup.control, randomUUID());
      writeFileSync(`${own}.environment`, environmentScript(cell.launch.env), { mode: 0o600, flag: "wx" });
      if (setup.runner.uid === 0) chownSync(`${own}.environment`, setup.user.uid, setup.user.gid);
      const script = rootScript({ ...setup, root, own }, cell);
      const [command = "", ...args] = [
        ...sudo.flatMap((tool) => [tool, "-n", "--"]),
        ...[systemTool("unshare") ?? "", "--mount", "--pid", "--ipc", "--uts", "--cgroup"],
        ...(cell.network === "none" ? ["--net"] : []),
        ...["--fork", "--kill-child", "--", "/bin/sh", "-c", script, "sandbox"],
        ...[cell.launch.command, ...cell.launch.args],
      ];
      return { command, args, cwd: "/", env: { PATH: systemPath } };
    },
  };
};

/** Read by the shell that has given root up, so that nothing in it (`LD_PRELOAD`) has a say before. */
const environmentScript = (env: Readonly<Record<string, string>>): string =>
  Object.entries(env)
    .filter(([name]) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    .map(([name, value]) => `export ${name}=${quoted(value)}\n`)
    .join("");

type Place = TierSetup & {
  /** The new root folder, until it is the root. */
  readonly root: string;
  /** Files for this process alone, by the beginning of their names. */
  readonly own: string;
};

/** What root does: mounts what the process sees, makes that the root, and starts the user's part. */
const rootScript = ({ root, own, lifeline, runner, user }: Place, cell: Cell): string => {
  const { uid, gid } = user;
  const tables = mountTables(root, { mounts: cell.mounts, uid, gid });
  writeFileSync(`${own}.first`, tables.first, { mode: 0o600, flag: "wx" });
  writeFileSync(`${own}.second`, tables.second, { mode: 0o600, flag: "wx" });
  const points = tables.points.map((file) => `mkdir -p ${quoted(dirname(file))}; : >${quoted(file)}`);
  return `set -eu
PATH=${systemPath}
umask 022
exec 6<${quoted(`${own}.environment`)} 5<${quoted(lifeline)}
mount -a -T ${quoted(`${own}.first`)}
${[...points, ...(points.length > 0 ? [`mount -a -T ${quoted(`${own}.second`)}`] : [])].join("\n")}
rm -f ${quoted(own)}.*
cd ${quoted(root)}
cp -a /dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty /dev/fd /dev/stdin /dev/stdout /dev/stderr dev
mkdir run/.old
pivot_root . run/.old
cd /
umount -l /run/.old
${cell.network === "none" ? "ip link set lo up 2>/dev/null || ifconfig lo up 2>/dev/null || :" : ":"}
umask ${runner.umask.toString(8).padStart(3, "0")}
exec prlimit ${limitArguments().join(" ")} -- setpriv --reuid ${uid} --regid ${gid} --clear-groups \\
  --no-new-privs --inh-caps=-all --bounding-set=-all -- /bin/sh -c ${quoted(userScript(cell))} sandbox "$@"
`;
};

/**
 * What the first process inside does, as the user. It stays, since the end of the first process is the end of all; and it
 * ends when the runner does, even one that was killed.
 */
const userScript = ({ launch }: Cell): string => `set -u
unset OLDPWD MAIL LOGNAME USER SHELL HOME SHLVL PWD SUDO_COMMAND SUDO_USER SUDO_UID SUDO_GID SUDO_HOME PATH
. /proc/self/fd/6
exec 6<&- 4<&0 0</dev/null
cd -- ${quoted(launch.cwd)} || exit 126
unset OLDPWD
"$@" <&4 4<&- 5<&- &
child=$!
exec 4<&-
{ while read -r line <&5; do :; done; kill -9 "$child"; } 2>&- &
exec 5<&-
wait "$child"
exit $?`;
