import { type ReactNode, useState } from "react";
import { reasonOf, toFailure } from "@/api/failure.ts";
import { useHost } from "@/host/host.ts";
import { toast } from "@/ui/toast.ts";
import { FolderDialog } from "./FolderDialog.tsx";
import { text } from "./messages.ts";

type Wanted = {
  title: string;
  description?: string;
  actionLabel: string;
  isProject: boolean;
  onChoose: (path: string) => void;
};

/** Asks for a folder: with the system's dialog where there is one, else with a list of the host's folders. */
export function useFolder({ title, description, actionLabel, isProject, onChoose }: Wanted): {
  ask: (from?: string) => void;
  dialog: ReactNode;
} {
  const host = useHost();
  const [from, setFrom] = useState<string | null | false>(false);

  const ask = (start?: string) => {
    if (!host.can.pickFolder) {
      setFrom(start?.trim() || null);
      return;
    }
    host.pickFolder(title).then(
      (path) => path !== null && onChoose(path),
      (thrown: unknown) => {
        const failure = toFailure(thrown);
        toast({
          tone: "danger",
          title: text.folder.nativeFailed,
          description: reasonOf(failure),
        });
        // The list of the host's folders works without a desktop.
        setFrom(start?.trim() || null);
      },
    );
  };

  const dialog = (
    <FolderDialog
      isOpen={from !== false}
      onClose={() => setFrom(false)}
      onChoose={(path) => {
        setFrom(false);
        onChoose(path);
      }}
      title={title}
      {...(description === undefined ? {} : { description })}
      actionLabel={actionLabel}
      from={from === false ? null : from}
      isProject={isProject}
    />
  );
  return { ask, dialog };
}
