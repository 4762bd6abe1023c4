import { expect, test } from "vitest";
import { askProvider } from "../../helpers/ask-provider.ts";
import { providerRows } from "../../helpers/provider-rows.ts";

const refused = { status: 400, type: "invalid_request_error", message: "I was asked: You read." } as const;

test.each(providerRows)("what $name says of a request is marked as its words", async (row) => {
  const { answer } = await askProvider(row, { script: [refused] });
  expect(answer).toMatchObject({ type: "failed", error: { statusCode: 400, isQuoted: true } });
});

const told = providerRows.filter(({ name }) => name === "openai" || name === "ollama");

test.each(told)("that the stream of $name broke off is said in our own", async (row) => {
  const { answer } = await askProvider(row, { script: [{ fault: "truncate" }] });
  expect(answer).toMatchObject({ type: "failed", error: { name: "TruncatedStream" } });
  expect(answer).not.toHaveProperty("error.isQuoted");
});
