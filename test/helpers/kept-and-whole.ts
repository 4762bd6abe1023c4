import { aiSdkModel } from "../../src/edges/model/ai-sdk-model.ts";
import { type Outbox, outbox } from "../../src/edges/model/outbox.ts";
import { providerFetch } from "../../src/edges/model/provider-fetch.ts";
import { providerSettings } from "../../src/edges/model/provider-settings.ts";
import type { Model, Turn } from "../../src/run/ports.ts";
import { loopbackLogins, startLoginServer } from "./login-server.ts";
import { logins, type ProviderRow } from "./provider-rows.ts";
import { type Recorded, startRecorder } from "./request-recorder.ts";

const tools = ["readTextFile", "todo"].map((name) => ({
  name,
  description: `The tool ${name}.`,
  inputSchema: { type: "object", properties: { path: { type: "string" } } } as const,
  skill: "@perstack/base",
  readOnly: true,
}));

export type Asking = Pick<Turn, "messages"> & Partial<Turn>;

export type Speakers = AsyncDisposable & {
  /** Asks a model that keeps older messages, and one that does not: what each of them sent. */
  ask(turn: Asking): Promise<{ readonly kept: Recorded; readonly whole: Recorded }>;
  /** How many requests went out with kept messages in them. */
  replacements(): number;
};

/** The same model twice over the wire, before a server that refuses every request. */
export const startSpeakers = async (
  row: ProviderRow,
  of: { readonly model?: string; readonly config?: object } = {},
): Promise<Speakers> => {
  const server = await startRecorder();
  const login = await startLoginServer(logins);
  const { config, environment } = row.reach({ origin: server.url, login: login.url });
  const setting = { ...("setting" in config ? config.setting : {}), ...of.config };
  const settings = [
    providerSettings({ ...config, setting } as typeof config, environment, { logins: loopbackLogins }),
  ];
  const now = (): number => 1_000_000;
  let replacements = 0;
  const requests = counted(outbox(), () => {
    replacements += 1;
  });
  const keeping = aiSdkModel(settings, { now, fetch: providerFetch(requests.prepare), outbox: requests });
  const plain = aiSdkModel(settings, { now, fetch: providerFetch() });
  const model = of.model ?? row.model;
  const sentBy = async (speaker: Model, turn: Asking): Promise<Recorded> => {
    const before = server.requests.length;
    const whole = { ...usual, choice: { provider: row.name, model }, ...turn };
    await speaker.generate(whole, {
      signal: AbortSignal.timeout(10_000),
      onDelta: () => {},
      readBlob: () => new TextEncoder().encode("blob é"),
    });
    const [sent, ...more] = server.requests.slice(before);
    if (sent === undefined || more.length > 0) throw new Error(`${more.length} requests too many, or none`);
    return untimed(sent);
  };
  return {
    ask: async (turn) => ({ kept: await sentBy(keeping, turn), whole: await sentBy(plain, turn) }),
    replacements: () => replacements,
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await login[Symbol.asyncDispose]();
    },
  };
};

const usual: Omit<Turn, "choice" | "messages"> = {
  runId: "r0",
  step: 1,
  alternative: 0,
  system: "You read.",
  tools,
  toolChoice: "auto",
  provided: {},
};

const counted = (box: Outbox, count: () => void): Outbox => ({
  ...box,
  replace: (by, send) => {
    count();
    return box.replace(by, send);
  },
});

/** A signature on a cloud's request holds the time. */
const untimed = ({
  headers: { "x-amz-date": _date, authorization, ...headers },
  ...request
}: Recorded): Recorded => ({
  ...request,
  headers: { ...headers, authorization: authorization?.replace(/^(AWS4-HMAC-SHA256).*/, "$1") },
});
