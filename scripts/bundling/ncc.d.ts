/** The part of ncc's programmatic interface that the build uses; the package ships no types. */
declare module "@vercel/ncc" {
  type Options = {
    readonly cache: false;
    readonly quiet: boolean;
    /** The ECMAScript version of webpack's own runtime code. */
    readonly target: string;
  };
  type Asset = { readonly source: string | Uint8Array };
  const ncc: (
    entry: string,
    options: Options,
  ) => Promise<{ readonly code: string; readonly assets: Readonly<Record<string, Asset>> }>;
  export default ncc;
}
