import { expect, it, test } from "vitest";
import { Expert } from "../../src/definition/expert.ts";
import { passwordsIn, secretVariables, weakSecretNotes } from "../../src/hosts/secrets.ts";

it("secrets too short or too common to be taken out of texts are named in one warning, their values never", () => {
  const environment = { EMPTY: "", PIN: "hunter2", LONG: "Zq8vLw3nT6yBx1Kd9RmP", WORD: "changeme" };
  expect(weakSecretNotes(environment, ["UNSET", "EMPTY", "PIN", "LONG", "WORD"])).toEqual([
    {
      type: "note",
      level: "warning",
      text: "2 known secrets are under 8 characters or a common word, so they cannot be taken out of texts: PIN, WORD.",
    },
  ]);
  expect(weakSecretNotes(environment, ["EMPTY", "LONG"])).toEqual([]);
});

const requiring = (...requiredEnv: readonly string[]): readonly Expert[] => [
  Expert.parse({
    instruction: "x",
    skills: { s: { type: "mcpStdioSkill", command: "node", requiredEnv } },
  }),
];

it("what an Expert requires is a secret when its name says so", () => {
  const names = ["API_KEY", "GH_PAT", "db_password", "SENTRY_DSN", "AWS_CREDENTIALS", "CRM_URL", "PATTERN"];
  const secret = secretVariables(requiring(...names), []);
  expect(names.filter((name) => secret.includes(name))).toEqual(names.slice(0, 5));
});

it("the password in an address that an Expert requires is one, as it is written and as it is meant", () => {
  const environment = {
    DATABASE_URL: "postgres://app:hunter2%40secret@db.example/x",
    CRM_URL: "https://crm.example/a@b:c@d",
    REDIS_URL: "redis://:onlyPassword99@cache.example",
    BAD_URL: "ftp://u:100%25%zz@host",
    NOT_REQUIRED: "postgres://app:otherPassword@db.example/x",
  };
  const experts = requiring("DATABASE_URL", "CRM_URL", "REDIS_URL", "BAD_URL", "UNSET_URL");
  expect(passwordsIn(environment, experts)).toEqual([
    "hunter2%40secret",
    "hunter2@secret",
    "onlyPassword99",
    "100%25%zz",
  ]);
});

test.for([
  ["postgres://u:correct@horse-battery@db.example/x", ["correct@horse-battery"]],
  ["postgres://u:with/slash#and?mark@db.example/x", ["with/slash#and?mark"]],
  ["  redis://:onlyPassword99@cache.example\n", ["onlyPassword99"]],
  ["postgres://u:firstPassword@db.example/x?mail=a@b", ["firstPassword"]],
  ["jdbc:mysql://u:viaJdbc99@db.example/x", ["viaJdbc99"]],
  ["postgres://db.example/x?user=u&password=in%26query#x", ["in%26query", "in&query"]],
  ["mysql://db.example/x?pwd=shortName&x=y", ["shortName"]],
  ["Server=db;User Id=u;Password=with &#20;Encrypt=true;", ["with &#20"]],
  ["Server=db;PWD={in;braces}", ["in;braces"]],
  [`Server=db; Password="quoted;one"; X=y`, ["quoted;one"]],
  ["host=db password=libpqOne user=u", ["libpqOne"]],
  ["https://q7Z2mX9vK4tR@git.example/o/r", ["q7Z2mX9vK4tR"]],
  ["https://q7Z2mX9vK4tR:@git.example/o/r", ["q7Z2mX9vK4tR"]],
  ["https://q7Z2mX9vK4tR:x-oauth-basic@git.example/o/r", ["q7Z2mX9vK4tR"]],
  ["https://crm.example:8443/@scope/name@1.2.3", []],
  ["https://crm.example/a:b@c", []],
  ["ssh://git@git.example and postgres://u:@db.example", []],
  ["postgres://application@db.example/x", []],
  ["https://docs.example/?about=passwords", []],
] as const)("in %j the passwords are %j", ([value, passwords]) => {
  expect(passwordsIn({ ADDRESS: value }, requiring("ADDRESS"))).toEqual(passwords);
});
