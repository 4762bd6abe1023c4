import type { DetectedSecret } from "./detected-secret.ts";
import { keyPlaces } from "./keys-by-line.ts";

/**
 * Between the lines of a key: as they are, indented, or escaped in JSON. Everything that may stand before the first
 * such line is bounded, so that no text takes more than linear time.
 */
const pause = String.raw`(?:\s|\\[nr]){0,40}`;
const header = String.raw`[A-Za-z-]{1,40}: [^\n\\]{0,200}(?:\\r)?(?:\n|\\n)`;
const keyLines = `(?:[A-Za-z0-9+/=]{40,}${pause})+`;
const lastLine = `(?:[A-Za-z0-9+/=]+${pause}(?=-----END))?`;

/** What the rule set does not find. */
const patterns: ReadonlyMap<string, RegExp> = new Map([
  // A signed JSON Web Token (RFC 7519): two JSON objects, so they start with `{"`, and a signature.
  ["jwt", /(?<![\w-])eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{16,}/g],
  // A key of Google's APIs.
  ["googleapikey", /(?<![\w-])AIza[\w-]{35}(?![\w-])/g],
  // A private key that is cut or encrypted: the rule set wants both ends of it, and no headers (RFC 1421, 7468).
  [
    "privatekey",
    new RegExp(
      `-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----${pause}(?:${header}){0,10}${pause}${keyLines}${lastLine}`,
      "g",
    ),
  ],
]);

export const ownFindings = (text: string): readonly DetectedSecret[] => [
  ...[...patterns].flatMap(([rule, pattern]) => matches(text, pattern, rule)),
  ...matches(text, encodedPem, "privatekey").filter(({ start, end }) => holdsKey(text.slice(start, end))),
  ...keyPlaces(text),
];

const matches = (text: string, pattern: RegExp, rule: string): readonly DetectedSecret[] =>
  [...text.matchAll(pattern)].map(({ index, 0: match }) => ({
    start: index,
    end: index + match.length,
    rule,
  }));

/** A file of PEM in base64, as a cluster's configuration has it: `-----BEGIN` and what follows. */
const encodedPem = /(?<![A-Za-z0-9+/])LS0tLS1CRUdJTi(?:[A-Za-z0-9+/]|\s(?=[A-Za-z0-9+/]{4})){40,}={0,2}/g;

/** Certificates are kept in the same way, and are nobody's secret. */
const holdsKey = (encoded: string): boolean =>
  Buffer.from(encoded, "base64").toString("latin1").includes("PRIVATE KEY-----");
