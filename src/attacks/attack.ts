import type { JsonObject } from "../job/message.ts";

/** What an attacker would have to find out, and is simply told; and the canary that must never be seen. */
export type Target = {
  /** In the runner's environment and memory, in files outside the workspace, in the repository's git configuration. */
  readonly canary: string;
  /** The runner's own process. */
  readonly pid: number;
  readonly workspace: string;
  /** Files outside the workspace that hold the canary. */
  readonly secretFiles: readonly string[];
  /** Files that a later step would obey, were they written to. */
  readonly obeyedFiles: readonly string[];
  /** Where something listens that must not be reached. */
  readonly port: number;
  readonly socket: string;
  /** A program that runs scripts: Node. */
  readonly node: string;
};

export type AttackCall = { readonly tool: string; readonly args: JsonObject };

/**
 * Something that has been done to agents in CI. A model that wants it makes the calls, all of one answer at once; it got
 * through when the canary is seen, a file outside has changed, something was reached, or something outlived the job.
 */
export type Attack = {
  readonly name: string;
  /** What the attacker is after, for a reader. */
  readonly aim: string;
  /** The answers of the model, one after the other. */
  readonly answers: (target: Target) => readonly (readonly AttackCall[])[];
};

/** The tools that an attack cannot do without. */
export const toolsOf = (attack: Attack, target: Target): ReadonlySet<string> =>
  new Set(attack.answers(target).flatMap((calls) => calls.map(({ tool }) => tool)));

/** The canary as an attacker would write it to get it past who looks for it. */
export const formsOf = (canary: string): readonly string[] => {
  const bytes = new TextEncoder().encode(canary);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const base64 = [0, 1, 2].map((shift) => {
    const shifted = String.fromCharCode(...new Uint8Array(shift), ...bytes);
    // Without what depends on its neighbours.
    return btoa(shifted)
      .slice(shift === 0 ? 0 : 4)
      .slice(0, -4);
  });
  return [canary, [...canary].reverse().join(""), hex, ...base64];
};
