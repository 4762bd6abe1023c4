import type { JsonObject } from "./message.ts";
import type { ToolDefinition } from "./tool.ts";

/** What skills, their processes and what holds these tell of themselves. */
export type SkillEvent =
  /** What holds the processes of skills, and why no stronger tier does. */
  | {
      readonly type: "sandboxOpened";
      readonly tier: "bubblewrap" | "namespaces" | "user" | "none";
      readonly network: "enforced" | "open";
      readonly lacking: readonly {
        readonly tier: string;
        readonly reason: string;
        /** The one thing that would bring it. */
        readonly remedy?: string;
      }[];
    }
  /** A process of a skill asked for a host, by the way that the sandbox leaves open. */
  | {
      readonly type: "proxyAccess";
      readonly runId: string;
      readonly skill: string;
      /** As it was asked for, also when it is no host; printable ASCII, at most 255 characters. */
      readonly host: string;
      readonly port: number;
      /** What the rules say. An attempt that they admit and that fails is `allowed`, with the reason. */
      readonly verdict: "allowed" | "refused";
      readonly reason?: string;
      readonly bytesUp: number;
      readonly bytesDown: number;
      readonly durationMs: number;
    }
  | {
      readonly type: "packageInstalled";
      readonly skill: string;
      readonly package: string;
      readonly version: string;
      readonly integrity: string;
      readonly durationMs: number;
    }
  | {
      readonly type: "skillStarting";
      readonly runId: string;
      readonly skill: string;
      readonly command: string;
      readonly args: readonly string[];
    }
  | {
      readonly type: "skillConnected";
      readonly runId: string;
      readonly skill: string;
      readonly server: { readonly name: string; readonly version: string };
      readonly spawnMs: number;
      readonly handshakeMs: number;
      readonly discoveryMs: number;
    }
  | { readonly type: "skillStderr"; readonly runId: string; readonly skill: string; readonly text: string }
  | {
      readonly type: "skillDisconnected";
      readonly runId: string;
      readonly skill: string;
      /** `closed` by us, `exited` by itself. */
      readonly reason: string;
    }
  /** All the tools that the skill offers from here on, in place of those before. */
  | {
      readonly type: "toolsChanged";
      readonly runId: string;
      readonly skill: string;
      readonly tools: readonly ToolDefinition[];
    }
  /** Something is to be published once the job has ended, as the step's policy allows. */
  | {
      readonly type: "outputPlanned";
      readonly runId: string;
      readonly toolCallId: string;
      /** Its kind, and what that has. */
      readonly output: JsonObject;
    }
  /** What a tool says of itself while it works. */
  | {
      readonly type: "toolProgress";
      readonly runId: string;
      readonly toolCallId: string;
      readonly progress: number;
      readonly total?: number;
      readonly message?: string;
    };
