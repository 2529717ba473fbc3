import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { SpecView } from "@/api/bindings.ts";
import { useApiMutation, useClient } from "@/api/context.tsx";
import { type Failure, toFailure } from "@/api/failure.ts";
import { query } from "@/api/queries.ts";
import { type Draft, type StoredText, draftOf, heard, isChanged, isInConflict, stored, typed } from "@/ui/draft.ts";
import { wholeSkeleton } from "./parts.ts";

/** One specification on the page: what is being written, and what the project has, which may be nothing yet. */
export type OpenSpec = { name: string; view: SpecView | null; draft: Draft };

const NOT_STORED: StoredText = { text: "", updatedAtMs: 0 };

const textOf = (view: SpecView): StoredText => ({ text: view.text, updatedAtMs: view.updated_at_ms ?? 0 });

/**
 * Everything that is being written on the page, by specification, so that going from one to another loses nothing. What the
 * project has may change underneath: see `Draft`.
 */
export function useDrafts(project: number, views: readonly SpecView[] | undefined) {
  const queries = useQueryClient();
  const client = useClient();
  const [drafts, setDrafts] = useState<Readonly<Record<string, Draft>>>({});
  const [failure, setFailure] = useState<{ name: string; failure: Failure } | null>(null);
  const [isSaving, setSaving] = useState(false);
  const list = query(client, "spec_list", { project });
  const write = useApiMutation("spec_write", { failureTitle: null });

  const put = (name: string, draft: Draft | null) =>
    setDrafts((all) => {
      const { [name]: _, ...others } = all;
      return draft ? { ...others, [name]: draft } : others;
    });
  const known = views ?? [];
  const open: OpenSpec[] = known.map((view) => ({
    name: view.name,
    view,
    draft: heard(drafts[view.name] ?? draftOf(textOf(view)), textOf(view)),
  }));
  for (const [name, draft] of Object.entries(drafts)) {
    if (!known.some((view) => view.name === name)) open.push({ name, view: null, draft });
  }

  /**
   * Stores it, unless somebody else wrote meanwhile: then the conflict is shown first. None when it was not stored; else what
   * a run that is under way makes of it.
   */
  const save = async ({ name, draft }: OpenSpec): Promise<{ told: string | null } | null> => {
    setFailure(null);
    setSaving(true);
    // Asked once, not until it works: a person waits for the answer.
    const read = async () => {
      const all = await client.spec_list({ project });
      queries.setQueryData<SpecView[]>(list.queryKey, all);
      return all.find((view) => view.name === name);
    };
    try {
      const latest = await read();
      const checked = latest ? heard(draft, textOf(latest)) : draft;
      if (checked.theirs) {
        put(name, checked);
        return null;
      }
      const over = latest?.revision ?? "";
      const { spec: view, told } = await write.mutateAsync({ project, name, text: draft.text, over });
      // The list has to say the same at once, or the text would jump back until it is read again.
      queries.setQueryData<SpecView[]>(list.queryKey, (all = []) =>
        [...all.filter((one) => one.name !== name), view].toSorted(byName),
      );
      setDrafts((all) => ({ ...all, [name]: stored(all[name] ?? draft, textOf(view)) }));
      return { told };
    } catch (thrown) {
      const failure = toFailure(thrown);
      // Somebody wrote between the look and the write: what is read now shows the conflict.
      const theirs = failure.code === "conflict" ? await read().catch(() => undefined) : undefined;
      if (!theirs || !isInConflict(heard(draft, textOf(theirs)))) setFailure({ name, failure });
      return null;
    } finally {
      setSaving(false);
    }
  };

  return {
    open,
    isAnyChanged: open.some(({ draft, view }) => isChanged(draft) && (view !== null || draft.text !== wholeSkeleton())),
    isSaving,
    failureOf: (name: string) => (failure?.name === name ? failure.failure : null),
    begin: (name: string) => put(name, typed(draftOf(NOT_STORED), wholeSkeleton())),
    type: ({ name, draft }: OpenSpec, text: string) => put(name, typed(draft, text)),
    settle: (name: string, draft: Draft) => put(name, draft),
    forget: (name: string) => put(name, null),
    save,
  };
}

/** `main` first, the others by name. */
function byName(a: SpecView, b: SpecView): number {
  return Number(b.name === "main") - Number(a.name === "main") || a.name.localeCompare(b.name);
}

export type Drafts = ReturnType<typeof useDrafts>;
