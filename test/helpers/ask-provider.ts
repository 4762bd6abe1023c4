import { aiSdkModel } from "../../src/edges/model/ai-sdk-model.ts";
import { providerSettings } from "../../src/edges/model/provider-settings.ts";
import type { Message } from "../../src/job/message.ts";
import type { Delta, Generation, Turn } from "../../src/run/ports.ts";
import { loopbackLogins, startLoginServer } from "./login-server.ts";
import { type ModelServer, type ScriptedAnswer, startModelServer } from "./model-server.ts";
import { logins, type ProviderRow } from "./provider-rows.ts";

const readTool = {
  name: "readTextFile",
  description: "Read a file.",
  inputSchema: { type: "object", properties: { path: { type: "string" } }, required: ["path"] },
  skill: "@perstack/base",
  readOnly: true,
} as const;

export const asked: readonly Message[] = [
  { role: "user", parts: [{ type: "text", text: "What is in a.txt?" }] },
];

export type Ask = {
  readonly script: readonly ScriptedAnswer[];
  /** What each turn is besides the usual; a function is told the answers so far. */
  readonly turns?: readonly (Partial<Turn> | ((answers: readonly Generation[]) => Partial<Turn>))[];
  readonly signal?: (server: ModelServer) => AbortSignal;
  readonly model?: string;
  /** When the first request has gone out; at once when missing. */
  readonly firstSent?: Promise<void>;
  readonly readBlob?: (sha256: string) => Uint8Array;
};

export type Asked = {
  readonly answers: readonly Generation[];
  readonly answer: Generation;
  readonly deltas: readonly Delta[];
  readonly requests: ModelServer["requests"];
  readonly bodies: readonly Record<string, unknown>[];
};

/** Asks one provider over the wire. The servers live as long as `look`, which is handed what came of it. */
export const askProvider = async (row: ProviderRow, ask: Ask): Promise<Asked> => {
  await using server = await startModelServer(ask.script);
  await using login = await startLoginServer(logins);
  const { config, environment } = row.reach({ origin: server.origin, login: login.url });
  const settings = providerSettings(config, environment, { logins: loopbackLogins });
  const model = aiSdkModel([settings], { now: () => 1_000, firstSent: ask.firstSent ?? Promise.resolve() });
  const deltas: Delta[] = [];
  const answers: Generation[] = [];
  const signal = ask.signal?.(server) ?? AbortSignal.timeout(10_000);
  for (const further of ask.turns ?? [{}]) {
    const own = typeof further === "function" ? further(answers) : further;
    const turn: Turn = {
      runId: "r0",
      step: answers.length + 1,
      choice: { provider: row.name, model: ask.model ?? row.model },
      alternative: 0,
      system: "You read.",
      tools: [readTool],
      toolChoice: "auto",
      messages: asked,
      provided: {},
      ...own,
    };
    const readBlob = ask.readBlob ?? (() => new TextEncoder().encode("blob text"));
    answers.push(await model.generate(turn, { signal, onDelta: (delta) => deltas.push(delta), readBlob }));
  }
  const answer = answers.at(-1);
  if (answer === undefined) throw new Error("no turn");
  const requests = [...server.requests];
  return { answers, answer, deltas, requests, bodies: requests.map(({ body }) => body) };
};
