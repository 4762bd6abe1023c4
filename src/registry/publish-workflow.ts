import { checkout, type WorkflowParts } from "./workflow-parts.ts";

/** https://github.com/actions/attest-build-provenance/releases/tag/v4.1.0 */
const attestAction = "actions/attest-build-provenance@a2bbfa25375fe432b6a289bc6b6cd05ecd0c4c32 # v4.1.0";

const expression = (text: string): string => `\${{ ${text} }}`;

/** Judges and writes what a tag, or an owner by hand, asks for. */
export const publishWorkflow = ({
  header,
  action,
}: WorkflowParts): string => `${header}# Publishes what a tag asks for, with the code of the default branch.
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
        description: For index, the commit it must name, or nothing; for tag, the word (stable); else the reason.
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
