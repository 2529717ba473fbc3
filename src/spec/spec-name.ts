/** What specifications are usually about; `custom` stands for a name of one's own. */
export const KINDS = ["main", "frontend", "backend", "mobile", "custom"] as const;
export type Kind = (typeof KINDS)[number];

/** The file that holds the specification of this name, inside `prompts/`. */
export function fileOfName(name: string): string {
  return name === "main" ? "app_spec.txt" : `app_spec_${name}.txt`;
}

/** Why a new specification cannot have this name; none when it can. */
export function specNameProblem(name: string, taken: readonly string[]): "empty" | "letters" | "taken" | null {
  if (name === "") return "empty";
  if (!/^[a-z0-9_-]{1,40}$/.test(name)) return "letters";
  return taken.includes(name) ? "taken" : null;
}
