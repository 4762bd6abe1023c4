/** A place that looks like a secret: `[start, end)` in UTF-16 units, and what of, such as `github`. */
export type DetectedSecret = { readonly start: number; readonly end: number; readonly rule: string };
