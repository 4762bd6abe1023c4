import { afterEach, expect, test, vi } from "vitest";
import { providerSettings } from "../../../src/edges/model/provider-settings.ts";
import { rehearse } from "../../../src/edges/model/rehearsal.ts";
import { askProvider } from "../../helpers/ask-provider.ts";
import { loopbackLogins, startLoginServer } from "../../helpers/login-server.ts";
import { startModelServer } from "../../helpers/model-server.ts";
import { logins, providerRows } from "../../helpers/provider-rows.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

test.each(providerRows)("for $name nothing is asked of the provider or its login", async (row) => {
  await using server = await startModelServer([]);
  await using login = await startLoginServer(logins);
  const { config, environment } = row.reach({ origin: server.origin, login: login.url });
  const fetch = vi.spyOn(globalThis, "fetch");
  const settings = providerSettings(config, environment, { logins: loopbackLogins });

  await rehearse(settings, row.model, { now: () => 1_000 });

  expect(fetch).not.toHaveBeenCalled();
  expect(server.requests).toEqual([]);
  expect(login.requests).toEqual([]);
});

const others = providerRows.filter(({ name }) => name !== "amazon-bedrock");

test.each(others)("while $name thinks, its package reads an answer, and one request is seen", async (row) => {
  // What the packages take a stream of events apart with. The real answer never comes.
  const read = vi.spyOn(globalThis, "TextDecoderStream");

  const { requests } = await askProvider(row, {
    script: [{ fault: "stall" }],
    signal: () => AbortSignal.timeout(300),
  });

  expect(read).toHaveBeenCalledOnce();
  expect(requests).toHaveLength(1);
});

test("nothing is read before the first request has gone out", async () => {
  const read = vi.spyOn(globalThis, "TextDecoderStream");
  const [row] = others;
  if (row === undefined) throw new Error("no provider");

  await askProvider(row, {
    script: [{ fault: "stall" }],
    signal: () => AbortSignal.timeout(300),
    firstSent: new Promise(() => {}),
  });

  expect(read).not.toHaveBeenCalled();
});

test.each(providerRows)(
  "what is made up for $name's package is no answer of Node's own client",
  async (row) => {
    const made = vi.spyOn(globalThis, "Response");
    const choice = { provider: row.name, model: row.model, reasoningBudget: 2_048 };

    const { answer } = await askProvider(row, {
      script: [{ fault: "stall" }],
      turns: [{ choice, maxOutputTokens: 4_096 }],
      signal: () => AbortSignal.timeout(300),
    });

    expect(answer.type).toBe("failed");
    expect(made).not.toHaveBeenCalled();
  },
);
