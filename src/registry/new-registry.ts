import { indexFolder } from "./index-path.ts";
import { configPath, namesPath } from "./index-place.ts";
import { indexSchema } from "./index-schema.ts";
import { definitionFile } from "./publish-tag.ts";
import { registryReadme } from "./registry-readme.ts";
import { registryWorkflows } from "./registry-workflows.ts";
import { renderScopeFile, scopePath } from "./scope-owners.ts";

/** What a registry begins with. */
export type NewRegistry = {
  /** With its `@`. */
  readonly scope: string;
  readonly owner: { readonly id: number; readonly login?: string };
  /** Where the index lies when not on the default branch. */
  readonly indexBranch?: string;
  /** The commit or tag of this project that its workflows use. */
  readonly actionRef?: string;
};

const action = "expert-stack/expert-stack/.github/actions/registry";

/** The files of a registry that is ready to be pushed, by path, with an Expert to publish first. */
export const newRegistry = ({
  scope,
  owner,
  indexBranch,
  actionRef = "v1",
}: NewRegistry): ReadonlyMap<string, string> => {
  const config = { v: 1, ...(indexBranch === undefined ? {} : { indexBranch }) };
  return new Map([
    [`${indexFolder}/README.md`, registryReadme],
    [configPath, `${JSON.stringify(config)}\n`],
    [`${indexFolder}/schema.json`, indexSchema()],
    [namesPath, ""],
    [scopePath(scope), renderScopeFile(scope, owner)],
    [definitionFile(`${scope}/hello`), hello(scope)],
    ...registryWorkflows({
      ...{ action: `${action}@${actionRef}`, header: "# Written by `expert-stack registry init`.\n" },
      tags: "named and versions",
    }),
  ]);
};

const hello = (scope: string): string => `[experts."${scope}/hello"]
version = "0.1.0"
description = "Greets whoever asks."
instruction = "Greet the person in one friendly sentence, in the language they write in."
`;
