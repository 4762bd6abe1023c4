/** What a provider prints in its documentation and is in every key: worth nothing alone. */
const publicPrefixes = [
  /^sk-(?:ant-(?:api|oat|admin)\d{2}-|proj-|svcacct-|or-v1-|admin-)?/,
  /^(?:gh[oprsu]|glpat|npm|hf|xox[abeoprs]|pk_live|pk_test|sk_live|sk_test|rk_live|rk_test)[-_]/,
  /^github_pat_/,
  /^(?:AIza|AKIA|ASIA|ya29\.|SG\.|dop_v1_|gsk_|xai-|pypi-|lin_api_|r8_)/,
  /^(?:Bearer|Basic|token) /i,
  /^eyJ[\w-]*\./,
  /^https?:\/\/[^/@\s]+\//,
  /^[a-z][a-z0-9+.-]*:\/\//i,
];

/** Values that are set as secrets by mistake or as placeholders, and occur in any text. */
const commonWords = new Set(
  "anthropic changeme computer database disabled internal localhost password passw0rd postgres production development security staging-env undefined username whatever 12345678 123456789 1234567890 00000000".split(
    " ",
  ),
);

export const shortestSecret = 8;

/** A value that can be looked for: `core` is what is secret of it, `prefix` what anyone knows. */
export type Secret = { readonly prefix: string; readonly core: string };

const asSecret = (value: string): Secret => {
  for (const pattern of publicPrefixes) {
    const prefix = pattern.exec(value)?.[0] ?? "";
    if (prefix !== "" && value.length - prefix.length >= shortestSecret)
      return { prefix, core: value.slice(prefix.length) };
  }
  return { prefix: "", core: value };
};

const armour = /^-----(?:BEGIN|END) [A-Z0-9 ]+-----$/;

const matchable = (value: string): boolean =>
  value.length >= shortestSecret && !commonWords.has(value.toLowerCase()) && !armour.test(value);

/** The value itself and each of its lines, without a PEM file's first and last line; empty when too common. */
export const secretsOf = (value: string): readonly Secret[] => {
  const trimmed = value.toWellFormed().trim();
  if (!matchable(trimmed)) return [];
  const lines = trimmed.split(/\r?\n/);
  if (lines.length === 1) return [asSecret(trimmed)];
  const body = lines.filter((line) => !armour.test(line));
  return [body.join(trimmed.includes("\r\n") ? "\r\n" : "\n"), ...body.map((line) => line.trim())]
    .filter(matchable)
    .map(asSecret);
};

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The base64 characters that depend on `bytes` alone when `shift` (0, 1, 2) unknown bytes stand before them. */
const base64 = (bytes: Uint8Array, shift: number): string => {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  const first = (6 - ((shift * 8) % 6)) % 6;
  const sextets = bits.slice(first).match(/.{6}/g) ?? [];
  return sextets.map((sextet) => alphabet[Number.parseInt(sextet, 2)] ?? "").join("");
};

/** As RFC 3986 has it, and Python and PHP do; JavaScript's own leaves five more characters as they are. */
const strictUrl = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
const urlSafe = (text: string): string => text.replaceAll("+", "-").replaceAll("/", "_");
const lowerEscapes = (text: string): string => text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase());
const reversed = (text: string): string => [...text].reverse().join("");

const escapeJson = (text: string): string => JSON.stringify(text).slice(1, -1);

/**
 * Every way of writing a secret that is looked for: as it is, base64 (three alignments, two alphabets), URL and
 * form encoding, JSON (once and twice), hex in both cases, and reversed.
 */
export const formsOf = (secret: string): readonly string[] => {
  const bytes = new TextEncoder().encode(secret);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const encoded = [0, 1, 2].map((shift) => base64(bytes, shift));
  const url = encodeURIComponent(secret);
  const form = new URLSearchParams({ "": secret }).toString().slice(1);
  const json = escapeJson(secret);
  return [
    ...new Set([
      secret,
      reversed(secret),
      ...encoded,
      ...encoded.map(urlSafe),
      url,
      lowerEscapes(url),
      strictUrl(secret),
      lowerEscapes(strictUrl(secret)),
      form,
      lowerEscapes(form),
      encodeURI(secret),
      json,
      escapeJson(json),
      hex,
      hex.toUpperCase(),
    ]),
  ];
};
