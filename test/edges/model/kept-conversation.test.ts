import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ProviderConfig } from "../../../src/definition/provider.ts";
import type { Message } from "../../../src/job/message.ts";
import type { Turn } from "../../../src/run/ports.ts";
import { arbitraryConversation, type ProviderData, said } from "../../helpers/arbitrary-conversation.ts";
import { startSpeakers } from "../../helpers/kept-and-whole.ts";
import { providerRows } from "../../helpers/provider-rows.ts";

type Case = {
  readonly name: string;
  readonly provider: ProviderConfig["providerName"];
  readonly model?: string;
  readonly config?: object;
  readonly data?: ProviderData;
  readonly keeps: "all" | "oneQuestion" | "nothing";
};

const anthropicData = {
  thinking: { anthropic: { signature: "sig é" } },
  call: { anthropic: { caller: { type: "direct" } } },
};
const openAiData = { thinking: { openai: { itemId: "rs_1", reasoningEncryptedContent: "enc" } } };
const azureData = { thinking: { azure: { itemId: "rs_1", reasoningEncryptedContent: "enc" } } };
const googleData = { call: { google: { thoughtSignature: "sig" } } };

const cases: readonly Case[] = [
  { name: "anthropic", provider: "anthropic", data: anthropicData, keeps: "all" },
  { name: "openai", provider: "openai", data: openAiData, keeps: "all" },
  { name: "google", provider: "google", data: googleData, keeps: "all" },
  { name: "gemini 3", provider: "google", model: "gemini-3-pro-preview", data: googleData, keeps: "all" },
  { name: "gemma", provider: "google", model: "gemma-3-27b-it", keeps: "nothing" },
  { name: "deepseek", provider: "deepseek", keeps: "oneQuestion" },
  { name: "deepseek 4", provider: "deepseek", model: "deepseek-v4-pro", keeps: "oneQuestion" },
  { name: "ollama", provider: "ollama", keeps: "all" },
  { name: "openai-compatible", provider: "openai-compatible", keeps: "all" },
  { name: "azure-openai", provider: "azure-openai", data: azureData, keeps: "all" },
  {
    name: "azure-openai by deployments",
    provider: "azure-openai",
    config: { useDeploymentBasedUrls: true },
    keeps: "all",
  },
  { name: "amazon-bedrock", provider: "amazon-bedrock", keeps: "nothing" },
  {
    name: "google-vertex",
    provider: "google-vertex",
    data: { call: { vertex: { thoughtSignature: "s" } } },
    keeps: "all",
  },
  {
    name: "claude on google-vertex",
    provider: "google-vertex",
    model: "claude-sonnet-4-5",
    data: anthropicData,
    keeps: "all",
  },
];

const schema = { type: "object", properties: { answer: { type: "string" } }, required: ["answer"] } as const;

/** A turn is not always like the one before. */
const kinds: readonly Partial<Turn>[] = [
  {},
  { toolChoice: "none" },
  {},
  { toolChoice: "none", outputSchema: schema },
  { maxOutputTokens: 3_000 },
];

const rowOf = ({ provider }: Case) => {
  const row = providerRows.find(({ name }) => name === provider);
  if (row === undefined) throw new Error(`no row for ${provider}`);
  return row;
};

/** The lengths at which a Run asks its model: whenever it has heard something. */
const turnsOf = (messages: readonly Message[]): readonly (readonly Message[])[] =>
  messages.flatMap(({ role }, index) => {
    const isAsked = role !== "expert" && messages[index + 1]?.role !== "user";
    return isAsked ? [messages.slice(0, index + 1)] : [];
  });

const longTalk = (rounds: number): readonly Message[] => [
  said("Read it."),
  ...Array.from({ length: rounds }, (_, step): readonly Message[] => {
    const id = `call_${step}_0`;
    const contents = [{ type: "text", text: `result ${step}` } as const];
    return [
      { role: "expert", parts: [{ type: "toolCall", id, tool: "readTextFile", args: { path: "a" } }] },
      { role: "tool", parts: [{ type: "toolResult", id, tool: "readTextFile", contents, isError: false }] },
    ];
  }).flat(),
];

describe.each(cases)("$name", (of) => {
  const start = () => startSpeakers(rowOf(of), of);

  test("given any conversation, when it grows, then every request is to the byte what it is when nothing is kept", async () => {
    await using speakers = await start();
    const property = fc.asyncProperty(arbitraryConversation(of.data ?? {}), async (messages) => {
      for (const [step, turn] of turnsOf(messages).entries()) {
        const { kept, whole } = await speakers.ask({ messages: turn, ...kinds[step % kinds.length] });
        expect(kept).toEqual(whole);
      }
    });
    await fc.assert(property, { numRuns: 6 });
    if (of.keeps === "all") expect(speakers.replacements()).toBeGreaterThan(0);
  }, 60_000);

  test("given a long talk, when it goes on, then its older part is sent as it was, where the API allows", async () => {
    await using speakers = await start();
    for (const turn of turnsOf(longTalk(30))) {
      const { kept, whole } = await speakers.ask({ messages: turn });
      expect(kept).toEqual(whole);
    }
    const { kept, whole } = await speakers.ask({ messages: [...longTalk(30), said("And now?")] });
    expect(kept).toEqual(whole);
    expect(speakers.replacements() > 15).toBe(of.keeps !== "nothing");
  });

  test("given answers of which this API is told nothing, then what stands around them is told as ever", async () => {
    await using speakers = await start();
    const untold: Message = {
      role: "expert",
      parts: [{ type: "thinking", text: "Hm.", providerData: { elsewhere: { signature: "s" } } }],
    };
    const all = longTalk(24).flatMap((message, index) =>
      message.role === "tool" && index !== 16 ? [message, untold, said("Go on.")] : [message],
    );
    for (const turn of turnsOf(all)) {
      const { kept, whole } = await speakers.ask({ messages: turn });
      expect(kept).toEqual(whole);
    }
  });

  test("given results that give way to make room, and a document, then nothing of the old is sent for the new", async () => {
    await using speakers = await start();
    const before = longTalk(12);
    const reduced = before.map((message, index) =>
      message.role === "tool" && index < 6
        ? {
            ...message,
            parts: message.parts.map((part) => ({
              ...part,
              contents: [{ type: "text", text: "gone" } as const],
            })),
          }
        : message,
    );
    const document: Message = {
      role: "user",
      parts: [{ type: "blob", sha256: "1".repeat(64), mediaType: "application/pdf", size: 9 }],
    };
    const after = [...reduced, document, ...longTalk(20)];
    for (const turn of [before, reduced, before, ...turnsOf(after).slice(-24)]) {
      const { kept, whole } = await speakers.ask({ messages: turn });
      expect(kept).toEqual(whole);
    }
  });
});
