/** A part that a specification should have, as the check names it. */
export type SpecPart = {
  /** Its tag, which is also its name in warnings. */
  readonly tag: string;
  /** As a person says it. */
  readonly title: string;
  /** What to write there; stands in the skeleton as a comment, which is not counted as content. */
  readonly hint: string;
  /** Whether the check asks for it; the others help. */
  readonly isWanted: boolean;
  /** Whether it fits on one line. */
  readonly isShort: boolean;
};

/** The tag around a whole specification. */
export const ROOT = "project_specification";

/** Every part the check looks for, in the order a specification is read. */
export const PARTS: readonly SpecPart[] = [
  { tag: "project_name", title: "Project name", hint: "What the program is called", isWanted: true, isShort: true },
  {
    tag: "overview",
    title: "Overview",
    hint: "What the program is for, who uses it, and what matters most",
    isWanted: true,
    isShort: false,
  },
  {
    tag: "technology_stack",
    title: "Technology stack",
    hint: "Languages, frameworks, database, and what must not be used",
    isWanted: true,
    isShort: false,
  },
  {
    tag: "feature_count",
    title: "Feature count",
    hint: "About how many features, as a number",
    isWanted: true,
    isShort: true,
  },
  {
    tag: "core_features",
    title: "Core features",
    hint: "What a person can do, one concrete step after the other",
    isWanted: true,
    isShort: false,
  },
  {
    tag: "database_schema",
    title: "Database schema",
    hint: "Tables or documents, their fields, and how they belong together",
    isWanted: false,
    isShort: false,
  },
  {
    tag: "api_endpoints_summary",
    title: "API endpoints",
    hint: "Addresses, what goes in, what comes out",
    isWanted: false,
    isShort: false,
  },
  {
    tag: "implementation_steps",
    title: "Implementation steps",
    hint: "What to build first, and what then",
    isWanted: false,
    isShort: false,
  },
  {
    tag: "success_criteria",
    title: "Success criteria",
    hint: "How you will know that it is finished",
    isWanted: false,
    isShort: false,
  },
];

/** Other words for the same parts, as the check accepts them. */
const ALSO_CALLED: Readonly<Record<string, readonly string[]>> = {
  project_name: ["name", "title", "app_name"],
  overview: ["description", "summary", "introduction", "about", "goal", "goals", "project_overview"],
  technology_stack: ["tech_stack", "technologies", "technology", "stack", "architecture"],
  core_features: ["features", "requirements", "functional_requirements", "functionality"],
  database_schema: ["database", "schema", "data_model", "data_models", "data"],
  api_endpoints_summary: ["api", "api_endpoints", "endpoints", "rest_api"],
  success_criteria: ["acceptance_criteria", "acceptance", "definition_of_done"],
};

/** The part of that tag, whatever word is used for it; none for a part the check does not know. */
export function partOf(tag: string): SpecPart | undefined {
  return PARTS.find((part) => part.tag === tag || (ALSO_CALLED[part.tag] ?? []).includes(tag));
}

/** A tag as a person says it: `ui_layout` becomes `Ui layout`. */
export function titleOf(tag: string): string {
  const known = partOf(tag);
  if (known) return known.title;
  const words = tag.replace(/[_-]+/g, " ").trim();
  return words === "" ? tag : words[0]?.toUpperCase() + words.slice(1);
}

/** A whole specification with nothing but hints in it, to be written over. */
export function wholeSkeleton(): string {
  const parts = PARTS.map(skeletonInTags).join("\n\n");
  return `<${ROOT}>\n\n${parts}\n\n</${ROOT}>\n`;
}

/** One part in tags, its hint as a comment. */
export function skeletonInTags(part: SpecPart): string {
  const hint = `<!-- ${part.hint} -->`;
  return part.isShort ? `<${part.tag}>${hint}</${part.tag}>` : `<${part.tag}>\n${hint}\n</${part.tag}>`;
}

/** One part under a heading, its hint as a comment. */
export function skeletonUnderHeading(part: SpecPart): string {
  return `## ${part.title}\n\n<!-- ${part.hint} -->`;
}
