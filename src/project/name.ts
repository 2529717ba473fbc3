/** What is wrong with a project's name, one word for each sentence a person is shown. */
export type NameProblem = "empty" | "long" | "character" | "edge" | "reserved" | "taken";

/** A directory carries the name, on every operating system the project may be copied to. */
const LONGEST = 80;
const FORBIDDEN = /[^\p{Alphabetic}\p{N} ._-]/u;
const RESERVED = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?$/i;

/** What keeps `name` from naming a new project beside those that exist; none when it may. */
export function nameProblem(name: string, taken: readonly string[]): NameProblem | null {
  const trimmed = name.trim();
  if (trimmed === "") return "empty";
  if ([...trimmed].length > LONGEST) return "long";
  if (FORBIDDEN.test(trimmed)) return "character";
  if (/^[.~-]|\.$/.test(trimmed)) return "edge";
  if (RESERVED.test(trimmed)) return "reserved";
  const same = (other: string) => other.localeCompare(trimmed, undefined, { sensitivity: "accent" }) === 0;
  return taken.some(same) ? "taken" : null;
}

/** Where the project will lie: the parent directory and the name, with the separator the parent uses. */
export function projectPath(parentDir: string, name: string): string {
  const separator = parentDir.includes("\\") && !parentDir.includes("/") ? "\\" : "/";
  const parent = parentDir.endsWith(separator) ? parentDir : parentDir + separator;
  return parent + name.trim();
}

/** The directory that holds the path's last part. */
export function parentOf(path: string): string {
  const cut = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  if (cut <= 0) return cut === 0 ? "/" : path;
  return /^[A-Za-z]:$/.test(path.slice(0, cut)) ? path.slice(0, cut + 1) : path.slice(0, cut);
}

/** Whether the path begins at a root: what a project's directory must do. */
export function isAbsolute(path: string): boolean {
  return /^(\/|[A-Za-z]:[\\/]|\\\\)/.test(path);
}
