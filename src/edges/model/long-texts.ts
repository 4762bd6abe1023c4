import { randomUUID } from "node:crypto";

/** A request's body as it goes out: text, and bytes that already are UTF-8. */
export type BodyParts = readonly (string | Uint8Array)[];

/**
 * Long texts of a conversation, kept as the bytes that they are in a request. A prompt holds a short word for each,
 * so that what a provider's library converts, copies and serialises at every step does not grow by the texts; the
 * bytes take the word's place while the request is sent.
 */
export type LongTexts = {
  /** What stands for the text in a prompt: only where it becomes a JSON string of its own. A short text is itself. */
  standIn(text: string): string;
  /**
   * The body with every text in its place.
   *
   * @throws when a stand-in ended up elsewhere than as a whole JSON string
   */
  restore(body: string): BodyParts;
};

/** Characters below which a stand-in would not be shorter by much. */
const shortestLong = 256;

export const longTexts = (): LongTexts => {
  const texts: Uint8Array[] = [];
  // Nobody else knows it, so no text of a conversation holds it by chance or by intent.
  const mark = `long-text-${randomUUID()}-`;
  return {
    standIn(text) {
      if (text.length < shortestLong) return text;
      // Not `Buffer.from`: a piece of Node's pool would keep all of its neighbours for as long as the job lasts.
      const index = texts.push(new TextEncoder().encode(JSON.stringify(text))) - 1;
      return `${mark}${index};`;
    },
    restore(body) {
      const parts: (string | Uint8Array)[] = [];
      let done = 0;
      for (let at = body.indexOf(mark); at !== -1; at = body.indexOf(mark, done)) {
        const end = body.indexOf(";", at);
        const text = texts[Number(body.slice(at + mark.length, end))];
        if (text === undefined || !isWholeString(body, at, end + 1)) throw misplaced();
        parts.push(body.slice(done, at - 1), text);
        done = end + 2;
      }
      parts.push(body.slice(done));
      return parts;
    },
  };
};

/** In quotes. Inside another string the second one would have a backslash before it. */
const isWholeString = (body: string, start: number, end: number): boolean =>
  body[start - 1] === '"' && body[end] === '"';

const misplaced = (): Error =>
  new Error("A text of the conversation has no place of its own in the request.");
