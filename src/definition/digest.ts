import { createHash } from "node:crypto";
import { canonicalJson } from "./canonical-json.ts";
import type { Expert } from "./expert.ts";

/** `sha256:<hex>` of the normalised definition: comments, order and layout of the file do not change it. */
export const expertDigest = (expert: Expert): string =>
  `sha256:${createHash("sha256").update(canonicalJson(expert)).digest("hex")}`;
