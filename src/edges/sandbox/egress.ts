import { randomUUID } from "node:crypto";
import { chmodSync, existsSync } from "node:fs";
import { join } from "node:path";
import type { Confinement, Launch } from "../../run/sandbox-ports.ts";
import { egressProxy } from "./egress/egress-proxy.ts";

/** The way out of a sandbox for one process. Disposing closes it, with every connection. */
export type Egress = AsyncDisposable & {
  /** What the process must see for it. */
  readonly readable: readonly string[];
  /** The launch by way of the bridge, which is there before the program is. */
  through(launch: Launch): Launch;
};

/** Inside, where nothing else listens. */
const port = 3128;

/**
 * Opens the way to the hosts that a process may reach.
 *
 * @returns undefined when it may reach none: then it has no network at all
 * @throws ExpertStackError SKILL_START_FAILED when nothing can be opened
 */
export const openEgress = async (
  confinement: Confinement,
  { control, upstream }: { readonly control: string; readonly upstream?: URL },
): Promise<Egress | undefined> => {
  const { hosts, addresses, onAccess, warn } = confinement;
  if (hosts.length === 0) return undefined;
  const socketPath = join(control, `${randomUUID().slice(0, 8)}.sock`);
  const proxy = await egressProxy({
    socketPath,
    hosts,
    onAccess: (event) => {
      if (event.type === "proxyAccess") {
        const { type: _type, ...access } = event;
        onAccess(access);
      } else warn(rest(event));
    },
    ...(addresses === "any" ? { admitsAddress: () => true, admitsName: () => true } : {}),
    ...(upstream === undefined ? {} : { upstream }),
  });
  // A process may have another id than the runner; nobody else enters the folder.
  chmodSync(socketPath, 0o666);
  const program = bridgeFile();
  return {
    readable: [socketPath, program, process.execPath],
    through: (launch) => ({
      ...launch,
      command: process.execPath,
      args: [program, socketPath, String(port), "--", launch.command, ...launch.args],
      env: { ...launch.env, ...proxyVariables },
    }),
    [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose](),
  };
};

const address = `http://127.0.0.1:${port}`;

/** What programs look for; Node's own `fetch` needs to be told to. */
const proxyVariables = {
  HTTP_PROXY: address,
  HTTPS_PROXY: address,
  http_proxy: address,
  https_proxy: address,
  NO_PROXY: "localhost,127.0.0.1,::1",
  no_proxy: "localhost,127.0.0.1,::1",
  NODE_USE_ENV_PROXY: "1",
} as const;

/** A file of its own in the bundle, too; beside this one while nothing is bundled. */
const bridgeFile = (): string => {
  const bundled = join(import.meta.dirname, "bridge.js");
  return existsSync(bundled) ? bundled : join(import.meta.dirname, "bridge.ts");
};

type Counted = { readonly count: number; readonly hosts: readonly string[] };

const rest = ({ allowed, refused }: { readonly allowed: Counted; readonly refused: Counted }): string => {
  const told = [
    ...(allowed.count === 0
      ? []
      : [`${allowed.count} more allowed connections, to ${allowed.hosts.join(", ")}`]),
    ...(refused.count === 0 ? [] : [`${refused.count} more refused, to ${refused.hosts.join(", ")}`]),
  ];
  return `made ${told.join("; ")}.`;
};
