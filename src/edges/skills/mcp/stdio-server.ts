import type { SkillEvent } from "../../../run/ports.ts";
import type { Held } from "../confine.ts";
import type { SkillServer } from "./connection.ts";
import { type LaunchRequest, plannedLaunch, type ReadyLaunch } from "./launch.ts";
import type { FailedStart } from "./start-hint.ts";
import { maxTotalBytes, stderrLog } from "./stderr-log.ts";

export type StdioServerOptions = LaunchRequest & {
  readonly runId: string;
  readonly startTimeoutMs: number;
  readonly startsIn: FailedStart["startsIn"];
  readonly held: () => Held | undefined;
  readonly emit: (event: SkillEvent) => void;
};

/**
 * A server that runs as a process of ours. Whatever needs no process is checked here; its package is installed, and the
 * code that talks to it loaded, by the first start.
 *
 * @throws ExpertStackError SKILL_ENV_MISSING, SKILL_REFUSED
 */
export const stdioServer = (options: StdioServerOptions): SkillServer => {
  const { name, runId, emit, startTimeoutMs } = options;
  const install = plannedLaunch(options);
  const circumstances = () => ({
    hosts: options.skill.allowedDomains ?? [],
    known: new Set(Object.keys(options.environment)),
    held: options.held(),
    startsIn: options.startsIn,
  });
  const stderr = stderrLog(
    (text) => emit({ type: "skillStderr", runId, skill: name, text }),
    () => {
      const text = `The skill "${name}" wrote more than ${maxTotalBytes / 1024} KB to stderr; the rest is left out.`;
      emit({ type: "note", level: "warning", text });
    },
  );
  let installed: ReadyLaunch | undefined;
  return {
    async start(onTools, signal) {
      installed ??= await install(signal);
      const ready = installed;
      const { connectStdio } = await import("./stdio-connection.ts");
      return await connectStdio(
        { runId, skill: name, ...ready, stderr, startTimeoutMs, circumstances, emit, onTools },
        signal,
      );
    },
    lastWords: stderr.tail,
  };
};
