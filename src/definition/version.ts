import parse from "semver/functions/parse.js";

/** Whether the text is exactly a Semantic Version (semver.org 2.0.0): no `v`, no spaces, no missing part. */
export const isVersion = (text: string): boolean => {
  const version = parse(text);
  if (version === null) return false;
  const build = version.build.length === 0 ? "" : `+${version.build.join(".")}`;
  return `${version.version}${build}` === text;
};
