import type { PublishableAnnotation } from "../../outputs/kinds/check.ts";
import type { Outputs } from "../../run/github-ports.ts";
import { asking } from "./api-error.ts";
import type { GitHubClient } from "./client.ts";

/** Annotations of one request: https://docs.github.com/rest/checks/runs#create-a-check-run */
const mostAtOnce = 50;

/**
 * Writes a check run, first as it is with as many annotations as one request takes, then the others, which GitHub adds to
 * those. A later one of the same name and commit takes the place of an earlier one.
 */
export const reportCheck = async (
  client: GitHubClient,
  here: { readonly owner: string; readonly repo: string },
  { name, commit, conclusion, title, summary, annotations }: Parameters<Outputs["reportCheck"]>[0],
): Promise<{ readonly url: string }> => {
  const text = { title: title.text, summary: summary.text };
  const [first = [], ...rest] = batches(annotations);
  const check = { ...here, name, head_sha: commit, status: "completed", conclusion } as const;
  const { data } = await asking(
    "report the check",
    client.rest.checks.create({ ...check, output: { ...text, annotations: first } }),
    permission,
  );
  for (const batch of rest) {
    const update = { ...here, check_run_id: data.id, output: { ...text, annotations: batch } };
    await asking("add annotations to the check", client.rest.checks.update(update), permission);
  }
  return { url: data.html_url ?? data.url };
};

const permission = "checks: write";

const batches = (annotations: readonly PublishableAnnotation[]) =>
  Array.from({ length: Math.ceil(annotations.length / mostAtOnce) }, (_, index) =>
    annotations.slice(index * mostAtOnce, (index + 1) * mostAtOnce).map(annotation),
  );

const annotation = ({ path, startLine, endLine, level, message }: PublishableAnnotation) => ({
  path: path.text,
  start_line: startLine,
  end_line: endLine,
  annotation_level: level,
  message: message.text,
});
