import { expect, test } from "vitest";
import { type AccessToken, type Asking, tokenSource } from "../../../src/edges/model/token-source.ts";

/** Tokens from a login that the test answers itself, one after the other. */
const scripted = () => {
  const logins: (PromiseWithResolvers<AccessToken> & { readonly signal: Asking["signal"] })[] = [];
  const means = { fetch: () => Promise.reject(new Error("nothing is fetched")), now: () => 0 };
  const tokens = tokenSource(means, ({ signal }) => {
    const login = Promise.withResolvers<AccessToken>();
    logins.push({ ...login, signal });
    return login.promise;
  });
  return { tokens, logins };
};

const good = (token: string): AccessToken => ({ token, expiresAt: 3_600_000 });

test("all who ask while a login is under way get its token, and so does who asks later", async () => {
  const { tokens, logins } = scripted();
  const asked = Array.from({ length: 16 }, () => tokens.token(undefined));
  logins[0]?.resolve(good("first"));
  expect(await Promise.all(asked)).toEqual(Array(16).fill("first"));
  expect(await tokens.token(undefined)).toBe("first");
  expect(logins).toHaveLength(1);
});

test("once a token is near its end, all who ask get the next one", async () => {
  const { tokens, logins } = scripted();
  const first = tokens.token(undefined);
  logins[0]?.resolve({ token: "ending", expiresAt: 1_000 });
  expect(await first).toBe("ending");
  const asked = [tokens.token(undefined), tokens.token(AbortSignal.timeout(10_000))];
  logins[1]?.resolve(good("next"));
  expect(await Promise.all(asked)).toEqual(["next", "next"]);
  expect(logins).toHaveLength(2);
});

test("a login that failed is told to all who waited, and tried anew for the next", async () => {
  const { tokens, logins } = scripted();
  const asked = [tokens.token(undefined), tokens.token(undefined)];
  logins[0]?.reject(new Error("not now"));
  const reason = expect.objectContaining({ message: "not now" });
  expect(await Promise.allSettled(asked)).toEqual(Array(2).fill({ status: "rejected", reason }));
  const next = tokens.token(undefined);
  logins[1]?.resolve(good("second"));
  expect(await next).toBe("second");
});

test("who stops waiting stops alone, the login goes on for the others", async () => {
  const { tokens, logins } = scripted();
  const [leaving, staying] = [new AbortController(), new AbortController()];
  const left = tokens.token(leaving.signal);
  const stayed = tokens.token(staying.signal);
  leaving.abort(new Error("the step's time is over"));
  await expect(left).rejects.toThrow("the step's time is over");
  expect(logins[0]?.signal?.aborted).toBe(false);
  logins[0]?.resolve(good("for the other"));
  expect(await stayed).toBe("for the other");
  expect(logins).toHaveLength(1);
});

test("a login that nobody waits for any more is ended, and the next caller has one of its own", async () => {
  const { tokens, logins } = scripted();
  const controllers = [new AbortController(), new AbortController()];
  const asked = controllers.map(({ signal }) => tokens.token(signal));
  for (const controller of controllers) controller.abort(new Error("stopped"));
  await Promise.allSettled(asked);
  expect(logins[0]?.signal).toMatchObject({ aborted: true, reason: { message: "stopped" } });
  const next = tokens.token(undefined);
  logins[0]?.reject(new Error("ended"));
  logins[1]?.resolve(good("own"));
  expect(await next).toBe("own");
});

test("a caller that was stopped before it asked starts no login", async () => {
  const { tokens, logins } = scripted();
  await expect(tokens.token(AbortSignal.abort(new Error("stopped")))).rejects.toThrow("stopped");
  expect(logins).toEqual([]);
});
