import { visibleText } from "../../../definition/hidden-text.ts";
import type { JsonObject } from "../../../job/message.ts";
import {
  type Discussion,
  fitPieces,
  type Piece,
  reasonsAgainstOpening,
  shortened,
} from "../../../request/discussion.ts";
import { callArguments } from "../base/call-arguments.ts";
import { toolFailed } from "../base/tool-outcome.ts";
import type { GitHubReading, ReadTool } from "./reading.ts";

/** Comments that one answer looks at, and bytes of text that it holds. */
const pageSize = 25;
const maxBytes = 40_000;

/** An issue or a pull request as it was when the trigger came about, with the newest of what was said in it. */
export const readThread: ReadTool = async (reading, args, signal) => {
  const { optionalNumber, optionalText } = callArguments(args);
  const number = optionalNumber("number") ?? 0;
  const earlier = optionalText("earlier");
  const { discussion } = await reading.reader();
  const of = { number, size: pageSize, ...(earlier === undefined ? {} : { earlier }) };
  const found = await discussion(of, signal);
  if (found === undefined) throw toolFailed(`There is no issue or pull request #${number}.`);
  const fitted = fitPieces(found.pieces, { before: reading.before, maxBytes });
  const { shown } = fitted;
  const leftOut = [...found.notRead.map((what) => `${what}: not read`), ...fitted.leftOut];
  return {
    kind: found.kind === "issue" ? "issue" : "pull request",
    ...{ number, state: found.state },
    ...(earlier === undefined ? await head(reading, found) : {}),
    discussion: await Promise.all(shown.map((piece) => spoken(reading, piece))),
    ...(leftOut.length === 0 ? {} : { leftOut }),
    ...(found.earlier === undefined ? {} : { earlier: found.earlier }),
  };
};

const head = async (reading: GitHubReading, found: Discussion): Promise<JsonObject> => {
  const { opening } = found;
  const against = reasonsAgainstOpening(found, reading.before);
  const part = async (piece: Piece, reason: string | undefined): Promise<JsonObject> =>
    reason === undefined ? await spoken(reading, piece) : { leftOut: reason };
  return {
    title: await part({ ...opening, label: "Title", body: found.title }, against.title),
    description: await part(shortened(opening), against.description),
  };
};

/** A text with who wrote it and when, unless the step leaves such people's text out. */
const spoken = async (
  { standing, untrustedContext }: GitHubReading,
  { label, author, createdAt, body }: Piece,
): Promise<JsonObject> => {
  const { role, trusted } = await standing(author);
  const { text, removed } = visibleText(body);
  const isDropped = !trusted && untrustedContext === "drop";
  return {
    ...{ what: visibleText(label).text, author: author.login, role, time: createdAt },
    ...(trusted ? {} : { trust: "untrusted" }),
    ...(isDropped ? { leftOut: "its author is below the role this step trusts" } : { text }),
    ...(isDropped || removed === 0 ? {} : { invisibleCharactersRemoved: removed }),
  };
};
