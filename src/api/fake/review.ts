import type { ChangeDiff, ChangedFile, CheckpointCard, DiffHunk } from "../bindings.ts";
import { type FakeProject, type Handlers, type World, fail, projectOf } from "./world.ts";

type ReviewName = Extract<keyof Handlers, `change_${string}` | `checkpoint_${string}` | "review_comment">;

const CHANGES: readonly Omit<ChangedFile, "content">[] = [
  { path: "src/invoices/list.ts", old_path: null, status: "modified", added: 2, removed: 2, is_binary: false },
  { path: "src/invoices/list.test.ts", old_path: null, status: "added", added: 9, removed: 0, is_binary: false },
  { path: "src/ui/EmptyList.tsx", old_path: null, status: "added", added: 6, removed: 0, is_binary: false },
  { path: "src/invoices/legacy.ts", old_path: null, status: "deleted", added: 0, removed: 3, is_binary: false },
  { path: "src/ui/table.css", old_path: "src/table.css", status: "renamed", added: 0, removed: 0, is_binary: false },
  { path: "public/empty.png", old_path: null, status: "added", added: 0, removed: 0, is_binary: true },
  { path: "package-lock.json", old_path: null, status: "modified", added: 4211, removed: 18, is_binary: false },
];
const FILES: readonly ChangedFile[] = CHANGES.map((file) => ({ ...file, content: `before..after of ${file.path}` }));

const TEXTS: Readonly<Record<string, { old: string | null; now: string | null }>> = {
  "src/invoices/list.ts": {
    old: 'import type { Entry } from "./entry";\n\n/** One page of what a person may see. */\nexport function page(entries: Entry[], size: number) {\n  const cut = entries.slice(0, size);\n  return cut.filter((entry) => entry.isVisible);\n}\n',
    now: 'import type { Entry } from "./entry";\n\n/** One page of what a person may see. */\nexport function page(entries: Entry[], size: number) {\n  const shown = entries.filter((entry) => entry.isVisible);\n  return shown.slice(0, size);\n}\n',
  },
  "src/invoices/list.test.ts": {
    old: null,
    now: 'import { expect, test } from "vitest";\nimport { page } from "./list";\n\ntest("a hidden entry takes nobody\'s place", () => {\n  const entries = [{ isVisible: false }, { isVisible: true }];\n\n  expect(page(entries, 1)).toHaveLength(1);\n});\n\n',
  },
  "src/ui/EmptyList.tsx": {
    old: null,
    now: "type Props = { what: string };\n\nexport function EmptyList({ what }: Props) {\n  return <p>There are no {what} yet.</p>;\n}\n\n",
  },
  "src/invoices/legacy.ts": { old: "export function legacyPage() {\n  return [];\n}\n", now: null },
  "src/ui/table.css": { old: "table {\n  width: 100%;\n}\n", now: "table {\n  width: 100%;\n}\n" },
};

/** The difference of two short texts, line by line. */
function hunksOf(old: string, now: string): DiffHunk[] {
  const before = old === "" ? [] : old.replace(/\n$/, "").split("\n");
  const after = now === "" ? [] : now.replace(/\n$/, "").split("\n");
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < before.length - start && end < after.length - start && before.at(-1 - end) === after.at(-1 - end))
    end += 1;
  if (start === before.length && start === after.length) return [];
  return [
    {
      old_start: 1,
      new_start: 1,
      lines: [
        ...before.slice(0, start).map((text) => ({ kind: "same" as const, text })),
        ...before.slice(start, before.length - end).map((text) => ({ kind: "removed" as const, text })),
        ...after.slice(start, after.length - end).map((text) => ({ kind: "added" as const, text })),
        ...after.slice(after.length - end).map((text) => ({ kind: "same" as const, text })),
      ],
    },
  ];
}

function diffOf(path: string): ChangeDiff {
  const file = FILES.find((one) => one.path === path) ?? fail("not_found", `${path} is not among the changes.`);
  const texts = TEXTS[path];
  if (file.is_binary) return { old_text: null, new_text: null, is_binary: true, is_too_large: false, hunks: [] };
  if (!texts) return { old_text: null, new_text: null, is_binary: false, is_too_large: true, hunks: [] };
  return {
    old_text: texts.old,
    new_text: texts.now,
    is_binary: false,
    is_too_large: false,
    hunks: hunksOf(texts.old ?? "", texts.now ?? ""),
  };
}

export function reviewHandlers(world: World): Pick<Handlers, ReviewName> {
  const found = (project: FakeProject, id: number) =>
    project.checkpoints.find((one) => one.id === id) ?? fail("not_found", "There is no such checkpoint.");
  const add = (project: FakeProject, name: string, kind: CheckpointCard["kind"]): CheckpointCard => {
    const id = Math.max(0, ...project.checkpoints.map((one) => one.id)) + 1;
    const done = [...project.cards.values()].filter((card) => card.progress === "passing").length;
    const checkpoint: CheckpointCard = {
      id,
      name,
      kind,
      feature: null,
      run: null,
      is_pinned: false,
      created_at_ms: world.now(),
      branch: "main",
      head: "3f9c2ab41d07c9e51b6a8f7d0e2c4b6a8d0f1e23",
      files: 215,
      cards_done: done,
      cards_total: project.cards.size,
      left_out: [],
      remarks: [],
      is_undo: kind === "before_restore",
    };
    project.checkpoints = [checkpoint, ...project.checkpoints];
    world.emit(project.id, { event: "checkpoint_created", checkpoint: id, name, kind, feature: null, left_out: 0 });
    return checkpoint;
  };
  const restore = (project: FakeProject, checkpoint: number) => {
    const undo = add(project, "before the restore", "before_restore");
    world.emit(project.id, { event: "checkpoint_restored", checkpoint, undo_with: undo.id });
    return { checkpoint, undo_with: undo.id, files: 3, features: 1, remarks: [] };
  };
  return {
    change_list: ({ of }) => ({
      base: "9b1d0c7a2f4e6d8b0a1c3e5f7092b4d6f8a0c2e4",
      head: of === "working" ? "working tree" : "3f9c2ab41d07c9e51b6a8f7d0e2c4b6a8d0f1e23",
      commits:
        of === "working"
          ? []
          : [
              {
                commit: "3f9c2ab41d07c9e51b6a8f7d0e2c4b6a8d0f1e23",
                subject: "Filter before the page is cut",
                at_ms: world.now() - 600_000,
              },
            ],
      files: [...FILES],
      is_cut: false,
    }),
    change_diff: ({ path }) => diffOf(path),
    review_comment: ({ project: id, becomes, path, line }) => {
      const project = projectOf(world, id);
      if (becomes === "message")
        return { bug: null, words: `The agent reads it with its next turn (${path}:${line}).` };
      const bug = Math.max(0, ...project.cards.keys()) + 1;
      world.emit(id, { event: "features_created", features: [bug] });
      return { bug, words: `Reported as #${bug}.` };
    },
    checkpoint_list: ({ project }) => projectOf(world, project).checkpoints,
    checkpoint_create: ({ project, name }) => add(projectOf(world, project), name, "manual"),
    checkpoint_pin: ({ project: id, checkpoint, is_pinned }) => {
      const project = projectOf(world, id);
      const card = { ...found(project, checkpoint), is_pinned };
      project.checkpoints = project.checkpoints.map((one) => (one.id === checkpoint ? card : one));
      world.emit(id, { event: "checkpoint_pinned", checkpoint, is_pinned });
      return card;
    },
    checkpoint_delete: ({ project: id, checkpoint }) => {
      const project = projectOf(world, id);
      found(project, checkpoint);
      project.checkpoints = project.checkpoints.filter((one) => one.id !== checkpoint);
      world.emit(id, { event: "checkpoints_removed", checkpoints: [checkpoint] });
      return null;
    },
    checkpoint_preview: ({ project: id, checkpoint }) => {
      const project = projectOf(world, id);
      const passing = [...project.cards.values()].find((card) => card.progress === "passing");
      return {
        checkpoint: found(project, checkpoint),
        files: FILES.slice(0, 4).map(({ path, status }) => ({ path, how: status })),
        features: passing ? [{ feature: passing.id, name: passing.name, now: "passing", then: "pending" }] : [],
        left_out: found(project, checkpoint).left_out,
        commits_taken_back: 2,
        repository_problem: null,
      };
    },
    checkpoint_restore: ({ project: id, checkpoint }) => {
      const project = projectOf(world, id);
      found(project, checkpoint);
      return restore(project, checkpoint);
    },
    checkpoint_undo: ({ project: id }) => {
      const project = projectOf(world, id);
      const undo =
        project.checkpoints.find((one) => one.is_undo) ?? fail("not_possible_now", "There is no restore to undo.");
      return restore(project, undo.id);
    },
  };
}
