/** Which comment is ours: one a workflow, job and Expert, so that several Experts on one thread stay apart. */
export type Marker = {
  readonly workflow: string;
  readonly job: string;
  readonly expert: string;
  /** Of one whose job strangers could steer. Which comment it is does not depend on it. */
  readonly trust?: "untrusted";
};

const first = "<!-- expert-stack ";
const last = " -->";

/** Only letters, digits and plain JSON punctuation stay: no `-`, `<` or `>` of a name can end the comment. */
const escapeJson = (json: string): string =>
  json.replace(
    /[^A-Za-z0-9 {}":,._/\\@]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/**
 * The hidden first line of a comment, without a newline.
 *
 * @param findings fingerprints of what it tells, for one of a review
 */
export const markerLine = (
  { workflow, job, expert, trust }: Marker,
  findings: readonly string[] = [],
): string => {
  const told = {
    ...(findings.length === 0 ? {} : { findings: findings.join() }),
    ...(trust === undefined ? {} : { trust }),
  };
  return `${first}${escapeJson(JSON.stringify({ v: 1, workflow, job, expert, ...told }))}${last}`;
};

const field = (value: object, key: string): string | undefined => {
  const found: unknown = Object.entries(value).find(([name]) => name === key)?.[1];
  return typeof found === "string" ? found : undefined;
};

const parseJson = (json: string): unknown => {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
};

const markedValue = (body: string): object | undefined => {
  const line = body.split(/\r?\n/, 1)[0]?.trimEnd() ?? "";
  if (!line.startsWith(first) || !line.endsWith(last)) return undefined;
  const value = parseJson(line.slice(first.length, -last.length));
  return typeof value === "object" && value !== null && "v" in value && value.v === 1 ? value : undefined;
};

/**
 * Reads the marker of a comment's first line; a marker further down is quoted text. A marker alone proves nothing,
 * since anyone can paste one: the caller also checks that the comment's author is this token's identity.
 */
export const parseMarker = (body: string): Marker | undefined => {
  const value = markedValue(body);
  if (value === undefined) return undefined;
  const workflow = field(value, "workflow");
  const job = field(value, "job");
  const expert = field(value, "expert");
  if (workflow === undefined || job === undefined || expert === undefined) return undefined;
  const trust = field(value, "trust") === undefined ? {} : ({ trust: "untrusted" } as const);
  return { workflow, job, expert, ...trust };
};

/** The marker of what a job of this trust writes. */
export const markedBy = (marker: Marker, trust: "trusted" | "untrusted"): Marker =>
  trust === "trusted" ? marker : { ...marker, trust };

/** Whether a comment's body carries exactly this marker. */
export const hasMarker = (body: string, marker: Marker): boolean => {
  const found = parseMarker(body);
  return (
    found !== undefined &&
    found.workflow === marker.workflow &&
    found.job === marker.job &&
    found.expert === marker.expert
  );
};

/** The fingerprints that a comment's marker names; none where it is another's. */
export const markedFindings = (body: string, marker: Marker): readonly string[] => {
  if (!hasMarker(body, marker)) return [];
  const named = field(markedValue(body) ?? {}, "findings") ?? "";
  return named.split(",").filter((one) => /^[0-9a-f]{16}$/.test(one));
};
