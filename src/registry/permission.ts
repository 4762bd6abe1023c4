import type { Expert } from "../definition/expert.ts";
import type { McpStdioSkill, Skill } from "../definition/skill.ts";
import { isBaseSkill, packageOf } from "../definition/skill-package.ts";

/** Something that a definition lets an Expert do, so that two definitions can be held against each other. */
export type Permission = {
  readonly kind: PermissionKind;
  /** Whose it is, with its skill: `GH_TOKEN for github`. */
  readonly text: string;
};

/** In the order in which a reader wants to know. */
export const permissionKinds = [
  "process",
  "endpoint",
  "variable",
  "domain",
  "delegate",
  "tools",
  "workspace",
  "provider",
  "person",
] as const;
export type PermissionKind = (typeof permissionKinds)[number];

/** Everything that the definition of an Expert lets it do, and with whom. */
export const permissionsOf = (expert: Expert): readonly Permission[] =>
  [
    ...ofExpert(expert),
    ...Object.entries(expert.skills).flatMap(([name, skill]) => ofSkill(name, skill)),
  ].sort(
    (a, b) => permissionKinds.indexOf(a.kind) - permissionKinds.indexOf(b.kind) || (a.text < b.text ? -1 : 1),
  );

/** What the second definition allows and the first does not. */
export const newlyAllowed = (before: Expert, after: Expert): readonly Permission[] => {
  const old = new Set(permissionsOf(before).map(identity));
  return permissionsOf(after).filter(
    (permission) => !old.has(identity(permission)) && !isNarrowed(permission, before, after),
  );
};

const identity = ({ kind, text }: Permission): string => `${kind} ${text}`;

const ofExpert = (expert: Expert): readonly Permission[] => {
  const { delegates, workspace, providerTools = [], providerSkills = [], providerToolOptions } = expert;
  const isBaseNamed = Object.values(expert.skills).some(isBaseSkill);
  return [
    ...delegates.map((text) => ({ kind: "delegate", text }) as const),
    ...(isBaseNamed ? [] : [{ kind: "tools", text: toolsText("the base skill", everything) } as const]),
    ...(workspace === undefined ? [{ kind: "workspace", text: "its own tools change it" } as const] : []),
    ...providerTools.map((text) => ({ kind: "provider", text }) as const),
    ...providerSkills.map((skill) => ({ kind: "provider", text: JSON.stringify(skill) }) as const),
    ...(providerToolOptions === undefined
      ? []
      : [{ kind: "provider", text: JSON.stringify(providerToolOptions) } as const]),
  ];
};

const ofSkill = (name: string, skill: Skill): readonly Permission[] => {
  if (skill.type === "interactiveSkill") {
    return Object.keys(skill.tools).map((tool) => ({ kind: "person", text: `${tool} of ${name}` }) as const);
  }
  const domains = (skill.allowedDomains ?? []).map(
    (domain) => ({ kind: "domain", text: `${domain} for ${name}` }) as const,
  );
  if (skill.type === "mcpSseSkill") {
    const tools = { kind: "tools", text: toolsText(name, skill) } as const;
    return [{ kind: "endpoint", text: `${skill.endpoint} for ${name}` }, ...domains, tools];
  }
  const owner = isBaseSkill(skill) ? "the base skill" : name;
  return [
    ...ofProcess(name, skill),
    ...skill.requiredEnv.map((variable) => ({ kind: "variable", text: `${variable} for ${name}` }) as const),
    ...domains,
    { kind: "tools", text: toolsText(owner, skill) },
  ];
};

const ofProcess = (name: string, skill: McpStdioSkill): readonly Permission[] =>
  isBaseSkill(skill)
    ? []
    : [
        { kind: "process", text: `${commandLine(skill)} for ${name}` },
        ...(skill.workspace === "read" ? [] : [{ kind: "workspace", text: `${name} changes it` } as const]),
      ];

/** `npx package@1.2.3 --read-only`: what is run, in one way of writing it. */
const commandLine = (skill: McpStdioSkill): string => {
  const found = packageOf(skill);
  if (found === undefined) return [skill.command, skill.packageName ?? [], skill.args].flat(2).join(" ");
  const { manager, name, version, bin, args } = found;
  const program = bin === undefined ? [] : [`(${bin})`];
  return [manager, version === undefined ? name : `${name}@${version}`, ...program, ...args].join(" ");
};

type Selection = Pick<McpStdioSkill, "pick" | "omit">;

const everything: Selection = { pick: [], omit: [] };

const toolsText = (owner: string, { pick, omit }: Selection): string => {
  const left = pick.filter((tool) => !omit.includes(tool));
  if (pick.length > 0) return `${left.join(", ") || "nothing"} of ${owner}`;
  return omit.length === 0 ? `all of ${owner}` : `all of ${owner} but ${omit.join(", ")}`;
};

/** Tools that are fewer than before read otherwise and are nothing new. */
const isNarrowed = ({ kind, text }: Permission, before: Expert, after: Expert): boolean => {
  if (kind !== "tools") return false;
  const now = selectionsOf(after).find(([owner, selection]) => toolsText(owner, selection) === text);
  const old = selectionsOf(before).find(([owner]) => owner === now?.[0]);
  return now !== undefined && old !== undefined && isWithin(now[1], old[1]);
};

const selectionsOf = ({ skills }: Expert): readonly (readonly [string, Selection])[] => {
  const named = Object.entries(skills).flatMap(([name, skill]) =>
    skill.type === "interactiveSkill" ? [] : [[isBaseSkill(skill) ? "the base skill" : name, skill] as const],
  );
  const hasBase = named.some(([owner]) => owner === "the base skill");
  return hasBase ? named : [...named, ["the base skill", everything]];
};

const isWithin = (now: Selection, old: Selection): boolean => {
  const isOld = (tool: string): boolean =>
    (old.pick.length === 0 || old.pick.includes(tool)) && !old.omit.includes(tool);
  if (now.pick.length > 0) return now.pick.every((tool) => now.omit.includes(tool) || isOld(tool));
  return old.pick.length === 0 && old.omit.every((tool) => now.omit.includes(tool));
};
