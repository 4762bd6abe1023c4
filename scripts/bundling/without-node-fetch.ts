import type { Plugin } from "rolldown";

/**
 * Keeps libraries from naming the globals of Node's `fetch` where they do not need them. Node loads its whole HTTP
 * client at the first of those words, 40 ms and 14 MB, and everything of ours goes by `node:http`.
 *
 * `@ai-sdk/provider-utils` makes a `Headers` for every request, only to add a user agent to a record: it gets a class
 * of ours. Azure's HTTP client, by which an artifact is uploaded, asks of every body whether it is a `FormData`: none
 * ever is, and it has an answer for platforms that have none.
 *
 * @param headers the compiled module that exports `HeaderList`
 */
export const withoutNodeFetch = (headers: string): readonly Plugin[] => [
  prefix({
    module: /\/@ai-sdk\/provider-utils\/dist\/index\.js$/,
    word: "new Headers(",
    line: `import { HeaderList as Headers } from ${JSON.stringify(headers)};`,
  }),
  prefix({
    module: /\/@typespec\/ts-http-runtime\/dist\/esm\/formData\.js$/,
    word: 'typeof FormData !== "undefined"',
    line: "const FormData = undefined;",
  }),
];

const prefix = (what: { readonly module: RegExp; readonly word: string; readonly line: string }): Plugin => ({
  name: "without-node-fetch",
  transform: {
    filter: { id: what.module },
    handler(code) {
      if (!code.includes(what.word))
        this.error(`It no longer says ${what.word}: look again whether this is needed.`);
      return `${what.line}\n${code}`;
    },
  },
});
