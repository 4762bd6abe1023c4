import type { JsonObject } from "../../../job/message.ts";
import { baseSkill, type ToolDefinition } from "../../../job/tool.ts";

/**
 * The base skill's tools that act on the workspace, with Perstack's names and arguments. The whole list goes with
 * every request to a model, so each text says only what a name does not.
 */
export const baseTools: readonly ToolDefinition[] = [
  tool("healthCheck", "Check the workspace.", {}, { readOnly: true }),
  tool(
    "exec",
    "Run a program without a shell (for pipes or globs: sh -c). Its whole process tree ends with the call. Long output keeps head and tail.",
    {
      command: text(),
      args: { type: "array", items: text() },
      env: { type: "object", additionalProperties: text() },
      cwd: text("default: the workspace"),
      stdout: { type: "boolean", description: "return it (default true)" },
      stderr: { type: "boolean", description: "return it (default true)" },
      timeout: { type: "integer", minimum: 1, description: "ms" },
    },
    { required: ["command"] },
  ),
  tool(
    "getFileInfo",
    "Type, size and times of a path, or that it does not exist.",
    { path: text() },
    { readOnly: true },
  ),
  tool(
    "listDirectory",
    "List a directory, sorted, at most 1000 entries.",
    { path: text() },
    { readOnly: true },
  ),
  tool("createDirectory", "Create a directory and its parents.", { path: text() }),
  tool("deleteFile", "Delete a file or a symbolic link.", { path: text() }),
  tool(
    "deleteDirectory",
    "Delete a directory.",
    { path: text(), recursive: { type: "boolean", description: "also when not empty" } },
    { required: ["path"] },
  ),
  tool("moveFile", "Move or rename a file or directory. Creates parents, never overwrites.", {
    source: text(),
    destination: text(),
  }),
  tool(
    "readTextFile",
    "Read lines from..to of a text file, at most 100 KB a call.",
    { path: text(), from: line("first line, from 0"), to: line("line to stop before") },
    { required: ["path"], readOnly: true },
  ),
  tool(
    "readImageFile",
    "See a PNG, JPEG, GIF or WebP image up to 15 MB.",
    { path: text() },
    { readOnly: true },
  ),
  tool("readPdfFile", "See a PDF up to 30 MB.", { path: text() }, { readOnly: true }),
  tool("writeTextFile", "Create or replace a text file. Creates parents.", { path: text(), text: text() }),
  tool("appendTextFile", "Append to an existing text file.", { path: text(), text: text() }),
  tool(
    "editTextFile",
    "Replace oldText, which must occur exactly once, by newText. Literal, not a pattern.",
    {
      path: text(),
      oldText: { type: "string", minLength: 1 },
      newText: text(),
    },
  ),
];

type Traits = {
  /** Every property when left out. */
  readonly required?: readonly string[];
  readonly readOnly?: boolean;
};

// Declared as functions, so that the list can come first.
function tool(
  name: string,
  description: string,
  properties: JsonObject,
  traits: Traits = {},
): ToolDefinition {
  const required = traits.required ?? Object.keys(properties);
  const inputSchema: JsonObject = {
    type: "object",
    properties,
    ...(required.length === 0 ? {} : { required }),
    additionalProperties: false,
  };
  return { name, description, inputSchema, skill: baseSkill, readOnly: traits.readOnly ?? false };
}

function text(description?: string): JsonObject {
  return description === undefined ? { type: "string" } : { type: "string", description };
}

function line(description: string): JsonObject {
  return { type: "integer", minimum: 0, description };
}
