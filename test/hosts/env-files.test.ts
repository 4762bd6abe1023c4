import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { withEnvFiles } from "../../src/hosts/env-files.ts";

const read = (own: Record<string, string>, ...files: readonly string[]) => {
  const cwd = mkdtempSync(join(tmpdir(), "env-files-"));
  const paths = files.map((text, index) => {
    writeFileSync(join(cwd, `${index}.env`), text);
    return `${index}.env`;
  });
  const warnings: string[] = [];
  const environment = withEnvFiles(own, { paths, cwd }, (text) => warnings.push(text));
  return { environment, warnings };
};

test.each<[string, Record<string, string>, string]>([
  ["ANTHROPIC_BASE_URL", { ANTHROPIC_AUTH_TOKEN: "own" }, "ANTHROPIC_AUTH_TOKEN"],
  ["ANTHROPIC_BASE_URL", { ANTHROPIC_API_KEY: "own" }, "ANTHROPIC_API_KEY"],
  ["OPENAI_BASE_URL", { OPENAI_API_KEY: "own" }, "OPENAI_API_KEY"],
  ["AWS_ENDPOINT_URL_BEDROCK_RUNTIME", { AWS_BEARER_TOKEN_BEDROCK: "own" }, "AWS_BEARER_TOKEN_BEDROCK"],
  ["AWS_ENDPOINT_URL", { AWS_SECRET_ACCESS_KEY: "own" }, "AWS_SECRET_ACCESS_KEY"],
  ["AWS_REGION", { AWS_BEARER_TOKEN_BEDROCK: "own" }, "AWS_BEARER_TOKEN_BEDROCK"],
  ["AWS_DEFAULT_REGION", { AWS_ACCESS_KEY_ID: "own" }, "AWS_ACCESS_KEY_ID"],
  ["AZURE_RESOURCE_NAME", { AZURE_API_KEY: "own" }, "AZURE_API_KEY"],
  ["AZURE_BASE_URL", { AZURE_API_KEY: "own" }, "AZURE_API_KEY"],
  ["GOOGLE_VERTEX_LOCATION", { GOOGLE_APPLICATION_CREDENTIALS: "/t" }, "GOOGLE_APPLICATION_CREDENTIALS"],
  ["GOOGLE_VERTEX_BASE_URL", { GOOGLE_PRIVATE_KEY: "own" }, "GOOGLE_PRIVATE_KEY"],
  ["OLLAMA_BASE_URL", { OLLAMA_API_KEY: "own" }, "OLLAMA_API_KEY"],
  ["TRACKER_BASE_URL", { TRACKER_API_KEY: "own" }, "TRACKER_API_KEY"],
])("a file's %s does not count beside the person's own %j, and that is said", (address, own, credential) => {
  const { environment, warnings } = read(own, `${address}=elsewhere\nOTHER=1\n`);
  expect([environment[address], environment.OTHER]).toEqual([undefined, "1"]);
  expect(warnings).toEqual([
    `${address} of 0.env is left out: ${credential} goes there and is not of that file. If you mean it, export it in the shell.`,
  ]);
});

test("a file's address counts beside the file's own key, or without any", () => {
  const own = read({}, "OPENAI_BASE_URL=https://a.example\nOPENAI_API_KEY=k\n");
  expect([own.environment.OPENAI_BASE_URL, own.environment.OPENAI_API_KEY]).toEqual([
    "https://a.example",
    "k",
  ]);
  const keyless = read(
    { OPENAI_API_KEY: "" },
    "OPENAI_BASE_URL=http://a.example\nOLLAMA_BASE_URL=http://b\n",
  );
  expect(keyless.environment).toMatchObject({
    OPENAI_BASE_URL: "http://a.example",
    OLLAMA_BASE_URL: "http://b",
  });
  expect([...own.warnings, ...keyless.warnings]).toEqual([]);
});

test("an empty key in the file is none of its own", () => {
  const text = "ANTHROPIC_API_KEY=\nANTHROPIC_BASE_URL=https://a.example\n";
  const { environment } = read({ ANTHROPIC_AUTH_TOKEN: "own" }, text);
  expect(environment.ANTHROPIC_BASE_URL).toBeUndefined();
});

test("one of two credentials in the file is not enough", () => {
  const { environment, warnings } = read(
    { AWS_ACCESS_KEY_ID: "own", AWS_SECRET_ACCESS_KEY: "own" },
    "AWS_BEARER_TOKEN_BEDROCK=k\nAWS_ENDPOINT_URL_BEDROCK_RUNTIME=https://a.example\n",
  );
  expect(environment.AWS_ENDPOINT_URL_BEDROCK_RUNTIME).toBeUndefined();
  expect(warnings[0]).toContain("AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY go there");
});

test("an address does not get the key of a later file, which brings its own address", () => {
  const later = "OPENAI_API_KEY=k\nOPENAI_BASE_URL=https://b.example\n";
  const { environment } = read({}, "OPENAI_BASE_URL=https://a.example\n", later);
  expect(environment).toMatchObject({ OPENAI_API_KEY: "k", OPENAI_BASE_URL: "https://b.example" });
});

test("the person's own address stands, and of two files the first wins", () => {
  const { environment } = read({ OPENAI_BASE_URL: "https://own", A: "own" }, "A=1\nB=1\n", "A=2\nB=2\nC=2\n");
  expect(environment).toEqual({ OPENAI_BASE_URL: "https://own", A: "own", B: "1", C: "2" });
});

test.each([
  "HTTPS_PROXY",
  "AZURE_AUTHORITY_HOST",
  "https_proxy",
  "HTTP_PROXY",
  "ALL_PROXY",
  "all_proxy",
  "No_Proxy",
  "REQUESTS_CA_BUNDLE",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "NODE_EXTRA_CA_CERTS",
  "AZURE_CONFIG_DIR",
  "CLOUDSDK_CONFIG",
])("a file's %s is left out, which is said, and the person's own stands", (route) => {
  const text = `${route}=elsewhere\nOTHER=1\n`;
  const { environment, warnings } = read({}, text);
  expect(environment).toEqual({ OTHER: "1" });
  expect(warnings).toEqual([
    `${route} of 0.env is left out: your own logins and downloads would go the way that the file says. If you mean it, export it in the shell.`,
  ]);
  expect(read({ [route]: "own" }, text)).toEqual({
    environment: { [route]: "own", OTHER: "1" },
    warnings: [],
  });
});

/** A home where somebody is logged in to a cloud. */
const homeWith = (file: string): { readonly HOME: string; readonly file: string } => {
  const HOME = mkdtempSync(join(tmpdir(), "home-"));
  mkdirSync(dirname(join(HOME, file)), { recursive: true });
  writeFileSync(join(HOME, file), "{}");
  return { HOME, file: join(HOME, file) };
};

const azureHome = homeWith(".azure/azureProfile.json");
const googleHome = homeWith(".config/gcloud/application_default_credentials.json");

test.each([
  ["AZURE_RESOURCE_NAME", azureHome],
  ["GOOGLE_VERTEX_LOCATION", googleHome],
  ["GOOGLE_CLOUD_LOCATION", googleHome],
])(
  "a file's %s does not count for the login in the person's home, and that is said",
  (address, { HOME, file }) => {
    const { environment, warnings } = read({ HOME }, `${address}=elsewhere\n`);
    expect(environment[address]).toBeUndefined();
    expect(warnings).toEqual([
      `${address} of 0.env is left out: the login in ${file} goes there and is not of that file. If you mean it, export it in the shell.`,
    ]);
  },
);

test.each([
  ["AZURE_RESOURCE_NAME", azureHome, "AZURE_API_KEY=k\n"],
  ["AZURE_RESOURCE_NAME", azureHome, "AZURE_CLIENT_ID=c\nAZURE_TENANT_ID=t\nAZURE_FEDERATED_TOKEN_FILE=f\n"],
  ["GOOGLE_VERTEX_LOCATION", googleHome, "GOOGLE_VERTEX_API_KEY=k\n"],
  ["GOOGLE_VERTEX_LOCATION", googleHome, "GOOGLE_CLIENT_EMAIL=e\nGOOGLE_PRIVATE_KEY=k\n"],
  ["GOOGLE_VERTEX_LOCATION", googleHome, "GOOGLE_APPLICATION_CREDENTIALS=f\n"],
  ["GOOGLE_VERTEX_LOCATION", azureHome, ""],
])("a file's %s counts where no login of %o is used: %j", (address, { HOME }, keys) => {
  const { environment, warnings } = read({ HOME }, `${address}=own\n${keys}`);
  expect([environment[address], warnings]).toEqual(["own", []]);
});

test("a part of a key in the file does not set the login aside", () => {
  const { HOME } = azureHome;
  const { environment } = read(
    { HOME },
    "AZURE_RESOURCE_NAME=elsewhere\nAZURE_CLIENT_ID=c\nAZURE_API_KEY=\n",
  );
  expect(environment.AZURE_RESOURCE_NAME).toBeUndefined();
});

test("a folder is no file of variables", () => {
  expect(() => withEnvFiles({}, { paths: ["."], cwd: tmpdir() }, () => {})).toThrow(
    expect.objectContaining({ code: "INPUT_INVALID", message: expect.stringContaining("--env-path") }),
  );
});
