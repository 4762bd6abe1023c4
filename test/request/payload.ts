import { readFileSync } from "node:fs";
import { readTrigger } from "../../src/request/read-trigger.ts";
import type { Trigger } from "../../src/request/trigger.ts";

/** A fresh copy of a payload as GitHub sends it. */
export const payload = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../fixtures/payloads/${name}.json`, import.meta.url), "utf8"));

/** The trigger of one kind that a payload reads as. */
export const triggerOf = <Type extends Trigger["type"]>(
  type: Type,
  event: string,
  name: string,
): Extract<Trigger, { type: Type }> => {
  const trigger = readTrigger(event, payload(name));
  const isType = (found: Trigger): found is Extract<Trigger, { type: Type }> => found.type === type;
  if (!isType(trigger)) throw new Error(`${name} reads as ${trigger.type}`);
  return trigger;
};
