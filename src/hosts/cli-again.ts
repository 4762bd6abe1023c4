/** The options that a person has to give again to come to the same manifest, jobs and model, as they are typed. */
export const givenAgain = (text: (name: string) => string | undefined, envPaths: readonly string[]): string =>
  [
    ...["config", "workspace", "provider", "model", "prices"].flatMap((name) =>
      whereOption(name, text(name)),
    ),
    ...envPaths.flatMap((path) => whereOption("env-path", path)),
  ].join("");

const whereOption = (name: string, value: string | undefined): readonly string[] =>
  value === undefined ? [] : [` --${name} ${/^[\w./@:-]+$/.test(value) ? value : JSON.stringify(value)}`];
