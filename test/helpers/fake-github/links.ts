import type { Repository } from "./world.ts";

/** Addresses in answers: the API's own, and the website's, which nobody serves. */
export type Links = {
  readonly api: string;
  readonly html: string;
};

export const repositoryApi = (links: Links, repository: Repository): string =>
  `${links.api}/repos/${repository.fullName}`;

export const repositoryHtml = (links: Links, repository: Repository): string =>
  `${links.html}/${repository.fullName}`;
