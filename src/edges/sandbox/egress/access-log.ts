import type { ProxyAccess as AccessAttempt } from "../../../run/sandbox-ports.ts";

/** What a sandboxed process asked of the network. */
export type ProxyAccess =
  | ({ readonly type: "proxyAccess" } & AccessAttempt)
  /** The attempts that were not told one by one. It is the last event, and only there if there were any. */
  | {
      readonly type: "proxyAccessRest";
      readonly allowed: UntoldAttempts;
      readonly refused: UntoldAttempts;
      readonly bytesUp: number;
      readonly bytesDown: number;
    };

export type UntoldAttempts = {
  readonly count: number;
  /** The first few of their hosts. */
  readonly hosts: readonly string[];
};

export type AccessLog = {
  add(attempt: AccessAttempt): void;
  /** Tells the rest. Nothing may be added afterwards. */
  close(): void;
};

/** Half of the hundred that one proxy may tell: a flood of one verdict must not hide the first of the other. */
const maxToldPerVerdict = 50;
const maxHostsPerVerdict = 10;

/** Tells a bounded number of attempts, and sums up the others, so that a process cannot flood the journal. */
export const accessLog = (tell: (event: ProxyAccess) => void): AccessLog => {
  const tallies = { allowed: emptyTally(), refused: emptyTally() };
  const bytes = { up: 0, down: 0 };
  return {
    add(attempt) {
      const tally = tallies[attempt.verdict];
      if (tally.told < maxToldPerVerdict) {
        tally.told++;
        return tell({ type: "proxyAccess", ...attempt });
      }
      tally.untold++;
      if (tally.hosts.size < maxHostsPerVerdict) tally.hosts.add(attempt.host);
      bytes.up += attempt.bytesUp;
      bytes.down += attempt.bytesDown;
    },
    close() {
      const { allowed, refused } = tallies;
      if (allowed.untold + refused.untold === 0) return;
      tell({
        type: "proxyAccessRest",
        allowed: untoldOf(allowed),
        refused: untoldOf(refused),
        bytesUp: bytes.up,
        bytesDown: bytes.down,
      });
    },
  };
};

const emptyTally = () => ({ told: 0, untold: 0, hosts: new Set<string>() });

const untoldOf = (tally: ReturnType<typeof emptyTally>): UntoldAttempts => ({
  count: tally.untold,
  hosts: [...tally.hosts],
});
