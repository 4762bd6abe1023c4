import { publishWorkflow } from "./publish-workflow.ts";
import { checkout, type WorkflowParts } from "./workflow-parts.ts";

/**
 * The workflows of a registry, by path. No expression of GitHub's is put into a shell's text: what others wrote (a tag's
 * name, for one) arrives as an event, which the command line reads.
 */
export const registryWorkflows = (parts: WorkflowParts): ReadonlyMap<string, string> =>
  new Map([
    [".github/workflows/registry-request.yml", request(parts)],
    [".github/workflows/registry-publish.yml", publishWorkflow(parts)],
    [".github/workflows/registry-reconcile.yml", reconcile(parts)],
    [".github/workflows/registry-check.yml", check(parts)],
  ]);

const request = ({
  header,
  tags,
}: WorkflowParts): string => `${header}# The wish to publish. It runs as it is in the tagged commit, and so does nothing: \`registry publish\` begins when it ends.
name: registry request

on:
  push:
    tags: ["@*/*@*"${tags === "named" ? "" : ', "v[0-9]*"'}]

permissions: {}

jobs:
  request:
    runs-on: ubuntu-latest
    timeout-minutes: 5
    steps:
      - run: echo "The workflow registry publish goes on from here."
`;

const reconcile = ({
  header,
  action,
}: WorkflowParts): string => `${header}# Reports what is not in order, and changes nothing.
name: registry reconcile

on:
  schedule:
    - cron: "17 * * * *"
  workflow_dispatch:

permissions: {}

jobs:
  reconcile:
    runs-on: ubuntu-latest
    timeout-minutes: 10
    permissions:
      contents: read
    steps:
${checkout()}
      - uses: ${action}
        with:
          command: verify
      - uses: ${action}
        with:
          command: reconcile
`;

const check = ({
  header,
  action,
}: WorkflowParts): string => `${header}# A change of the index may only add to it, and only by owners of what it adds to. It runs as it is on the default
# branch, not as the pull request has it.
name: registry check

on: # zizmor: ignore[dangerous-triggers] the pull request's commits are compared as data; none is checked out or run
  pull_request_target:
    # Whose sender is who pushed. On others, such as reopened, it is whoever did that.
    types: [opened, synchronize]

permissions: {}

jobs:
  check:
    # What the branch's protection asks for: it goes by the names of jobs.
    name: registry check
    runs-on: ubuntu-latest
    timeout-minutes: 10
    permissions:
      contents: read
    steps:
${checkout()}
      - uses: ${action}
        with:
          command: check-change
`;
