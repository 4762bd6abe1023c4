import { tagPattern, type VersionRequest } from "../definition/expert-name.ts";

/** The word that nobody sets: it is always the newest release. */
export const latest = "latest";

/** Whether a word may be set for a version: `stable`. A number would read as a range of versions. */
export const isVersionWord = (text: string): boolean =>
  tagPattern.test(text) && !/^\d+$/.test(text) && text !== latest;

/** What a request means: who asks for `@latest` asks for the newest release, as by the name alone. */
export const meantBy = (request: VersionRequest | undefined): VersionRequest | undefined =>
  request?.type === "tag" && request.tag === latest ? undefined : request;
