import type { OwnPrices } from "../edges/catalog.ts";
import { ExpertStackError } from "../errors.ts";
import { isObject } from "../job/json-object.ts";
import type { PriceCeiling } from "../job/limits.ts";
import type { JsonObject } from "../job/message.ts";

/** What a person wrote for one input or option, and how to say that it is wrong. */
export type Written = {
  /** As messages call it: ``The input `max-steps` `` or `--max-steps`. */
  readonly name: string;
  readonly text: string;
  /** Where to read more, as a sentence. */
  readonly help?: string;
};

export const invalidValue = ({ name, text, help }: Written, expected: string): ExpertStackError =>
  new ExpertStackError({
    code: "INPUT_INVALID",
    message: `${name} is "${text}".`,
    remedy: `It must be ${expected}.${help === undefined ? "" : ` ${help}`}`,
  });

/** An option of the command line, whose command lists them all on request. */
export const cliOption = (name: string, text: string, command = "run"): Written => ({
  name,
  text,
  help: `\`expert-stack ${command} --help\` shows every option.`,
});

/** @param least 0 where none is a choice */
export const wholeNumber = (written: Written, least: 0 | 1): number => {
  const number = /^\d{1,12}$/.test(written.text) ? Number(written.text) : Number.NaN;
  if (number >= least) return number;
  throw invalidValue(written, least === 0 ? "a whole number" : "a whole number above zero");
};

export const dollars = (written: Written): number => {
  const number = /^\d{1,9}(\.\d{1,6})?$/.test(written.text) ? Number(written.text) : 0;
  if (number > 0) return number;
  throw invalidValue(written, "an amount of US dollars above zero, such as 2.50");
};

const levels = ["none", "minimal", "low", "medium", "high"];

export const reasoningBudget = (written: Written): string | number => {
  if (/^\d{1,9}$/.test(written.text)) return Number(written.text);
  if (levels.includes(written.text)) return written.text;
  throw invalidValue(written, `${levels.join(", ")}, or a number of tokens`);
};

/** `model=input,output` a line, in US dollars per million tokens. */
export const ownPrices = (written: Written): OwnPrices => {
  const lines = written.text.split(/[\n;]/).map((line) => line.trim());
  return new Map(lines.filter((line) => line !== "").map((line) => ownPrice({ ...written, text: line })));
};

const ownPrice = (line: Written): readonly [string, PriceCeiling] => {
  const [, model, input, output] =
    /^([^=]+?)\s*=\s*(\d+(?:\.\d+)?)\s*,\s*(\d+(?:\.\d+)?)$/.exec(line.text) ?? [];
  if (model !== undefined) return [model, { inputUsd: Number(input), outputUsd: Number(output) }];
  throw invalidValue(line, "model=input,output in US dollars per million tokens, such as my-model=3,15");
};

/** A JSON Schema of an object, which is what providers take. */
export const outputSchema = async (written: Written): Promise<JsonObject> => {
  const schema = jsonObject(written.text);
  if (schema?.type !== "object") {
    throw invalidValue(
      { ...written, text: written.text.slice(0, 100) },
      'JSON text of one JSON Schema with `"type": "object"`',
    );
  }
  const { schemaError } = await import("../job/tool-arguments.ts");
  const error = schemaError(schema);
  if (error === undefined) return schema;
  throw new ExpertStackError({
    code: "INPUT_INVALID",
    message: `${written.name} is no JSON Schema: ${error}`,
    remedy: "Correct it; https://json-schema.org/learn shows how one is written.",
  });
};

const jsonObject = (text: string): JsonObject | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

/** One of some words; the first is the default. @param name the option, as `--sandbox` */
export const choice = <const Choice extends string>(
  name: string,
  text: string | undefined,
  choices: readonly [Choice, ...Choice[]],
  command?: string,
): Choice => {
  if (text === undefined) return choices[0];
  const found = choices.find((candidate) => candidate === text);
  if (found !== undefined) return found;
  throw invalidValue(cliOption(name, text, command), choices.join(" or "));
};
