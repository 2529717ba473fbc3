import { create } from "zustand";
import { persist } from "zustand/middleware";
import type { ChangedFile } from "@/api/bindings.ts";

/** Marks that are kept; the oldest go first. */
const MOST = 5000;

type Viewed = { marks: string[] };

const useMarks = create<Viewed>()(persist<Viewed>(() => ({ marks: [] }), { name: "viewed-files" }));

/** A file with what it said and what it says: as soon as either is something else, its mark is gone. */
function markOf(project: number, file: Pick<ChangedFile, "path" | "content">): string {
  return `${project}|${file.content}|${file.path}`;
}

/** Which changes a person has looked at, wherever they are shown. */
export function useViewed(project: number) {
  const marks = useMarks((kept) => kept.marks);
  const known = new Set(marks);
  return {
    isViewed: (file: ChangedFile) => known.has(markOf(project, file)),
    set: (file: ChangedFile, isViewed: boolean) => {
      const mark = markOf(project, file);
      useMarks.setState(({ marks: before }) => {
        const others = before.filter((one) => one !== mark);
        return { marks: isViewed ? [...others, mark].slice(-MOST) : others };
      });
    },
  };
}
