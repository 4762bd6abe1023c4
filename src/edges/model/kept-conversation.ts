import { isObject } from "../../job/json-object.ts";
import type { AnswerPart, JsonObject, Message } from "../../job/message.ts";

/** The older part of a Run's conversation, as it stands in a request's body. */
export type Kept = {
  readonly messages: readonly Message[];
  /** Elements of the body's list of messages in UTF-8, with the commas between them. */
  readonly bytes: readonly Uint8Array[];
  /** A word that stands for them in the prompt, and the list's element that it becomes. */
  readonly marker: string;
  readonly element: string;
};

/** Messages as the SDK would send them: the text of their elements, and of the element of a message of the user's before. */
export type Converted = { readonly elements: string; readonly before: string };

/** Undefined when the SDK did not say what it would send. */
export type Convert = (messages: readonly Message[], marker: string) => Promise<Converted | undefined>;

export type Keeper = (messages: readonly Message[], convert: Convert) => Promise<Kept | undefined>;

/** Messages that are kept at a time, so that most steps convert only those that are newer. */
const fewestAtOnce = 16;

/**
 * Keeps what the SDK makes of the older messages of each Run, so that each is converted once and not with every
 * request. Only what is converted without regard to what stands around it is kept: text, thinking, and calls with
 * their results in text. A Run's part is forgotten with its first message.
 *
 * @param newMarker a word that nobody can guess
 */
export const conversationKeeper = (scope: "all" | "oneQuestion", newMarker: () => string): Keeper => {
  const runs = new WeakMap<Message, Kept>();
  return async (messages, convert) => {
    const [first] = messages;
    if (first === undefined || !isInScope(messages, scope)) return undefined;
    const known = runs.get(first);
    const before = known !== undefined && isPrefix(known.messages, messages) ? known : nothing(newMarker());
    const from = before.messages.length;
    const until = lastBoundary(messages, from);
    const grown =
      until - from < fewestAtOnce ? before : await grow(before, messages.slice(0, until), convert);
    runs.set(first, grown);
    return grown.messages.length === 0 ? undefined : grown;
  };
};

const nothing = (marker: string): Kept => ({ messages: [], bytes: [], marker, element: "" });

/** DeepSeek gives a model its thinking back only until the person's next word. */
const isInScope = (messages: readonly Message[], scope: "all" | "oneQuestion"): boolean =>
  scope === "all" || messages.every(({ role }, index) => index === 0 || role !== "user");

/** Messages never change: what is the same object is the same message. */
const isPrefix = (older: readonly Message[], messages: readonly Message[]): boolean =>
  older.length < messages.length && older.every((message, index) => message === messages[index]);

const grow = async (kept: Kept, messages: readonly Message[], convert: Convert): Promise<Kept> => {
  const from = kept.messages.length;
  const answers = from > 0 ? from : firstBoundary(messages);
  // What comes before the first answer is converted by itself: an API would group it with the marker.
  const head = from > 0 ? undefined : await convert(messages.slice(0, answers), kept.marker);
  const tail = await convert(messages.slice(answers), kept.marker);
  if (tail === undefined || (from === 0 && head === undefined)) return kept;
  const texts = [head?.elements ?? "", tail.elements].filter((text) => text !== "");
  const added = texts.map((text, index) => (index + from === 0 ? text : `,${text}`));
  return {
    messages,
    bytes: [...kept.bytes, Buffer.from(added.join(""))],
    marker: kept.marker,
    element: tail.before,
  };
};

/** The most that can be kept: up to the last boundary before the messages that may bear the marks of a cache. */
const lastBoundary = (messages: readonly Message[], from: number): number => {
  let newest = messages.length;
  for (let heard = 0; heard < 2 && newest > from; ) {
    newest -= 1;
    if (messages[newest]?.role !== "expert") heard += 1;
  }
  let boundary = from;
  for (let index = from; index < newest; index += 1) {
    if (isBoundary(messages, index)) boundary = index;
    if (!isPlain(messages[index])) break;
  }
  return boundary;
};

const firstBoundary = (messages: readonly Message[]): number => {
  const index = messages.findIndex((_, at) => isBoundary(messages, at));
  return index === -1 ? messages.length : index;
};

/** Where no API makes one message of two: an answer that certainly is one, after something else. */
const isBoundary = (messages: readonly Message[], index: number): boolean => {
  const [before, message] = [messages[index - 1], messages[index]];
  return (
    message?.role === "expert" &&
    message.parts.some(({ type }) => type === "toolCall") &&
    before !== undefined &&
    before.role !== "expert"
  );
};

const isPlain = (message: Message | undefined): boolean => {
  switch (message?.role) {
    case "user":
      return message.parts.every(isText);
    case "tool":
      return message.parts.every(({ contents }) => contents.every(isText));
    case "expert":
      return message.parts.every(isPlainAnswer);
    default:
      return false;
  }
};

const isText = (part: { readonly type: string; readonly mediaType?: string }): boolean =>
  part.type === "text" || part.mediaType === "text/plain";

const isPlainAnswer = (part: AnswerPart): boolean =>
  part.type !== "providerCall" && !(part.type === "toolCall" && isCalledByCode(part.providerData));

/** A call that a provider's own program made is sent back with a look at that program. */
const isCalledByCode = (data: JsonObject = {}): boolean =>
  Object.values(data).some((of) => isObject(of) && isObject(of.caller) && of.caller.type !== "direct");
