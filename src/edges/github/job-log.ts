import type { JobLogText } from "../../run/reader-ports.ts";
import { asking, askingMaybe } from "./api-error.ts";
import type { GitHubAccess, GitHubClient } from "./client.ts";

/** Bytes of a log that are read; a longer one is read from its beginning. */
const mostLogBytes = 16 * 1024 * 1024;

/**
 * A job's log. GitHub answers with where it lies, a store of another host that needs no token and must not get it.
 *
 * @returns nothing when the job, or its log, is not there
 */
export const readJobLog = async (
  { client, access }: { readonly client: GitHubClient; readonly access: GitHubAccess },
  job: number,
  signal: AbortSignal,
): Promise<JobLogText | undefined> => {
  const { owner, repo, apiUrl, fetch = globalThis.fetch } = access;
  const what = `show the log of job ${job}`;
  const request = client.request("GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs", {
    ...{ owner, repo, job_id: job },
    request: { signal, redirect: "manual" },
  });
  const place = (await askingMaybe(what, request))?.headers.location;
  if (place === undefined) return undefined;
  return await asking(what, download(storeAddress(place, apiUrl), fetch, signal));
};

/** Over TLS, unless GitHub itself is asked without. */
const storeAddress = (place: string, apiUrl: string): string => {
  const { protocol, href } = new URL(place, apiUrl);
  if (protocol !== "https:" && protocol !== new URL(apiUrl).protocol) {
    throw new Error(`the log is at an address of ${protocol}`);
  }
  return href;
};

const download = async (
  url: string,
  fetch: typeof globalThis.fetch,
  signal: AbortSignal,
): Promise<JobLogText> => {
  const response = await fetch(url, { signal, redirect: "manual" });
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new Error(`the log store answered with status ${response.status}`);
  }
  const decoder = new TextDecoder();
  let room = mostLogBytes;
  let text = "";
  for await (const chunk of response.body) {
    text += decoder.decode(chunk.subarray(0, room), { stream: true });
    room -= chunk.length;
    // Ending the loop cancels what is left.
    if (room < 0) return { text, isCut: true };
  }
  return { text: text + decoder.decode(), isCut: false };
};
