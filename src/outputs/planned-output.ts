/** What an Expert asked to have published, checked against the policy and not yet sanitised. */
export type PlannedOutput =
  | { readonly kind: "labels"; readonly labels: readonly string[] }
  | { readonly kind: "assign"; readonly logins: readonly string[] }
  | { readonly kind: "issue"; readonly title: string; readonly body: string }
  | { readonly kind: "close"; readonly reason: "completed" | "not_planned" };

export type PlannedKind = PlannedOutput["kind"];

/** In which order they are published; the answer comes after them, and closing after that. */
export const publishingOrder: readonly PlannedKind[] = ["labels", "assign", "issue", "close"];
