import { type Finding, renderFinding } from "../definition/finding.ts";
import { findingAt, type ManifestSource, type Place, type Remark } from "../definition/manifest-source.ts";
import { type ErrorCode, ExpertStackError } from "../errors.ts";

/** Why a definition cannot be published, at a place of it. */
export const refusal = (
  source: ManifestSource,
  place: Place,
  remark: Omit<Remark, "severity">,
  code: ErrorCode = "DEFINITION_INVALID",
): ExpertStackError => fromFinding(findingAt(source, place, { severity: "error", ...remark }), code);

export const fromFinding = (finding: Finding, code: ErrorCode = "DEFINITION_INVALID"): ExpertStackError =>
  new ExpertStackError({ code, message: renderFinding(finding), remedy: finding.remedy });
