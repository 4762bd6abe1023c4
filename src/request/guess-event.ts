/** Which keys tell an event's payload from others', by the event's name. */
const marks: readonly (readonly [events: readonly string[], keys: readonly string[]])[] = [
  [["pull_request_review_comment"], ["pull_request", "comment"]],
  [["pull_request_review"], ["pull_request", "review"]],
  [["pull_request", "pull_request_target"], ["pull_request"]],
  [["issue_comment"], ["issue", "comment"]],
  [["issues"], ["issue"]],
  [["workflow_run"], ["workflow_run"]],
  [["release"], ["release"]],
  [["repository_dispatch"], ["client_payload"]],
  [["schedule"], ["schedule"]],
  [["push"], ["ref", "before", "after"]],
  [["workflow_dispatch"], ["ref", "inputs"]],
];

/** The names of the events that an Expert answers. */
export const answeredEvents: readonly string[] = marks.flatMap(([events]) => events);

/**
 * The events that a webhook's payload may be of, by its keys: https://docs.github.com/webhooks/webhook-events-and-payloads.
 *
 * @returns two for a pull request, whose two events have the same payload; none for a payload of another event
 */
export const guessEvents = (payload: unknown): readonly string[] => {
  if (typeof payload !== "object" || payload === null) return [];
  return marks.find(([, keys]) => keys.every((key) => key in payload))?.[0] ?? [];
};
