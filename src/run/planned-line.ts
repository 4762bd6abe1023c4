import type { IndexState } from "../registry/index-file.ts";
import type { IndexEntry } from "../registry/index-line.ts";
import type { RegistryPoint } from "./registry-index.ts";

/** A line that may go into the index as it is now. */
export type PlannedLine = {
  readonly point: RegistryPoint;
  readonly name: string;
  readonly version: string;
  readonly entry: IndexEntry;
  /** The lines that are there, and what they add up to. */
  readonly text: string;
  readonly state: IndexState;
  /** Of a version that is published. */
  readonly definition?: Uint8Array;
};

/** What an entry says besides its own matter. @param at the time, ISO 8601 */
export type Signed = { readonly by: string; readonly at: string };
