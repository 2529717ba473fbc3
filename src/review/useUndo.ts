import { useApiMutation } from "@/api/context.tsx";
import { toast } from "@/ui/toast.ts";
import { checkpointText as text } from "./messages.ts";

/** Takes the last restore back. */
export function useUndo(project: number) {
  return useApiMutation("checkpoint_undo", {
    failureTitle: text.undoFailed,
    mutationKey: ["checkpoint_undo", project],
    onSuccess: ({ remarks }) => {
      toast({ title: text.undone, tone: "success", ...(remarks.length > 0 ? { description: remarks.join(" ") } : {}) });
    },
  });
}
