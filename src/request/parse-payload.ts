import type * as z from "zod/mini";
import { ExpertStackError } from "../errors.ts";

/** @throws ExpertStackError TRIGGER_INVALID, naming the key that is not what GitHub sends */
export const parsePayload = <Shape>(event: string, schema: z.ZodMiniType<Shape>, payload: unknown): Shape => {
  const result = schema.safeParse(payload);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = issue?.path.join(".") || "payload";
  throw new ExpertStackError({
    code: "TRIGGER_INVALID",
    message: `The payload of the event "${event}" is not what GitHub sends: ${path}: ${issue?.message ?? "unreadable"}`,
    remedy: "Run the step on an event that GitHub sent.",
  });
};
