/** The regular expression that semver.org gives for version 2.0.0 of Semantic Versioning. */
const semanticVersion =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$/;

/** The longest text that counts as a version, as in npm's semver. */
const longest = 256;

/**
 * Whether the text is exactly a Semantic Version: no `v`, no spaces, no missing part.
 *
 * A check alone; comparing versions and ranges is the semver package's work, too much to load before a first request.
 */
export const isVersion = (text: string): boolean => text.length <= longest && semanticVersion.test(text);
