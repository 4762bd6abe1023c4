/**
 * Writes the manifest's JSON Schema for editors, `schema/perstack.schema.json`, and of this repository's registry the
 * schema of its lines and its rules. Run it after changing one of them.
 */
import { writeFileSync } from "node:fs";
import { manifestJsonSchema } from "../src/definition/manifest-json-schema.ts";
import { indexSchema } from "../src/registry/index-schema.ts";
import { registryReadme } from "../src/registry/registry-readme.ts";

const target = new URL("../schema/perstack.schema.json", import.meta.url);
writeFileSync(target, `${JSON.stringify(manifestJsonSchema(), null, 2)}\n`);
console.log("wrote schema/perstack.schema.json");

const registry = new URL("../registry-index/", import.meta.url);
writeFileSync(new URL("schema.json", registry), indexSchema());
writeFileSync(new URL("README.md", registry), registryReadme);
console.log("wrote registry-index/schema.json and README.md");
