import { createHash } from "node:crypto";
import { makeRedaction, type Redaction } from "../src/report/redaction.ts";
import { median, ms, type Row } from "./measurement.ts";

const rounds = 5;
const size = 50_000_000;
const pieceSize = 65_536;

/** What takes the secrets out of everything that leaves, on ordinary text and on the worst there is for it. */
export const measureRedaction = async (): Promise<readonly Row[]> => {
  const redaction = makeRedaction(secrets);
  const log = repeated(logLines());
  return [
    row("50 MB of log through the redaction of 20 secrets", log, inOne(redaction), "< 2 s"),
    row("the same in pieces of 64 KB", log, inPieces(redaction), "< 2 s"),
    row("50 MB that are all but secrets", repeated(nearMisses()), inOne(redaction), ""),
    row("50 MB of nothing but secrets", repeated(secrets.join(" ")), inOne(redaction), ""),
  ];
};

const row = (what: string, text: string, redact: (text: string) => void, target: string): Row => {
  const took = Array.from({ length: rounds }, () => {
    const start = performance.now();
    redact(text);
    return performance.now() - start;
  });
  return [what, ms(median(took)), target];
};

const inOne =
  ({ redact }: Redaction) =>
  (text: string): void =>
    void redact(text);

const inPieces =
  (redaction: Redaction) =>
  (text: string): void => {
    const stream = redaction.stream();
    for (let at = 0; at < text.length; at += pieceSize) stream.push(text.slice(at, at + pieceSize));
    stream.end();
  };

/** The same characters in every run, that look like chance. */
const token = (name: string, length: number): string => {
  const parts = Array.from({ length: Math.ceil(length / 40) }, (_, part) =>
    createHash("sha256").update(`${name} ${part}`).digest("base64").replace(/[+/=]/g, "x").slice(0, 40),
  );
  return parts.join("").slice(0, length);
};

const vendors = ["sk-ant-api03-", "ghp_", "github_pat_", "AKIA", "npm_", ""];
const pemLines = Array.from({ length: 26 }, (_, line) => token(`line ${line}`, 64));
const secrets = [
  ...Array.from(
    { length: 18 },
    (_, at) => (vendors[at % vendors.length] ?? "") + token(`${at}`, 16 + at * 4),
  ),
  ["-----BEGIN PRIVATE KEY-----", ...pemLines, "-----END PRIVATE KEY-----"].join("\n"),
  JSON.stringify({ type: "service_account", private_key: token("account", 1_600) }),
];

const logLines = (): string =>
  Array.from({ length: 5_000 }, (_, line) => {
    const time = new Date(1_764_000_000_000 + line * 137).toISOString();
    const sha = createHash("sha1").update(`${line}`).digest("hex");
    return `${time} info GET /api/v1/users/${line * 31} 200 in ${line % 97} ms commit=${sha} {"level":30,"msg":"request completed"}\n`;
  }).join("");

/** Of every secret, again and again, eleven characters: one too few. */
const nearMisses = (): string =>
  secrets
    .map((secret) => secret.slice(-19))
    .flatMap((end) => [end.slice(0, 11), end.slice(4, 15), end.slice(8)])
    .join("~");

const repeated = (text: string): string =>
  Buffer.from(text.repeat(Math.ceil(size / text.length)).slice(0, size)).toString("utf8");
