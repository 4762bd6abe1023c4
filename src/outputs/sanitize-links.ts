import { decodeDestination } from "./entities.ts";
import type { HeldPieces } from "./held-pieces.ts";
import { withoutUrls } from "./inert-urls.ts";
import {
  aloneUrl,
  destinationAllowed,
  escapeDestination,
  type LinkPolicy,
  urlAllowed,
} from "./link-policy.ts";

const destination = String.raw`\(\s*(?!\s)([^\s()<>]*(?:\([^\s()<>]*\)[^\s()<>]*)*)(?:\s+(?:"[^"]*"|'[^']*'|\([^()]*\)))?\s*\)`;
const image = new RegExp(String.raw`!\[([^[\]]*)\]${destination}`, "g");
const link = new RegExp(String.raw`\[([^[\]]*)\]${destination}`, "g");
const definition = /^([\s>]*)\[(?!\^)([^[\]]+)\]:\s*([^\s<>]+)(?:\s+(?:"[^"]*"|'[^']*'|\([^()]*\)))?\s*$/;

/** A scheme with whatever is glued to its front: `xhttps://` is not https. */
const bareUrl =
  /(?<![a-z0-9+.-])[a-z0-9+.-]+:\/\/[^\s<>[\]`\ue000-\ue003]*|www\.(?=[\w-])[^\s<>[\]`\ue000-\ue003]*/gi;

const trailing = new Set(")].,;:!?'\"*_~");

/** Where the punctuation begins that no longer belongs to the URL. */
const urlEnd = (found: string): number => {
  let end = found.length;
  while (end > 0 && trailing.has(found[end - 1] ?? "")) end -= 1;
  return end;
};

const resolved = (raw: string, pieces: HeldPieces): string => decodeDestination(pieces.restore(raw));

const inertLink = (text: string, target: string): string =>
  target === "" ? text : text.trim() === "" || text === target ? target : `${text} (${target})`;

const inlineLinks = (line: string, policy: LinkPolicy, pieces: HeldPieces): string => {
  const replace = (opener: "![" | "[") => (_: string, text: string, raw: string) => {
    const target = resolved(raw, pieces);
    if (!destinationAllowed(target, policy)) return inertLink(text, raw);
    return `${pieces.hold("link", opener)}${text}${pieces.hold("mark", `](${escapeDestination(target)})`)}`;
  };
  return line.replace(image, replace("![")).replace(link, replace("["));
};

const referenceDefinition = (line: string, policy: LinkPolicy, pieces: HeldPieces): string =>
  line.replace(definition, (whole, prefix: string, label: string, raw: string) => {
    const target = resolved(raw, pieces);
    if (!urlAllowed(target, policy) && !/^#[\w-]*$/.test(target)) return whole;
    return `${prefix}${pieces.hold("link", `[${pieces.restore(label)}]: ${escapeDestination(target)}`)}`;
  });

/** Whatever still looks like the middle of a link or of a definition stops being one. */
const closeLoopholes = (line: string, pieces: HeldPieces): string =>
  line
    .replace(/^([\s>]*\[\^[^[\]\s]+\]):/, (_, label: string) => `${label}${pieces.hold("mark", ":")}`)
    .replace(/\](?=[(:])/g, () => `]${pieces.hold("mark", "\\")}`);

/** Keeps the allowed ones; the others, and all that is glued to them, lose what makes them links. */
const bareUrls = (line: string, policy: LinkPolicy, pieces: HeldPieces): string => {
  const kept = line.replace(bareUrl, (found) => {
    const end = urlEnd(found);
    const url = found.slice(0, end);
    const absolute = /^www\./i.test(url) ? `https://${url}` : url;
    return urlAllowed(absolute, policy) ? pieces.hold("link", aloneUrl(url)) + found.slice(end) : found;
  });
  return withoutUrls(kept);
};

/**
 * Leaves links and images to allowed destinations and turns every other into text.
 *
 * A link's title goes (nobody sees it), and its text still passes the rules that follow.
 */
export const sanitizeLinks = (line: string, policy: LinkPolicy, pieces: HeldPieces): string => {
  const linked = referenceDefinition(inlineLinks(line, policy, pieces), policy, pieces);
  return bareUrls(closeLoopholes(linked, pieces), policy, pieces);
};
