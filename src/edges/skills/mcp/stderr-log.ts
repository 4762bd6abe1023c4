import { type LineReader, lineReader } from "../line-reader.ts";

/** Bytes of one line of stderr that are kept. */
const maxLineBytes = 4 * 1024;
/** Bytes of stderr that one skill may put into the journal, restarts included. */
export const maxTotalBytes = 256 * 1024;

/** What a program prints that ends by itself, the trace of an error included. */
const tailLines = 25;

/** What a skill says on stderr: reported line by line within bounds, and its end kept for error messages. */
export type StderrLog = {
  /** A reader for one process's stream. */
  reader(): LineReader;
  /** The last lines, however much went before; empty when there are none. */
  tail(): string;
};

/**
 * @param report gets each line that is not blank, until `maxTotalBytes` are used up
 * @param reportFull is called once, when they are
 */
export const stderrLog = (report: (line: string) => void, reportFull: () => void): StderrLog => {
  let room = maxTotalBytes;
  let tail: readonly string[] = [];

  const keep = (line: string): void => {
    tail = [...tail.slice(1 - tailLines), line];
    if (room < 0) return;
    room -= Buffer.byteLength(line);
    if (room < 0) reportFull();
    else report(line);
  };
  return {
    reader: () =>
      lineReader(maxLineBytes, ({ text, end }) => {
        const line = text.trimEnd();
        if (line !== "") keep(end === "cut" ? `${line} […]` : line);
      }),
    tail: () => tail.join("\n"),
  };
};
