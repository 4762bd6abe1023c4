/** Named references to what a mention, an issue reference or a URL is made of, and to invisible characters. */
const named: ReadonlyMap<string, string> = new Map([
  ...Object.entries({
    commat: "@",
    num: "#",
    colon: ":",
    sol: "/",
    period: ".",
    percnt: "%",
    quest: "?",
    equals: "=",
    comma: ",",
    semi: ";",
    dollar: "$",
    plus: "+",
    excl: "!",
    fjlig: "fj",
    Tab: " ",
    NewLine: " ",
    nbsp: "\u00a0",
  }),
  ...[
    "shy zwj zwnj lrm rlm ZeroWidthSpace NegativeThickSpace NegativeMediumSpace NegativeThinSpace",
    "NegativeVeryThinSpace NoBreak ApplyFunction af InvisibleTimes it InvisibleComma ic",
  ]
    .join(" ")
    .split(" ")
    .map((name): [string, string] => [name, ""]),
]);

/** Read as Markdown or HTML when bare, so these stay references: they are inert that way. */
const structural = /[`<>&"'[\]()*_|\\~{}]/;

const hidden = /\p{C}|\p{Variation_Selector}|\u034f|\u115f|\u1160|\u3164|\uffa0/u;

const character = (code: number): string => {
  if (code === 9 || code === 10 || code === 13) return " ";
  if (!Number.isInteger(code) || code > 0x10ffff) return "";
  const text = String.fromCodePoint(code);
  if (hidden.test(text)) return "";
  return structural.test(text) ? `&#${code};` : text;
};

/**
 * Character references as the characters they stand for, since GitHub looks for mentions, issues and links after
 * decoding them. References to characters with a meaning in Markdown or HTML are kept: decoded they would gain it.
 */
export const decodeEntities = (text: string): string =>
  text.replace(
    /&(?:#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6})|([A-Za-z][A-Za-z0-9]{1,31}));/g,
    (whole, dec, hex, name) => {
      if (typeof dec === "string") return character(Number.parseInt(dec, 10));
      if (typeof hex === "string") return character(Number.parseInt(hex, 16));
      return named.get(String(name)) ?? whole;
    },
  );

const structuralNames: ReadonlyMap<string, string> = new Map(
  Object.entries({
    lt: "<",
    gt: ">",
    amp: "&",
    quot: '"',
    apos: "'",
    bsol: "\\",
    lpar: "(",
    rpar: ")",
    lowbar: "_",
    grave: "`",
    ast: "*",
    verbar: "|",
  }),
);

/** The same for a link's destination, where nothing is inert: structural references and backslashes resolve too. */
export const decodeDestination = (text: string): string =>
  decodeEntities(text)
    .replace(/&#(\d{1,3});/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 10)))
    .replace(/&([a-z]{2,6});/gi, (whole, name: string) => structuralNames.get(name.toLowerCase()) ?? whole)
    .replace(/\\([!-/:-@[-`{-~])/g, "$1");
