import * as z from "zod/mini";
import { IndexLine } from "./index-line.ts";

/**
 * A line of the index for other readers: `registry-index/schema.json`. What a pattern cannot say (names, versions, the
 * chain) is left to whoever verifies.
 *
 * @returns JSON text
 */
export const indexSchema = (): string => {
  const title = "A line of the index of a registry of Experts";
  const schema = z.toJSONSchema(IndexLine, { target: "draft-2020-12", reused: "inline" });
  return `${JSON.stringify({ title, ...schema }, null, 2)}\n`;
};
