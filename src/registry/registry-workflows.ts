/** https://github.com/actions/checkout/releases/tag/v6.1.0 */
const checkoutAction = "actions/checkout@d23441a48e516b6c34aea4fa41551a30e30af803 # v6.1.0";

/** https://github.com/actions/attest-build-provenance/releases/tag/v4.1.0 */
const attestAction = "actions/attest-build-provenance@a2bbfa25375fe432b6a289bc6b6cd05ecd0c4c32 # v4.1.0";

const expression = (text: string): string => `\${{ ${text} }}`;

/** What a workflow of a registry is made from. */
type Parts = {
  /** How the action of this project is called from it. */
  readonly action: string;
  readonly header: string;
};

/**
 * The workflows of a registry, by path. No expression of GitHub's is put into a shell's text: what others wrote (a tag's
 * name, for one) arrives as an event, which the command line reads.
 *
 * @param parts.header a comment, with its line break
 */
export const registryWorkflows = (parts: Parts): ReadonlyMap<string, string> =>
  new Map([
    [".github/workflows/registry-request.yml", request(parts)],
    [".github/workflows/registry-publish.yml", publish(parts)],
    [".github/workflows/registry-reconcile.yml", reconcile(parts)],
    [".github/workflows/registry-check.yml", check(parts)],
  ]);

const request = ({
  header,
}: Parts): string => `${header}# The wish to publish. It runs as it is in the tagged commit, and so does nothing: \`registry publish\` begins when it ends.
name: registry request

on:
  push:
    tags: ["@*/*@*", "v[0-9]*"]

permissions: {}

jobs:
  request:
    runs-on: ubuntu-latest
    timeout-minutes: 5
    steps:
      - run: echo "The workflow registry publish goes on from here."
`;

const publish = ({
  header,
  action,
}: Parts): string => `${header}# Publishes what a tag asks for, with the code of the default branch.
name: registry publish

on: # zizmor: ignore[dangerous-triggers] nothing of the triggering commit is run; its definition is read as data
  workflow_run:
    workflows: [registry request]
    types: [completed]
  workflow_dispatch:
    inputs:
      action:
        description: What to add to the index.
        type: choice
        options: [index, tag, deprecate, disable]
        default: index
      version:
        description: For index, the git tag that was pushed; else a version such as @scope/name@1.2.3.
        type: string
        required: true
      value:
        description: For tag, the word (stable); for deprecate and disable, the reason.
        type: string
        default: ""

permissions: {}

jobs:
${acceptJob(action)}

${appendJob(action)}

${announce}`;

const acceptJob = (action: string): string => `  # Judges, with a token that can write nothing.
  accept:
    if: github.event_name == 'workflow_dispatch' || github.event.workflow_run.event == 'push'
    runs-on: ubuntu-latest
    timeout-minutes: 10
    permissions:
      contents: read
    steps:
${checkout()}
      - uses: ${action}
        with:
          command: accept`;

const appendJob = (
  action: string,
): string => `  # Judges anew by what is there now, adds the line and pushes it.
  append:
    needs: accept
    runs-on: ubuntu-latest
    timeout-minutes: 10
    environment: registry
    permissions:
      contents: write
    outputs:
      name: ${expression("steps.append.outputs.name")}
      version: ${expression("steps.append.outputs.version")}
      tag: ${expression("steps.append.outputs.tag")}
      digest: ${expression("steps.append.outputs.digest")}
    steps:
${checkout()}
      - id: append
        uses: ${action}
        with:
          command: append
          token: ${expression("secrets.REGISTRY_TOKEN || github.token")}`;

const announce = `  # What may fail without taking anything back: the line is in the index.
  announce:
    needs: append
    if: needs.append.outputs.tag != ''
    runs-on: ubuntu-latest
    timeout-minutes: 10
    permissions:
      contents: write
      id-token: write
      attestations: write
    steps:
      - if: github.event.repository.private == false
        continue-on-error: true
        uses: ${attestAction}
        with:
          subject-name: ${expression("needs.append.outputs.name")}@${expression("needs.append.outputs.version")}
          subject-digest: sha256:${expression("needs.append.outputs.digest")}
      - env:
          GH_TOKEN: ${expression("github.token")}
          GH_REPO: ${expression("github.repository")}
          TAG: ${expression("needs.append.outputs.tag")}
          TITLE: ${expression("needs.append.outputs.name")}@${expression("needs.append.outputs.version")}
          DIGEST: ${expression("needs.append.outputs.digest")}
        run: |
          gh release create "$TAG" --verify-tag --title "$TITLE" --notes "SHA-256 of the definition: $DIGEST"
`;

const reconcile = ({
  header,
  action,
}: Parts): string => `${header}# Reports what is not in order, and changes nothing.
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
}: Parts): string => `${header}# A change of the index may only add to it, and only by owners of what it adds to.
name: registry check

on:
  pull_request:

permissions: {}

jobs:
  check:
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

/** With the whole history: a version's commit must lie on the default branch. The credential stays out of it. */
const checkout = (): string => `      - uses: ${checkoutAction}
        with:
          fetch-depth: 0
          persist-credentials: false`;
