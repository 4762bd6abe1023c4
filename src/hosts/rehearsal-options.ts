import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { ExpertStackError } from "../errors.ts";
import { answeredEvents, guessEvents } from "../request/guess-event.ts";
import { readTrigger } from "../request/read-trigger.ts";
import { type Role, roles } from "../request/role.ts";
import type { Trigger } from "../request/trigger.ts";
import { type ActionInputs, readInputs } from "./action-inputs.ts";
import { flagKey } from "./cli-run-flags.ts";
import { cliOption, invalidValue } from "./option-values.ts";

/** Whose role is what, where GitHub is not asked. */
export type AssumedRoles = {
  readonly everybody: Role;
  /** By login in lower case. */
  readonly some: ReadonlyMap<string, Role>;
};

export type RehearsalOptions = {
  readonly eventName: string;
  readonly trigger: Trigger;
  readonly inputs: ActionInputs;
  /** Missing where GitHub is to be asked. */
  readonly assumed?: AssumedRoles;
  /** Where the event's repository is. */
  readonly place: { readonly owner: string; readonly repo: string };
  /** A recorded job's events.jsonl, by its absolute path. */
  readonly recorded?: string;
};

type Given = {
  readonly expert: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly cwd: string;
  /** Whether a token is at hand to ask GitHub with. */
  readonly token: "present" | "missing";
};

/** @throws ExpertStackError INPUT_INVALID or TRIGGER_INVALID, naming the option or what the payload lacks */
export const readRehearsal = ({ expert, options, cwd, token }: Given): RehearsalOptions => {
  const text = (name: string): string | undefined => {
    const value = options[flagKey(name)];
    return typeof value === "string" ? value : undefined;
  };
  const file = text("event");
  if (file === undefined) {
    throw new ExpertStackError({
      code: "INPUT_INVALID",
      message: "There is no event to rehearse.",
      remedy: "Name a webhook's payload: `--event payload.json --dry-run`.",
    });
  }
  const payload = readPayload(resolve(cwd, file), file);
  const eventName = text("event-name") ?? guessed(payload, file);
  const assumed = readAssumed(text("assume-role"), token);
  const recorded = text("recorded");
  return {
    eventName,
    trigger: readTrigger(eventName, payload),
    inputs: readInputs((name) => (name === "expert" ? expert : (text(name) ?? ""))),
    place: placeOf(payload),
    ...(assumed === undefined ? {} : { assumed }),
    ...(recorded === undefined ? {} : { recorded: resolve(cwd, recorded) }),
  };
};

const readPayload = (path: string, file: string): unknown => {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new ExpertStackError({
      code: "INPUT_INVALID",
      message: `${file} is no payload: ${cause instanceof Error ? cause.message : String(cause)}`,
      remedy: "Name a JSON file such as the one that GITHUB_EVENT_PATH names in a workflow.",
      cause,
    });
  }
};

const guessed = (payload: unknown, file: string): string => {
  const events = guessEvents(payload);
  const [event, other] = events;
  if (event !== undefined && other === undefined) return event;
  throw new ExpertStackError({
    code: "INPUT_INVALID",
    message:
      event === undefined
        ? `Which event ${file} is of cannot be told from its keys.`
        : `${file} may be of ${events.join(" or of ")}, which have the same payload.`,
    remedy:
      event === undefined
        ? `Say which by \`--event-name\`. Experts answer ${answeredEvents.join(", ")}, and no others.`
        : `Say which: \`--event-name ${event}\`.`,
  });
};

/** `write`, or `write,mallory=none` where some have another. */
const readAssumed = (text: string | undefined, token: "present" | "missing"): AssumedRoles | undefined => {
  if (text === undefined) return token === "present" ? undefined : { everybody: "write", some: new Map() };
  const role = (name: string): Role => {
    const found = roles.find((one) => one === name);
    if (found !== undefined) return found;
    throw invalidValue(
      cliOption("--assume-role", text),
      `one of ${roles.join(", ")}, with \`,login=role\` behind it for those who have another`,
    );
  };
  const words = text.split(",").map((word) => word.trim().split("="));
  const some = words.flatMap(([login = "", name]) =>
    name === undefined ? [] : [[login.toLowerCase(), role(name)] as const],
  );
  const [everybody = "write"] = words.flatMap(([name = "", one]) => (one === undefined ? [role(name)] : []));
  return { everybody, some: new Map(some) };
};

/** The repository is no part of a schedule's trigger, but GitHub sends it with each payload. */
const placeOf = (payload: unknown): RehearsalOptions["place"] => {
  const repository = fieldOf(payload, "repository");
  const [owner = "", repo = ""] = String(fieldOf(repository, "full_name") ?? "").split("/");
  return { owner, repo };
};

const fieldOf = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
