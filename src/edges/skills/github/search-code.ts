import { visibleText } from "../../../definition/hidden-text.ts";
import { codeSearchQuery } from "../../../request/code-search.ts";
import { callArguments } from "../base/call-arguments.ts";
import { toolFailed } from "../base/tool-outcome.ts";
import type { ReadTool } from "./reading.ts";

/** Characters of one place that a hit shows, and places. */
const mostCharacters = 600;
const mostFragments = 3;

/** Words in the code of this repository's default branch. */
export const searchCode: ReadTool = async ({ reader, repository }, args, signal) => {
  const { text, optionalText, optionalNumber } = callArguments(args);
  const [path, extension] = [optionalText("path"), optionalText("extension")];
  const page = optionalNumber("page") ?? 1;
  const query = codeSearchQuery(
    { text: text("text"), ...(path && { path }), ...(extension && { extension }) },
    repository,
  );
  if (query === undefined) {
    throw toolFailed(
      "Nothing is left to search for: give words, and as path a folder as `src/api`, as extension `ts`.",
    );
  }
  const { total, isComplete, hits } = await (await reader()).searchCode({ query, page }, signal);
  // Whatever a query comes to mean at GitHub, nothing of another repository is told.
  const own = hits.filter((hit) => hit.repository.toLowerCase() === repository.toLowerCase());
  return {
    total: own.length === hits.length ? total : own.length,
    ...(isComplete ? {} : { note: "GitHub stopped searching early; there may be more." }),
    hits: own.map((hit) => ({
      path: hit.path,
      fragments: hit.fragments
        .slice(0, mostFragments)
        .map((fragment) => visibleText(fragment.slice(0, mostCharacters)).text),
    })),
  };
};
