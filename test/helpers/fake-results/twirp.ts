import { createHash, randomUUID } from "node:crypto";
import { z } from "zod";
import { type Artifact, type Results, type Scope, type Upload, uploadKey } from "./artifact.ts";

/** A refusal in twirp's own form. */
export class TwirpError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.name = "TwirpError";
    this.status = status;
    this.code = code;
  }
}

const Ids = z.strictObject({ workflow_run_backend_id: z.string(), workflow_job_run_backend_id: z.string() });
const Named = Ids.extend({ name: z.string() });
const Create = Named.extend({
  expires_at: z.iso.datetime({ offset: true }).optional(),
  version: z.number(),
  mime_type: z.string().optional(),
});
const Finalize = Named.extend({ size: z.string().regex(/^\d+$/).optional(), hash: z.string().optional() });
const List = Ids.extend({
  name_filter: z.string().optional(),
  id_filter: z.string().regex(/^\d+$/).optional(),
});

/** The proto's JSON, with the token's run and job. @throws TwirpError for unknown fields and for another's run */
const parse = <T extends z.infer<typeof Ids>>(schema: z.ZodType<T>, scope: Scope, json: unknown): T => {
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new TwirpError(400, "invalid_argument", z.prettifyError(parsed.error));
  const { workflow_run_backend_id: runId, workflow_job_run_backend_id: jobId } = parsed.data;
  if (runId !== scope.runId)
    throw new TwirpError(403, "permission_denied", `not the token's run: ${runId}/${jobId}`);
  return parsed.data;
};

type Call = {
  readonly results: Results;
  readonly scope: Scope;
  readonly json: unknown;
  readonly blobUrl: string;
};

/** Signed addresses; the client reads account, container and blob from the path. */
const signedUrl = (call: Call, blob: string): string =>
  `${call.blobUrl}/actions-results/${blob}?se=2099-01-01T00%3A00%3A00Z&sig=${randomUUID()}&sp=cw&sv=2025-11-05`;

const createArtifact = (call: Call) => {
  const { results, scope } = call;
  const asked = parse(Create, scope, call.json);
  if (/["<>|*?:\r\n\\/]/.test(asked.name) || asked.name === "") {
    throw new TwirpError(400, "invalid_argument", "the artifact name has characters that are not allowed");
  }
  const key = uploadKey(scope.runId, asked.name);
  if (results.uploads.has(key)) {
    const message = "an artifact with this name already exists on the workflow run";
    throw new TwirpError(409, "already_exists", message);
  }
  const blob = `${randomUUID()}/artifact`;
  const upload: Upload = {
    ...scope,
    name: asked.name,
    mimeType: asked.mime_type ?? "application/zip",
    createdAt: new Date().toISOString(),
    ...(asked.expires_at === undefined ? {} : { expiresAt: asked.expires_at }),
    blob,
  };
  results.uploads.set(key, upload);
  results.blobs.set(blob, { blocks: new Map(), committed: undefined });
  return { ok: true, signed_upload_url: signedUrl(call, blob) };
};

const finalizeArtifact = ({ results, scope, json }: Call) => {
  const asked = parse(Finalize, scope, json);
  const upload = results.uploads.get(uploadKey(scope.runId, asked.name));
  const bytes = upload === undefined ? undefined : results.blobs.get(upload.blob)?.committed;
  if (upload === undefined || bytes === undefined)
    throw new TwirpError(404, "not_found", "nothing was uploaded");
  const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  if (Number(asked.size ?? "0") !== bytes.length)
    throw new TwirpError(400, "invalid_argument", "the size differs");
  if (asked.hash !== undefined && asked.hash !== digest) {
    throw new TwirpError(400, "invalid_argument", "the hash differs");
  }
  const { blob: _, ...shown } = upload;
  const artifact: Artifact = {
    ...shown,
    id: results.artifacts.length + 101,
    size: bytes.length,
    digest,
    bytes,
  };
  results.artifacts.push(artifact);
  return { ok: true, artifact_id: String(artifact.id) };
};

const listArtifacts = ({ results, scope, json }: Call) => {
  const asked = parse(List, scope, json);
  const wanted = results.artifacts.filter(
    (artifact) =>
      artifact.runId === scope.runId &&
      (asked.name_filter === undefined || artifact.name === asked.name_filter) &&
      (asked.id_filter === undefined || String(artifact.id) === asked.id_filter),
  );
  return {
    artifacts: wanted.map((artifact) => ({
      workflow_run_backend_id: artifact.runId,
      workflow_job_run_backend_id: artifact.jobId,
      database_id: String(artifact.id),
      name: artifact.name,
      size: String(artifact.size),
      created_at: artifact.createdAt,
      digest: artifact.digest,
    })),
  };
};

const finalized = ({ results, scope }: Call, name: string): Artifact => {
  const artifact = results.artifacts.find((one) => one.runId === scope.runId && one.name === name);
  if (artifact === undefined) throw new TwirpError(404, "not_found", `no artifact ${name}`);
  return artifact;
};

const getSignedUrl = (call: Call) => {
  const { name } = finalized(call, parse(Named, call.scope, call.json).name);
  const blob = call.results.uploads.get(uploadKey(call.scope.runId, name))?.blob ?? "";
  return { signed_url: signedUrl(call, blob) };
};

const deleteArtifact = (call: Call) => {
  const artifact = finalized(call, parse(Named, call.scope, call.json).name);
  call.results.artifacts.splice(call.results.artifacts.indexOf(artifact), 1);
  call.results.uploads.delete(uploadKey(artifact.runId, artifact.name));
  return { ok: true, artifact_id: String(artifact.id) };
};

const methods: Readonly<Record<string, (call: Call) => unknown>> = {
  CreateArtifact: createArtifact,
  FinalizeArtifact: finalizeArtifact,
  ListArtifacts: listArtifacts,
  GetSignedArtifactURL: getSignedUrl,
  DeleteArtifact: deleteArtifact,
};

/** One call of `github.actions.results.api.v1.ArtifactService`. @throws TwirpError */
export const callArtifactService = (method: string, call: Call): unknown => {
  const handler = methods[method];
  if (handler === undefined) throw new TwirpError(404, "bad_route", `no method ${method}`);
  return handler(call);
};
