import { closeSync, read } from "node:fs";
import { promisify } from "node:util";
import type { JsonObject } from "../../../job/message.ts";
import type { BaseTool } from "./base-tool.ts";
import { callArguments } from "./call-arguments.ts";
import { type LineWindow, lineWindow, type WindowResult } from "./line-window.ts";
import { answer, toolFailed } from "./tool-outcome.ts";
import { openContent } from "./workspace.ts";

/**
 * Reads lines `from` (counted from 0) up to but not including `to`, as Perstack does. Answers
 * `{path, content, from, to}`, where `to` is the line to read on from, and `note` when something was left out.
 * However large the file, only what is returned is held.
 */
export const readTextFile: BaseTool = async (args, { workspace, signal }) => {
  const given = callArguments(args);
  const from = given.optionalNumber("from") ?? 0;
  const to = given.optionalNumber("to") ?? Number.POSITIVE_INFINITY;
  if (to < from) throw toolFailed(`from (${from}) is after to (${to}).`);
  using file = workspace.open(given.text("path"));
  const fd = openContent(file);
  try {
    const window = lineWindow({ from, to, maxBytes });
    await pour({ fd, fileSize: file.stats.size, window, signal });
    return answer({ path: file.path, from, ...shown(window.result(), { from, fileSize: file.stats.size }) });
  } finally {
    closeSync(fd);
  }
};

const maxBytes = 100_000;
/** Bytes read at a time: most files are small, and what is read with is garbage after every call. */
const largestChunk = 65_536;
const smallestChunk = 8_192;
const binaryProbeBytes = 8_000;

const readChunk = promisify(read);

const pour = async (source: {
  readonly fd: number;
  /** As far as the kernel knows: it says 0 of what it makes up on the way, such as files of `/proc`. */
  readonly fileSize: number;
  readonly window: LineWindow;
  readonly signal: AbortSignal;
}): Promise<void> => {
  const size = Math.min(largestChunk, Math.max(smallestChunk, source.fileSize));
  const buffer = Buffer.alloc(size);
  for (let position = 0; ; ) {
    source.signal.throwIfAborted();
    const { bytesRead } = await readChunk(source.fd, buffer, 0, size, position);
    const chunk = buffer.subarray(0, bytesRead);
    if (position === 0 && chunk.subarray(0, binaryProbeBytes).includes(0)) {
      throw toolFailed("This is a binary file.", "Use readImageFile or readPdfFile if it is one of those.");
    }
    if (bytesRead === 0 || source.window.push(chunk) === "done") return;
    position += bytesRead;
  }
};

const shown = (
  window: WindowResult,
  about: { readonly from: number; readonly fileSize: number },
): JsonObject => {
  // Streaming leaves out a character that the cut has split.
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const content = decoder.decode(window.bytes, { stream: window.cut === "line" });
  const notes = [
    ...(window.cut === "lines"
      ? [`Cut: the file has ${about.fileSize} bytes. Read on with from: ${window.to}.`]
      : []),
    ...(window.cut === "line"
      ? [`Cut: line ${about.from} is longer than ${maxBytes} bytes. The next line is from: ${window.to}.`]
      : []),
    ...(content.includes("\uFFFD") ? ["Bytes that are not UTF-8 are shown as \uFFFD."] : []),
  ];
  return { to: window.to, content, ...(notes.length === 0 ? {} : { note: notes.join(" ") }) };
};
