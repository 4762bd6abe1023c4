import fc from "fast-check";
import type { AnswerPart, JsonObject, Message, ToolResultPart } from "../../src/job/message.ts";

/** What a conversation is besides text: data as a provider gives it with thinking and with a call. */
export type ProviderData = { readonly thinking?: JsonObject; readonly call?: JsonObject };

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom(
    "",
    " ",
    "\n",
    "naïve — 日本語 🙂",
    '"}],"messages":[{"role":"user"}',
    "\ud800",
    "\u2028 $& \\u0000",
  ),
  fc.nat(9_000).map((length) => "long é ".repeat(Math.ceil(length / 7))),
);

const args: fc.Arbitrary<JsonObject> = fc.oneof(
  fc.record({ path: text }),
  fc.constant({}),
  fc.constant({ 10: "ten", 2: "two", nested: { list: [1, -0, 1e21, null, true] }, newTodos: ["a", "é"] }),
);

type Said = { readonly text: string; readonly thinking: string; readonly calls: readonly Called[] };
type Called = {
  readonly args: JsonObject;
  readonly isMalformed: boolean;
  readonly isError: boolean;
  readonly contents: readonly string[];
  readonly inBlob: boolean;
};

const called: fc.Arbitrary<Called> = fc.record({
  args,
  isMalformed: fc.boolean(),
  isError: fc.boolean(),
  contents: fc.array(text, { minLength: 1, maxLength: 2 }),
  inBlob: fc.boolean(),
});

const round = fc.record({
  said: fc.record({ text, thinking: text, calls: fc.array(called, { minLength: 0, maxLength: 3 }) }),
  asked: fc.option(text, { freq: 6 }),
});

/** Conversations long enough that their older part is kept, as an Expert's Run has them. */
export const arbitraryConversation = ({ thinking, call }: ProviderData): fc.Arbitrary<readonly Message[]> =>
  fc.tuple(text, fc.array(round, { minLength: 12, maxLength: 20 })).map(([query, rounds]) => [
    said(query),
    ...rounds.flatMap(({ said: answer, asked }, step): readonly Message[] => {
      const expert: Message = { role: "expert", parts: answerParts(answer, step, { thinking, call }) };
      const results = resultParts(answer.calls, step);
      const heard: readonly Message[] = results.length === 0 ? [] : [{ role: "tool", parts: results }];
      // An answer without a call ends its step, and the next begins with a person's word.
      const word = asked ?? (results.length === 0 ? "Go on." : undefined);
      return [expert, ...heard, ...(word === undefined ? [] : [said(word)])];
    }),
  ]);

export const said = (words: string): Message => ({ role: "user", parts: [{ type: "text", text: words }] });

const answerParts = (
  { text: words, thinking, calls }: Said,
  step: number,
  data: { readonly thinking: JsonObject | undefined; readonly call: JsonObject | undefined },
): readonly AnswerPart[] => [
  {
    type: "thinking",
    text: thinking,
    // Another model has answered now and then.
    ...(step % 5 === 4
      ? { providerData: { elsewhere: { signature: "s" } } }
      : data.thinking && { providerData: data.thinking }),
  },
  ...(words === "" ? [] : [{ type: "text" as const, text: words }]),
  ...calls.map((call, index) => ({
    type: "toolCall" as const,
    id: `call_${step}_${index}`,
    tool: index === 0 ? "readTextFile" : "todo",
    args: call.isMalformed ? {} : call.args,
    ...(call.isMalformed ? { malformed: "{oops" } : {}),
    ...(index === 0 && data.call !== undefined ? { providerData: data.call } : {}),
  })),
];

const resultParts = (calls: readonly Called[], step: number): readonly ToolResultPart[] =>
  calls.map(({ contents, isError, inBlob }, index) => ({
    type: "toolResult",
    id: `call_${step}_${index}`,
    tool: index === 0 ? "readTextFile" : "todo",
    contents: inBlob
      ? [{ type: "blob", sha256: "0".repeat(64), mediaType: "text/plain", size: 9 }]
      : contents.map((content) => ({ type: "text", text: content })),
    isError,
  }));
