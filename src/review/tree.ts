/** A file that changed, as far as its place in the tree goes. */
export type Placed = { path: string; added: number; removed: number };

/** One row of the tree. A directory stands for all directories that hold nothing but the next one, as `a/b/c`. */
export type TreeRow<File extends Placed> =
  | {
      type: "directory";
      path: string;
      name: string;
      depth: number;
      files: number;
      added: number;
      removed: number;
      isOpen: boolean;
    }
  | { type: "file"; path: string; name: string; depth: number; file: File };

type Directory<File extends Placed> = { directories: Map<string, Directory<File>>; files: Map<string, File> };

/** The rows of a tree in the order a person reads it: directories first, each by name. `closed` holds paths of directories. */
export function treeRows<File extends Placed>(files: readonly File[], closed: ReadonlySet<string>): TreeRow<File>[] {
  const root: Directory<File> = { directories: new Map(), files: new Map() };
  for (const file of files) {
    const names = file.path.split("/");
    const name = names.pop() ?? file.path;
    let at = root;
    for (const directory of names) {
      let next = at.directories.get(directory);
      if (!next) {
        next = { directories: new Map(), files: new Map() };
        at.directories.set(directory, next);
      }
      at = next;
    }
    at.files.set(name, file);
  }
  const rows: TreeRow<File>[] = [];
  list(root, "", 0, closed, rows, true);
  return rows;
}

/** The files in the order of the tree, whatever is closed: what "next file" steps through. */
export function inTreeOrder<File extends Placed>(files: readonly File[]): File[] {
  return treeRows(files, new Set()).flatMap((row) => (row.type === "file" ? [row.file] : []));
}

type Sum = { files: number; added: number; removed: number };

function list<File extends Placed>(
  directory: Directory<File>,
  prefix: string,
  depth: number,
  closed: ReadonlySet<string>,
  rows: TreeRow<File>[],
  isShown: boolean,
): Sum {
  const sum: Sum = { files: 0, added: 0, removed: 0 };
  for (const [first, child] of byName(directory.directories)) {
    let name = first;
    let inner = child;
    for (let only = onlyChild(inner); only; only = onlyChild(inner)) {
      name = `${name}/${only[0]}`;
      inner = only[1];
    }
    const path = prefix + name;
    const isOpen = !closed.has(path);
    const row = { type: "directory" as const, path, name, depth, files: 0, added: 0, removed: 0, isOpen };
    if (isShown) rows.push(row);
    const below = list(inner, `${path}/`, depth + 1, closed, rows, isShown && isOpen);
    Object.assign(row, below);
    sum.files += below.files;
    sum.added += below.added;
    sum.removed += below.removed;
  }
  for (const [name, file] of byName(directory.files)) {
    if (isShown) rows.push({ type: "file", path: file.path, name, depth, file });
    sum.files += 1;
    sum.added += file.added;
    sum.removed += file.removed;
  }
  return sum;
}

function onlyChild<File extends Placed>(directory: Directory<File>): [string, Directory<File>] | undefined {
  return directory.files.size === 0 && directory.directories.size === 1 ? [...directory.directories][0] : undefined;
}

const ORDER = new Intl.Collator("en", { numeric: true });

function byName<Value>(map: Map<string, Value>): [string, Value][] {
  return [...map].sort(([a], [b]) => ORDER.compare(a, b) || (a < b ? -1 : 1));
}
