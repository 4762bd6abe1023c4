import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ActionWorld } from "../helpers/action-world.ts";
import { actionReference, recordFolder } from "../helpers/run-act.ts";

export const workflowFile = ".github/workflows/expert.yml";

/**
 * A workflow with the step `expert` and two after it: `record`, always run, keeps the outputs and the environment
 * it finds in `$RECORD`; `next` runs when nothing failed, as any later step does.
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
          env -u OUTPUTS > "$RECORD/environment"
          cat "$GITHUB_ENV" "$GITHUB_PATH" > "$RECORD/changes"
      - id: next
        run: echo went on
`;

/** What the step `record` kept of the last run. */
export const readRecord = (world: ActionWorld) => {
  const read = (name: string): string => readFileSync(join(recordFolder(world), name), "utf8");
  const outputs: Readonly<Record<string, string>> = JSON.parse(read("outputs.json"));
  return { outputs, environment: read("environment"), changes: read("changes") };
};
