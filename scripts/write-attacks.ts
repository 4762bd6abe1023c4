/**
 * `npm run attacks:table`: attacks an Expert in every tier of the sandbox and writes what came of it into SECURITY.md.
 * It is run by hand, as root on a machine that `.ci/machine` has prepared, since it takes a minute.
 */
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { attacks } from "../src/attacks/attacks.ts";
import { bwrap, inSituation, missingForSituations, type Situation } from "../test/helpers/situation.ts";

const root = join(import.meta.dirname, "..");
const program = join(root, "dist/index.js");

const columns: readonly (readonly [string, Situation, readonly string[]])[] = [
  ["`bubblewrap`", { as: "es-plain" }, []],
  ["`namespaces`", { as: "es-sudo", without: [bwrap] }, []],
  ["`user` (root in a container)", { as: "root", without: [bwrap], capability: "no sys_admin" }, []],
  ["`none`", { as: "es-plain" }, ["--sandbox", "off"]],
];

const verdict = (text: string): string => {
  if (text.startsWith("held")) return "held";
  return text.startsWith("GOT THROUGH") ? "**got through**" : "did not run";
};

const verdictsOf = async (
  situation: Situation,
  words: readonly string[],
): Promise<ReadonlyMap<string, string>> => {
  const folder = mkdtempSync(join(tmpdir(), "attacked-"));
  try {
    chmodSync(folder, 0o755);
    writeFileSync(join(folder, "perstack.toml"), '[experts.worker]\ninstruction = "You work."\n');
    const env = { HOME: folder, PATH: "/usr/bin:/bin:/usr/sbin:/sbin" };
    const args = [process.execPath, program, "attack", "worker", ...words];
    const { stdout } = await inSituation(situation, args, { env, cwd: folder });
    return new Map(
      stdout
        .trimEnd()
        .split("\n")
        .map((line) => [line.slice(0, 28).trim(), verdict(line.slice(28).trim())]),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

if (missingForSituations.length > 0) throw new Error(missingForSituations.join("; "));
const verdicts: ReadonlyMap<string, string>[] = [];
for (const [, situation, words] of columns) verdicts.push(await verdictsOf(situation, words));
const rows = attacks.map(({ name, aim }) =>
  [name, aim, ...verdicts.map((of) => of.get(name) ?? "did not run")].join(" | "),
);
const table = [
  `| attack | aim | ${columns.map(([name]) => name).join(" | ")} |`,
  `|---|---|${columns.map(() => "---|").join("")}`,
  ...rows.map((row) => `| ${row} |`),
].join("\n");
const file = join(root, "SECURITY.md");
const marked = /(<!-- attacks:begin -->\n)[\s\S]*(<!-- attacks:end -->)/;
writeFileSync(file, readFileSync(file, "utf8").replace(marked, `$1${table}\n$2`));
console.log(table);
