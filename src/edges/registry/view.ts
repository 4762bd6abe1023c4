import { randomUUID } from "node:crypto";
import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ObjectFormat } from "./unusable-clone.ts";

/**
 * Writes what makes a folder a bare repository, as `git init` would without its templates.
 *
 * @param known commits that are among the objects with all their trees, but without their past
 */
export const makeView = async (
  views: string,
  { format, known }: { readonly format: ObjectFormat; readonly known: readonly string[] },
): Promise<string> => {
  const view = join(views, randomUUID());
  await mkdir(join(view, "refs", "known"), { recursive: true, mode: 0o700 });
  const config = ["[core]", "repositoryformatversion = 1", "bare = true"];
  if (format === "sha256") config.push("[extensions]", "objectFormat = sha256");
  const files = {
    HEAD: "ref: refs/heads/none",
    config: config.join("\n"),
    ...(known.length > 0 ? { shallow: known.join("\n") } : {}),
    ...Object.fromEntries(known.map((commit, index) => [join("refs", "known", `${index}`), commit])),
  };
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(view, name), `${text}\n`)));
  return view;
};

const dayMs = 86_400_000;

/**
 * Removes what processes left in a folder that ended before they could tidy up: what is named by a UUID, or ends in
 * one and `.tmp` or `.old`, and is a day old.
 */
export const sweep = async (folder: string): Promise<void> => {
  const names = await readdir(folder).catch(() => []);
  const left = names.filter((name) =>
    /(?:^|\.)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:\.\w{3})?$/.test(name),
  );
  for (const path of left.map((name) => join(folder, name))) {
    const state = await stat(path).catch(() => undefined);
    if (state === undefined || Date.now() - state.mtimeMs < dayMs) continue;
    await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
};
