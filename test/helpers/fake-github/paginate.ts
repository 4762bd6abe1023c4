import type { Reply } from "./reply.ts";
import type { Call } from "./route.ts";

/** GitHub takes any number and answers with at most a hundred. */
const maxPerPage = 100;

const numberOr = (value: string | undefined, otherwise: number): number => {
  const number = Number(value);
  return Number.isInteger(number) && number > 0 ? number : otherwise;
};

export type Page<T> = { readonly items: readonly T[]; readonly headers: Readonly<Record<string, string>> };

/** The page asked for, and the `link` header that names the ones around it. */
export const pageOf = <T>(call: Call, all: readonly T[], defaultPerPage = 30): Page<T> => {
  const perPage = Math.min(numberOr(call.query.per_page, defaultPerPage), maxPerPage);
  const page = numberOr(call.query.page, 1);
  const last = Math.max(1, Math.ceil(all.length / perPage));
  const link = (to: number, rel: string): string => {
    const query = new URLSearchParams({ ...call.query, page: String(to) });
    return `<${call.links.api}${call.path}?${query}>; rel="${rel}"`;
  };
  const before = page > 1 ? [link(page - 1, "prev")] : [];
  const after = page < last ? [link(page + 1, "next"), link(last, "last")] : [];
  const first = page > 1 ? [link(1, "first")] : [];
  const links = [...before, ...after, ...first];
  return {
    items: all.slice((page - 1) * perPage, page * perPage),
    headers: links.length === 0 ? {} : { link: links.join(", ") },
  };
};

/** A list as GitHub answers it. */
export const paginate = <T>(call: Call, all: readonly T[], shape: (item: T) => unknown): Reply => {
  const page = pageOf(call, all);
  return { status: 200, json: page.items.map(shape), headers: page.headers };
};
