import type { ScriptedFault } from "../scripted-fault.ts";

/** An artifact as it is kept: `bytes` is the zip, or the file itself when it was uploaded without an archive. */
export type Artifact = {
  readonly id: number;
  readonly runId: string;
  readonly jobId: string;
  readonly name: string;
  readonly mimeType: string;
  readonly createdAt: string;
  /** When the uploader asked for one. */
  readonly expiresAt?: string;
  readonly size: number;
  /** `sha256:` and hex, of `bytes`. */
  readonly digest: string;
  readonly bytes: Buffer;
};

/** An artifact that was announced; it becomes one when it is finalized. */
export type Upload = {
  readonly runId: string;
  readonly jobId: string;
  readonly name: string;
  readonly mimeType: string;
  readonly createdAt: string;
  readonly expiresAt?: string;
  readonly blob: string;
};

export type Blob = {
  readonly blocks: Map<string, Buffer>;
  committed: Buffer | undefined;
};

export type RecordedCall = { readonly method: string; readonly path: string; status: number | undefined };

/** What the service holds. */
export type Results = {
  readonly artifacts: Artifact[];
  readonly uploads: Map<string, Upload>;
  readonly blobs: Map<string, Blob>;
  readonly faults: ScriptedFault[];
  readonly requests: RecordedCall[];
  /** Runtime tokens that were issued, with the run and job each stands for. */
  readonly tokens: Map<string, Scope>;
};

export type Scope = { readonly runId: string; readonly jobId: string };

/** Artifact names are unique in a run. */
export const uploadKey = (runId: string, name: string): string => `${runId}/${name}`;
