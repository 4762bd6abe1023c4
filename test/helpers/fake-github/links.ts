import type { Issue, Repository } from "./world.ts";

/** Addresses in answers: the API's own, and the website's, which nobody serves. */
export type Links = {
  readonly api: string;
  readonly html: string;
  /** Where logs of jobs lie. */
  readonly logs: string;
};

export const repositoryApi = (links: Links, repository: Repository): string =>
  `${links.api}/repos/${repository.fullName}`;

export const repositoryHtml = (links: Links, repository: Repository): string =>
  `${links.html}/${repository.fullName}`;

export const threadHtml = (links: Links, repository: Repository, issue: Issue): string =>
  `${repositoryHtml(links, repository)}/${issue.pull === undefined ? "issues" : "pull"}/${issue.number}`;
