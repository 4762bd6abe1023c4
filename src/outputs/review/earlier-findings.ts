import { hasMarker, type Marker, markedFindings } from "../marker.ts";
import { counts, type OwnReviews, type OwnThread } from "./review-change.ts";

/**
 * What earlier reviews by the same marker tell, one a line, so that an Expert finds it again under the same title. Most
 * of it was the Expert's own, but whoever may write can have changed it: it is data.
 */
export const earlierFindings = (own: OwnReviews, marker: Marker): readonly string[] => [
  ...own.threads
    .filter(({ body, resolved }) => counts(resolved, marker) && markedFindings(body, marker).length > 0)
    .flatMap((thread) => besideDiff(thread)),
  ...own.reviews
    .filter(({ body }) => hasMarker(body, marker))
    .flatMap(({ body }) => [...body.matchAll(entry)])
    .map(([, title, place]) => `${place}: ${title}`),
];

/** How a finding stands in a review's own text. */
const entry = /^\*\*(.+)\*\* \((`[^`\n]+`, [^)\n]+)\)\r?$/gm;

const besideDiff = ({ path, line, body, resolved }: OwnThread): readonly string[] => {
  const title = /^\*\*(.+)\*\*\r?$/m.exec(body)?.[1];
  if (title === undefined) return [];
  const place = line === undefined ? "lines that have changed since" : `line ${line}`;
  const state = resolved === "by a person" ? " (a person resolved it)" : "";
  return [`\`${path}\`, ${place}: ${title}${state}`];
};
