import { parseRegistryAddress } from "../../definition/registry-address.ts";
import { ExpertStackError } from "../../errors.ts";
import { blobId } from "../../registry/object-id.ts";
import { readPublishedDefinition } from "../../registry/published-definition.ts";
import type { FileReference } from "../../registry/registry-book.ts";
import { mayAnswer } from "../../registry/select-version.ts";
import type { Registries } from "../registry-ports.ts";
import type { Asked, Choice } from "./choice.ts";

/** As a lock names it. */
export const repositoryOf = ({ owner, repo }: FileReference): string =>
  `github.com/${owner}/${repo.replace(/\.git$/, "")}`;

/** Whether the reference can mean one commit only. */
export const isCommit = (ref: string): boolean => /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(ref);

/** The one Expert of a file at a tag or commit. */
export const chooseFile = async (
  asked: Asked,
  file: FileReference,
  { registries, signal }: { readonly registries: Registries; readonly signal: AbortSignal },
): Promise<Choice> => {
  const address = parseRegistryAddress(`github:${file.owner}/${file.repo}`, asked.text);
  const at = isCommit(file.ref) ? { commit: file.ref } : { tag: file.ref };
  const found = await registries.source({ address, path: file.path, ...at }, signal);
  if (found === undefined) throw notThere(asked.text, file);
  const { content, commit } = found;
  const { expert, facts } = readPublishedDefinition(content, { file: asked.text });
  const { name, version, sha256: digest } = facts;
  if (asked.type === "registry" && name !== asked.key.name) throw otherName(asked, name);
  if (asked.type === "registry" && !mayAnswer(asked.key.request, version)) throw otherVersion(asked, version);
  return {
    ...{ key: `${name}@${version}`, name, version, content, delegates: expert.delegates },
    pin: {
      ...{ source: address.id, tag: "tag" in at ? at.tag : "", commit, path: file.path },
      ...{ blob: blobId(content, commit.length === 64 ? "sha256" : "sha1"), sha256: digest },
    },
    by: "file",
  };
};

const notThere = (text: string, { path, ref }: FileReference): ExpertStackError =>
  new ExpertStackError({
    code: "VERSION_NOT_FOUND",
    message: `${text}: there is no ${path} at ${ref}.`,
    remedy: "See that the tag or commit is there and holds the file.",
  });

const otherName = ({ text }: Asked, name: string): ExpertStackError =>
  new ExpertStackError({
    code: "REFERENCE_INVALID",
    message: `registries.direct says where "${text}" is, and the file there defines "${name}".`,
    remedy: `Write "${name}", or name another file.`,
  });

const otherVersion = ({ text }: Asked, version: string): ExpertStackError =>
  new ExpertStackError({
    code: "VERSION_NOT_FOUND",
    message: `registries.direct says where "${text}" is, and the file there is version ${version}.`,
    remedy: "Name a tag or commit with a version that fits.",
  });
