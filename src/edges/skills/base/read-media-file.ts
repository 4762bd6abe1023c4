import type { BaseTool } from "./base-tool.ts";
import { callArguments } from "./call-arguments.ts";
import { answer, toolFailed } from "./tool-outcome.ts";
import { contentUpTo } from "./workspace.ts";

type Format = { readonly mediaType: string; readonly matches: (bytes: Buffer) => boolean };

/** A tool that shows a file to the model. The file's first bytes tell its format; its name does not count. */
const mediaReader =
  (kind: {
    readonly what: string;
    readonly maxBytes: number;
    readonly formats: readonly Format[];
  }): BaseTool =>
  (args, { workspace }) => {
    using file = workspace.open(callArguments(args).text("path"));
    const data = contentUpTo(file, kind.maxBytes);
    if (data === undefined) throw toolFailed(`The file is over ${kind.maxBytes / 1_000_000} MB.`);
    const mediaType = kind.formats.find((format) => format.matches(data))?.mediaType;
    if (mediaType === undefined) throw toolFailed(`This is not ${kind.what}.`);
    const text = answer({ path: file.path, mediaType, size: data.length });
    return { contents: [...text.contents, { type: "bytes", data, mediaType }], isError: false };
  };

const startsWith =
  (magic: string, at = 0) =>
  (bytes: Buffer): boolean =>
    bytes.toString("latin1", at, at + magic.length) === magic;

export const readImageFile = mediaReader({
  what: "a PNG, JPEG, GIF or WebP image",
  maxBytes: 15_000_000,
  formats: [
    { mediaType: "image/png", matches: startsWith("\x89PNG\r\n\x1a\n") },
    { mediaType: "image/jpeg", matches: startsWith("\xff\xd8\xff") },
    {
      mediaType: "image/gif",
      matches: (bytes) => ["GIF87a", "GIF89a"].some((magic) => startsWith(magic)(bytes)),
    },
    {
      mediaType: "image/webp",
      matches: (bytes) => startsWith("RIFF")(bytes) && startsWith("WEBP", 8)(bytes),
    },
  ],
});

export const readPdfFile = mediaReader({
  what: "a PDF",
  maxBytes: 30_000_000,
  formats: [{ mediaType: "application/pdf", matches: startsWith("%PDF") }],
});
