/** Writes the manifest's JSON Schema for editors: `schema/perstack.schema.json`. Run it after changing the schema. */
import { writeFileSync } from "node:fs";
import { manifestJsonSchema } from "../src/definition/manifest-json-schema.ts";

const target = new URL("../schema/perstack.schema.json", import.meta.url);
writeFileSync(target, `${JSON.stringify(manifestJsonSchema(), null, 2)}\n`);
console.log("wrote schema/perstack.schema.json");
