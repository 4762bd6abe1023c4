import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ActionWorld } from "../helpers/action-world.ts";
import { actionReference, recordFolder } from "../helpers/run-act.ts";

export const workflowFile = ".github/workflows/expert.yml";

/**
 * A workflow with the step `expert`, one before it and two after it: `before` and `record`, which always runs, keep
 * the environment they find in `$RECORD`, `record` the outputs as well; `next` runs when nothing failed, as any
 * later step does.
 */
export const workflow = (of: { readonly on: string; readonly uses?: string }): string => `
name: review
on: ${of.on}
permissions: { contents: read, issues: write, pull-requests: write }
jobs:
  expert:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v6
      - id: before
        run: env > "$RECORD/before"
      - id: expert
        uses: ${of.uses ?? actionReference}
        with:
          expert: reviewer
        env:
          ANTHROPIC_API_KEY: \${{ secrets.ANTHROPIC_API_KEY }}
      - id: record
        if: always()
        env:
          OUTPUTS: \${{ toJSON(steps.expert.outputs) }}
        run: |
          echo 'The Expert ended with \${{ steps.expert.outputs.conclusion }}.'
          printf '%s' "$OUTPUTS" > "$RECORD/outputs.json"
          env -u OUTPUTS > "$RECORD/after"
      - id: next
        run: echo went on
`;

/** What the steps `before` and `record` kept of the last run. Environments are lines, as `env` prints them. */
export const readRecord = (world: ActionWorld) => {
  const read = (name: string): string => readFileSync(join(recordFolder(world), name), "utf8");
  // The runner's own words on which step this is.
  const environment = (name: string): readonly string[] =>
    read(name)
      .split("\n")
      .filter((line) => !line.startsWith("GITHUB_ACTION="))
      .sort();
  const outputs: Readonly<Record<string, string>> = JSON.parse(read("outputs.json"));
  return { outputs, before: environment("before"), after: environment("after") };
};
