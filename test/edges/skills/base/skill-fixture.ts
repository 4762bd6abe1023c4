import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { baseTools } from "../../../../src/edges/skills/base/base-tools.ts";
import { type BaseSkillOptions, openBaseSkill } from "../../../../src/edges/skills/base/open-base-skill.ts";
import type { JsonObject } from "../../../../src/job/message.ts";
import { argumentsError } from "../../../../src/job/tool-arguments.ts";
import { plainStart } from "../../../helpers/no-sandbox.ts";

export type Answered = {
  /** The parsed JSON text of the outcome. */
  readonly value: Readonly<Record<string, unknown>>;
  readonly isError: boolean;
  readonly bytes?: Uint8Array;
  readonly mediaType?: string;
};

export type SkillFixture = {
  /** The folder that holds the workspace `ws` and the folder `outside`. */
  readonly top: string;
  readonly workspace: string;
  readonly outside: string;
  call(tool: string, args: JsonObject, signal?: AbortSignal): Promise<Answered>;
};

/** A base skill on an empty workspace beside a folder it must never reach. Removed when the test ends. */
export const openSkill = (options: Partial<BaseSkillOptions> = {}): SkillFixture => {
  const top = realpathSync(mkdtempSync(join(tmpdir(), "base-skill-")));
  const workspace = options.workspace ?? join(top, "ws");
  const outside = join(top, "outside");
  for (const directory of [workspace, outside]) mkdirSync(directory, { recursive: true });
  const skill = openBaseSkill({
    workspace,
    hidden: [],
    environment: { PATH: `${dirname(process.execPath)}:${process.env.PATH ?? ""}`, LANG: "C.UTF-8" },
    exec: "allowed",
    start: plainStart,
    stepTimeoutMs: 20_000,
    ...options,
  });
  onTestFinished(async () => {
    await skill[Symbol.asyncDispose]();
    rmSync(top, { recursive: true, force: true });
  });
  return {
    top,
    workspace,
    outside,
    async call(tool, args, signal = new AbortController().signal) {
      const schema = baseTools.find((definition) => definition.name === tool)?.inputSchema;
      const problem = schema === undefined ? undefined : argumentsError(schema, args);
      if (problem !== undefined) throw new Error(problem);
      const outcome = await skill.call({ type: "toolCall", id: "call_1_0", tool, args }, signal);
      const [text, media] = outcome.contents;
      if (text?.type !== "text") throw new Error("the first part is not text");
      return {
        value: JSON.parse(text.text),
        isError: outcome.isError,
        ...(media?.type === "bytes" ? { bytes: media.data, mediaType: media.mediaType } : {}),
      };
    },
  };
};
