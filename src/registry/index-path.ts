import { createHash } from "node:crypto";

/** The folder of a registry's repository that holds its index. */
export const indexFolder = "registry-index";

/** Where the lines of one Expert are. */
export const indexPath = (name: string): string => {
  const hash = sha256(name);
  return `${indexFolder}/${hash.slice(0, 2)}/${hash.slice(2, 4)}/${name}.jsonl`;
};

/** Where a definition is kept, by the SHA-256 (hex) of its bytes. */
export const definitionPath = (digest: string): string =>
  `${indexFolder}/blobs/${digest.slice(0, 2)}/${digest}.toml`;

export const sha256 = (content: string | Uint8Array): string =>
  createHash("sha256").update(content).digest("hex");
