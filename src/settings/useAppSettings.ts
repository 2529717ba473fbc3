import { useQueryClient } from "@tanstack/react-query";
import type { AppSettings } from "@/api/bindings.ts";
import { useApiMutation, useApiQuery } from "@/api/context.tsx";
import { text } from "./messages.ts";

const KEY = ["app_settings_read", null] as const;

/**
 * What a person chose for all projects, and a way to change a part of it. A change shows at once; one that the host does not
 * take is taken back. Changes are sent one after the other, each with all that came before it.
 */
export function useAppSettings() {
  const queries = useQueryClient();
  const read = useApiQuery("app_settings_read", null);
  const write = useApiMutation("app_settings_write", {
    failureTitle: text.app.notSaved,
    scope: { id: "app_settings" },
    onError: () => void queries.invalidateQueries({ queryKey: KEY }),
  });
  const change = (part: Partial<AppSettings>, onSaved?: () => void) => {
    const now = queries.getQueryData<AppSettings>(KEY);
    if (!now) return;
    const next = { ...now, ...part };
    queries.setQueryData(KEY, next);
    write.mutate(next, { onSuccess: () => onSaved?.() });
  };
  return { read, change, isSaving: write.isPending, failure: write.error };
}
