import type { JsonObject } from "./message.ts";

/** A tool as the model sees it. Names are bare: no skill prefix. */
export type ToolDefinition = {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments, an object schema. */
  readonly inputSchema: JsonObject;
  /** The skill that owns it: `@perstack/base` or the key in `[experts.<name>.skills]`. */
  readonly skill: string;
  /** Running it twice does no harm, so a call that was cut off may be repeated on resume. */
  readonly readOnly: boolean;
  /**
   * Who answers a call, when it is no skill: the delegate whose key is in `skill`, in a Run of its own, or a person,
   * for whom the Run stops.
   */
  readonly answeredBy?: "delegate" | "person";
};

export const baseSkill = "@perstack/base";
