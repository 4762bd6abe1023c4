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
  const made = vi.spyOn(globalThis, "Response");

  const { requests } = await askProvider(row, {
    script: [{ fault: "stall" }],
    signal: () => AbortSignal.timeout(300),
  });

  expect(made).toHaveBeenCalledOnce();
  expect(requests).toHaveLength(1);
});
