import { expect, test } from "vitest";
import { providerFailure } from "../../../src/edges/model/failure.ts";
import { askProvider } from "../../helpers/ask-provider.ts";
import { providerRows } from "../../helpers/provider-rows.ts";

const named = (name: string, message: string, more: object = {}): Error =>
  Object.assign(new Error(message), { name, ...more });

test("a provider that was not reached is called so, and its cause is told once", () => {
  const cause = named("Error", "connect ECONNREFUSED 127.0.0.1:1", { code: "ECONNREFUSED" });
  const message = "Cannot connect to API: connect ECONNREFUSED 127.0.0.1:1";
  expect(providerFailure(named("AI_APICallError", message, { cause }), 0)).toEqual({
    name: "ProviderUnreachable",
    message,
    isRetryable: true,
    isUnsent: true,
  });
});

test.each([
  ["AI_TypeValidationError", {}, "TypeValidationError"],
  ["AI_APICallError", { statusCode: 200 }, "ProviderError"],
  ["TimeoutError", {}, "TimeoutError"],
])("%s with %j is a %s", (name, more, expected) => {
  expect(providerFailure(named(name, "no", more), 0).name).toBe(expected);
});

test("causes that say different things are all told", () => {
  const cause = named("Error", "other side closed");
  expect(providerFailure(named("TypeError", "fetch failed", { cause }), 0).message).toBe(
    "fetch failed: other side closed",
  );
});

test("an answer of another protocol is told in one line, with the place of the first that is wrong", async () => {
  const compatible = providerRows.find(({ name }) => name === "openai-compatible");
  if (compatible === undefined) throw new Error("no row");
  const { answer } = await askProvider(compatible, {
    script: [{ events: [{ type: "message_start", message: { id: "m", content: [] } }] }],
  });
  expect(answer).toMatchObject({
    type: "failed",
    error: {
      isRetryable: false,
      message:
        "The provider's answer is not in the form of its API: choices: Invalid input: expected array, received undefined",
    },
  });
});

test("an answer that is no JSON is told in one line, too", () => {
  const cause = named("SyntaxError", "Unexpected token '<', \"<html>\n<b\"... is not valid JSON");
  const error = named("AI_JSONParseError", `JSON parsing failed: Text: <html>\n${"<b>".repeat(9_000)}`, {
    cause,
  });
  expect(providerFailure(error, 0).message).toBe(
    "The provider's answer is not in the form of its API: Unexpected token '<', \"<html>",
  );
});

test("an error that is too large to be read says so", () => {
  const cause = named(
    "AnswerTooLarge",
    "The provider's answer (500) is larger than 32 MB, and is no stream.",
  );
  const error = named("AI_APICallError", "Failed to process error response", { statusCode: 500, cause });
  expect(providerFailure(error, 0)).toMatchObject({ statusCode: 500, message: cause.message });
});

test("a wait that Google tells in its error's body is a wait", () => {
  const details = [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "34.5s" }];
  const error = named("AI_APICallError", "quota", { statusCode: 429, data: { error: { details } } });
  expect(providerFailure(error, 0)).toMatchObject({ isRetryable: true, retryAfterMs: 34_500 });
});

test("an account without money is not asked again", () => {
  const data = { error: { code: "insufficient_quota", message: "no money" } };
  const error = named("AI_APICallError", "no money", { statusCode: 429, isRetryable: true, data });
  expect(providerFailure(error, 0)).toMatchObject({ statusCode: 429, isRetryable: false });
});
