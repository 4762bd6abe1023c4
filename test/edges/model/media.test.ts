import { describe, expect, test } from "vitest";
import type { BlobPart, Message } from "../../../src/job/message.ts";
import { askProvider } from "../../helpers/ask-provider.ts";
import { type ProviderRow, providerRows } from "../../helpers/provider-rows.ts";

const png: BlobPart = { type: "blob", sha256: "png", mediaType: "image/png", size: 4 };
const pdf: BlobPart = { type: "blob", sha256: "pdf", mediaType: "application/pdf", size: 5 };
const bytes: Readonly<Record<string, string>> = { png: "PNG!", pdf: "%PDF-" };
const base64 = { png: btoa("PNG!"), pdf: btoa("%PDF-") };

const sees: Record<ProviderRow["name"], { readonly images: boolean; readonly pdf: boolean }> = {
  anthropic: { images: true, pdf: true },
  openai: { images: true, pdf: true },
  google: { images: true, pdf: true },
  deepseek: { images: false, pdf: false },
  ollama: { images: true, pdf: false },
  "openai-compatible": { images: true, pdf: true },
  "azure-openai": { images: true, pdf: true },
  "amazon-bedrock": { images: true, pdf: true },
  "google-vertex": { images: true, pdf: true },
};

const shown = async (row: ProviderRow, messages: readonly Message[], model = row.model) => {
  const { answer, bodies } = await askProvider(row, {
    model,
    script: [{ text: "ok" }],
    turns: [{ messages }],
    readBlob: (sha256) => new TextEncoder().encode(bytes[sha256]),
  });
  expect(answer).toMatchObject({ type: "finished" });
  const { tools: _, ...rest } = bodies[0] ?? {};
  return { body: rest, text: JSON.stringify(rest) };
};

const asked = (...parts: readonly BlobPart[]): Message => ({
  role: "user",
  parts: [{ type: "text", text: "What is this?" }, ...parts],
});

const read = (...contents: readonly BlobPart[]): readonly Message[] => [
  asked(),
  {
    role: "expert",
    parts: [
      { type: "toolCall", id: "call_1_0", tool: "readFile", args: {} },
      { type: "toolCall", id: "call_1_1", tool: "readTextFile", args: {} },
    ],
  },
  {
    role: "tool",
    parts: [
      { type: "toolResult", id: "call_1_0", tool: "readFile", contents, isError: false },
      {
        type: "toolResult",
        id: "call_1_1",
        tool: "readTextFile",
        contents: [{ type: "text", text: "plain result" }],
        isError: false,
      },
    ],
  },
];

describe.each(providerRows)("$name", (row) => {
  const its = sees[row.name];
  const where: readonly [string, (...blobs: readonly BlobPart[]) => readonly Message[]][] = [
    ["a person", (...blobs) => [asked(...blobs)]],
    ["a tool", read],
  ];

  test.each(where)(
    "a picture and a document that %s gives are shown, or said to be there",
    async (_, messages) => {
      const { text } = await shown(row, messages(png, pdf));
      expect(text.includes(base64.png)).toBe(its.images);
      expect(text.includes(base64.pdf)).toBe(its.pdf);
      if (!its.images) expect(text).toContain("[image/png, 4 bytes: this model cannot be shown this]");
      if (!its.pdf) expect(text).toContain("[application/pdf, 5 bytes: this model cannot be shown this]");
    },
  );

  test("a tool that gives nothing but a picture has answered all the same", async () => {
    const { text } = await shown(row, read(png));
    expect(text).toContain("plain result");
    expect(text.match(/call_1_0|"name":"readFile"/g)?.length).toBeGreaterThan(1);
  });
});

const rowOf = (name: string): ProviderRow => {
  const found = providerRows.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no row ${name}`);
  return found;
};

test.each(["ollama", "openai-compatible"])(
  "%s: a tool's files come after all results, below a line of their own",
  async (name) => {
    const { body } = await shown(rowOf(name), read(png));
    expect(body).toMatchObject({
      messages: [
        {},
        {},
        {},
        { role: "tool", tool_call_id: "call_1_0", content: "[The file is shown after the results.]" },
        { role: "tool", tool_call_id: "call_1_1", content: "plain result" },
        {
          role: "user",
          content: [
            { type: "text", text: "What readFile gave (call_1_0):" },
            { type: "image_url", image_url: { url: `data:image/png;base64,${base64.png}` } },
          ],
        },
      ],
    });
  },
);

test("Gemini before 3: each call has one response, before its file", async () => {
  const { body } = await shown(rowOf("google"), read(png, pdf));
  const parts = JSON.stringify(body);
  expect(parts.match(/"functionResponse"/g)).toHaveLength(2);
  expect(parts).toContain("The result is a file.");
});

test("a DeepSeek that is named for it sees", async () => {
  const { text } = await shown(rowOf("deepseek"), [asked(png)], "deepseek-v4-flash-vision-exp");
  expect(text).toContain(base64.png);
});
