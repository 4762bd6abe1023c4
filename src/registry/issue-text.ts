import type * as z from "zod/mini";
import { article } from "../definition/toml-words.ts";

type Issue = z.core.$ZodIssue;

/**
 * What a schema found wrong, as a clause: `experts.x.sha256: 64 hexadecimal digits expected`.
 *
 * @param issues of the failed parse; the first is told
 * @param under keys that the schema was not told of
 * @param whole what to call what was parsed, where it is wrong as a whole
 */
export const issueText = (
  [issue]: readonly Issue[],
  { under = [], whole }: { readonly under?: readonly string[]; readonly whole: string },
): string => {
  const at = [...under, ...(issue?.path ?? [])].map(String).join(".");
  return `${at || whole}: ${issue === undefined ? "something else" : expectedBy(issue)} expected`;
};

/** zod's own words where a schema has none say only that it is invalid. */
const expectedBy = (issue: Issue): string => {
  if (issue.message !== "Invalid input") return issue.message;
  switch (issue.code) {
    case "invalid_type":
      return article(issue.expected);
    case "invalid_value":
      return issue.values.map((value) => JSON.stringify(value)).join(" or ");
    case "too_small":
      return `at least ${issue.minimum}`;
    case "too_big":
      return `at most ${issue.maximum}`;
    default:
      return "something else";
  }
};
