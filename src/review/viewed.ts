import { create } from "zustand";
import { persist } from "zustand/middleware";
import type { ChangedFile } from "@/api/bindings.ts";

/** Marks that are kept; the oldest go first. */
const MOST = 5000;

type Viewed = { marks: string[] };

const useMarks = create<Viewed>()(persist<Viewed>(() => ({ marks: [] }), { name: "viewed-files" }));

/** A file as it is compared: when its numbers of changed lines are others, its mark is gone. */
export function markOf(project: number, state: string, file: Pick<ChangedFile, "path" | "added" | "removed">): string {
  return `${project}|${state}|${file.added}|${file.removed}|${file.path}`;
}

/** Which of these changes a person has looked at. `state` names what is compared. */
export function useViewed(project: number, state: string) {
  const marks = useMarks((kept) => kept.marks);
  const known = new Set(marks);
  return {
    isViewed: (file: ChangedFile) => known.has(markOf(project, state, file)),
    set: (file: ChangedFile, isViewed: boolean) => {
      const mark = markOf(project, state, file);
      useMarks.setState(({ marks: before }) => {
        const others = before.filter((one) => one !== mark);
        return { marks: isViewed ? [...others, mark].slice(-MOST) : others };
      });
    },
  };
}
