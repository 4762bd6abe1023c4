import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const head = `model = "claude-sonnet-4-5"
maxSteps = 1100

[provider]
providerName = "anthropic"
`;

const reader = `
[experts.bench]
version = "1.0.0"
instruction = "You read a file again and again."
`;

export type Workspace = Disposable & { readonly path: string };

/**
 * A workspace with a manifest and a file of 2 KB.
 *
 * @param experts the manifest's Experts, in TOML; default: one, named `bench`, that has no skill but the base
 * @param files more of them, by name
 */
export const makeWorkspace = (experts = reader, files: Readonly<Record<string, string>> = {}): Workspace => {
  const path = mkdtempSync(join(tmpdir(), "expert-stack-bench-"));
  writeFileSync(join(path, "perstack.toml"), head + experts);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  writeFileSync(join(path, "two-kilobytes.txt"), `${"x".repeat(63)}\n`.repeat(32));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
};
