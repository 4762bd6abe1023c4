/** Which comment is ours: one a workflow, job and Expert, so that several Experts on one thread stay apart. */
export type Marker = { readonly workflow: string; readonly job: string; readonly expert: string };

const first = "<!-- expert-stack ";
const last = " -->";

/** Only letters, digits and plain JSON punctuation stay: no `-`, `<` or `>` of a name can end the comment. */
const escapeJson = (json: string): string =>
  json.replace(
    /[^A-Za-z0-9 {}":,._/\\@]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );

/** The hidden first line of a comment, without a newline. */
export const markerLine = (marker: Marker): string =>
  `${first}${escapeJson(
    JSON.stringify({ v: 1, workflow: marker.workflow, job: marker.job, expert: marker.expert }),
  )}${last}`;

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

/**
 * Reads the marker of a comment's first line; a marker further down is quoted text. A marker alone proves nothing,
 * since anyone can paste one: the caller also checks that the comment's author is this token's identity.
 */
export const parseMarker = (body: string): Marker | undefined => {
  const line = body.split(/\r?\n/, 1)[0]?.trimEnd() ?? "";
  if (!line.startsWith(first) || !line.endsWith(last)) return undefined;
  const value = parseJson(line.slice(first.length, -last.length));
  if (typeof value !== "object" || value === null || !("v" in value) || value.v !== 1) return undefined;
  const workflow = field(value, "workflow");
  const job = field(value, "job");
  const expert = field(value, "expert");
  if (workflow === undefined || job === undefined || expert === undefined) return undefined;
  return { workflow, job, expert };
};

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
