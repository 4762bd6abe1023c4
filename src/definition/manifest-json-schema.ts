import * as z from "zod/mini";
import { ManifestFile } from "./manifest-file.ts";

/**
 * The manifest as written, for editors: defaults may be left out. Unknown keys are marked there, where the runner
 * only warns.
 *
 * @returns JSON Schema, draft 2020-12
 */
export const manifestJsonSchema = (): object =>
  z.toJSONSchema(ManifestFile, { io: "input", target: "draft-2020-12", reused: "inline" });
