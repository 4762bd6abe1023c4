/** The rules of a registry, for the people who meet its folder: `registry-index/README.md`. */
export const registryReadme = `# The index of this registry

Each published version of an Expert is one line here; nothing in this folder is changed or taken away, and versions
are never published twice. A version is \`{commit, blob, sha256}\`: the tag was only the wish.

| what | where |
|---|---|
| the lines of an Expert | \`<aa>/<bb>/@scope/name.jsonl\`, where \`aabb\` begins the SHA-256 of \`@scope/name\` |
| the definition of each version | \`blobs/<aa>/<sha256>.toml\` |
| who may publish in a scope | \`scopes/<scope>.toml\`, by the number of the GitHub account |
| the list to search in | \`names.jsonl\` |
| how the registry is set up | \`config.json\` |
| what a line looks like | \`schema.json\` |

## Publishing

1. Commit the definition to the default branch as \`experts/<scope>/<name>.toml\`: exactly one
   \`[experts."@scope/name"]\`, its \`version\` written.
2. Tag that commit \`@scope/name@1.2.3\` and push the tag. \`expert-stack publish @scope/name\` does both.

The workflow \`registry publish\` then adds the line, if the one who pushed owns the scope, and says why not
otherwise. It can be run by hand (\`workflow_dispatch\`) to publish a tag that started no workflow, to set a word
such as \`stable\` for a version, and to deprecate or disable one.

## Rules

- A version goes from available to deprecated to disabled and never back.
- A scope belongs to those whose numbers are in its file. A new one comes by a pull request that adds the file with
  its author's number; an owner adds and removes others the same way.
- Names that read alike (\`code-review\`, \`code_review\`) do not stand beside each other.
- A published Expert starts nothing but exact versions of packages of npm and PyPI, reaches remote skills over
  https, and delegates to Experts of this registry.
- \`registry check\` must pass on every pull request: make it a required check.
- \`registry reconcile\` reports every hour what is not published and which tags have moved.
`;
