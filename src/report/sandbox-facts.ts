import type { JobEvent } from "../job/event.ts";

type SandboxOpened = Extract<JobEvent, { type: "sandboxOpened" }>;
type ProxyAccess = Extract<JobEvent, { type: "proxyAccess" }>;

/** What a skill asked of one host, all its attempts together. */
export type HostFacts = Pick<ProxyAccess, "skill" | "host" | "port" | "verdict" | "reason"> & {
  readonly attempts: number;
  readonly bytesUp: number;
  readonly bytesDown: number;
};

/** What held the job's processes, and whom they asked for. */
export type SandboxFacts = Pick<SandboxOpened, "tier" | "network" | "lacking"> & {
  /** The refused ones first, each in the order of its first attempt. */
  readonly hosts: readonly HostFacts[];
};

/** @returns undefined for a job that started no process */
export const sandboxFacts = (events: readonly JobEvent[]): SandboxFacts | undefined => {
  const opened = events.find((event): event is SandboxOpened => event.type === "sandboxOpened");
  if (opened === undefined) return undefined;
  const attempts = events.filter((event): event is ProxyAccess => event.type === "proxyAccess");
  const byHost = Map.groupBy(attempts, ({ skill, host, port, verdict }) =>
    JSON.stringify([skill, host, port, verdict]),
  );
  const hosts = [...byHost.values()].flatMap((of) => hostFacts(of));
  const { tier, network, lacking } = opened;
  return {
    ...{ tier, network, lacking },
    hosts: [
      ...hosts.filter(({ verdict }) => verdict === "refused"),
      ...hosts.filter(({ verdict }) => verdict === "allowed"),
    ],
  };
};

const hostFacts = (attempts: readonly ProxyAccess[]): readonly HostFacts[] => {
  const [first] = attempts;
  if (first === undefined) return [];
  const { skill, host, port, verdict } = first;
  const reason = attempts.find((attempt) => attempt.reason !== undefined)?.reason;
  return [
    {
      ...{ skill, host, port, verdict, attempts: attempts.length },
      bytesUp: attempts.reduce((sum, { bytesUp }) => sum + bytesUp, 0),
      bytesDown: attempts.reduce((sum, { bytesDown }) => sum + bytesDown, 0),
      ...(reason === undefined ? {} : { reason }),
    },
  ];
};
