/** The regular expression that semver.org gives for version 2.0.0 of Semantic Versioning. */
const semanticVersion =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$/;

/** The longest text that counts as a version, as in npm's semver. */
const longest = 256;

/**
 * Whether the text is exactly a Semantic Version: no `v`, no spaces, no missing part, no number that is too large to
 * be compared.
 *
 * A check alone; ranges and pre-releases are the semver package's work, too much to load before a first request.
 */
export const isVersion = (text: string): boolean =>
  text.length <= longest && semanticVersion.test(text) && numbersOf(text).every(isComparable);

/** npm's semver counts no further; a range counts to the number after. */
const isComparable = (number: number): boolean => number < Number.MAX_SAFE_INTEGER;

/** Whether `have` is `wanted` or newer, by major, minor and patch alone; both must be versions. */
export const isAtLeast = (have: string, wanted: string): boolean => {
  const [ours, theirs] = [numbersOf(have), numbersOf(wanted)];
  const differs = ours.findIndex((number, index) => number !== theirs[index]);
  return differs === -1 || (ours[differs] ?? 0) > (theirs[differs] ?? 0);
};

const numbersOf = (version: string): readonly number[] =>
  (semanticVersion.exec(version) ?? []).slice(1, 4).map(Number);
