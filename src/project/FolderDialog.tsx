import { ArrowUp, Folder, FolderGit2 } from "lucide-react";
import { useState } from "react";
import { useApiQuery } from "@/api/context.tsx";
import { type Failure, failureTitle } from "@/api/failure.ts";
import { Badge } from "@/ui/Badge.tsx";
import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { ErrorState } from "@/ui/ErrorState.tsx";
import { IconButton } from "@/ui/IconButton.tsx";
import { Input } from "@/ui/Input.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { text } from "./messages.ts";

type Props = {
  isOpen: boolean;
  onClose: () => void;
  onChoose: (path: string) => void;
  title: string;
  description?: string;
  actionLabel: string;
  /** Where it begins; none for the person's home directory. */
  from?: string | null;
  /** Whether the folder itself becomes a project, and not one that is made in it. */
  isProject: boolean;
  isBusy?: boolean;
};

/** Chooses a folder of the host where there is no dialog of the system to ask. */
export function FolderDialog({ isOpen, onClose, title, description = text.folder.title, ...rest }: Props) {
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={title} description={description}>
      {/* Every opening begins anew. */}
      {isOpen && <Browser onClose={onClose} {...rest} />}
    </Dialog>
  );
}

function Browser({
  onClose,
  onChoose,
  actionLabel,
  from = null,
  isProject,
  isBusy = false,
}: Omit<Props, "isOpen" | "title">) {
  const [path, setPath] = useState(from);
  const [typed, setTyped] = useState<string | null>(null);
  const folders = useApiQuery("directory_list", path === null ? {} : { path }, { keepsPrevious: true });
  const here = folders.data;
  const go = (to: string) => {
    setPath(to);
    setTyped(null);
  };
  const mayNot = isProject && here?.may_be_project === false;

  return (
    <div className="flex flex-col gap-3">
      <form
        className="flex items-center gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          if (typed !== null) go(typed.trim());
        }}
      >
        <IconButton
          label={text.folder.up}
          icon={<ArrowUp aria-hidden className="size-4" />}
          disabled={!here?.parent}
          onClick={() => here?.parent && go(here.parent)}
        />
        <Input
          aria-label={text.folder.path}
          value={typed ?? here?.path ?? path ?? ""}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setTyped(event.target.value)}
          className="font-mono text-xs"
        />
        <Button type="submit" disabled={typed === null || typed.trim() === ""}>
          {text.folder.go}
        </Button>
      </form>
      <div className="flex h-72 flex-col overflow-y-auto rounded-md border border-line" aria-busy={folders.isFetching}>
        {folders.isPending && <SkeletonRows label={text.folder.loading} />}
        {folders.error && <FailedList failure={folders.error} onRetry={() => void folders.refetch()} />}
        {here && !folders.error && here.entries.length === 0 && <p className="p-4 text-muted">{text.folder.empty}</p>}
        {here && !folders.error && here.entries.length > 0 && (
          <ul aria-label={text.folder.list} className="p-1">
            {here.entries.map((entry) => (
              <li key={entry.path}>
                <button
                  type="button"
                  onClick={() => go(entry.path)}
                  className="flex w-full items-center gap-2 rounded-sm px-2 py-1 text-left hover:bg-hover"
                >
                  {entry.is_repository ? (
                    <FolderGit2 aria-hidden className="size-4 text-faint" />
                  ) : (
                    <Folder aria-hidden className="size-4 text-faint" />
                  )}
                  <span className="min-w-0 flex-1 truncate">{entry.name}</span>
                  {entry.is_project && <Badge tone="accent">{text.folder.project}</Badge>}
                  {entry.is_repository && <Badge>{text.folder.repository}</Badge>}
                </button>
              </li>
            ))}
          </ul>
        )}
      </div>
      {mayNot && (
        <p role="status" className="text-xs text-muted">
          {text.folder.mayNot}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{text.folder.cancel}</Button>
        <Button
          variant="primary"
          isBusy={isBusy}
          disabled={!here || folders.error !== null || mayNot || typed !== null}
          onClick={() => here && onChoose(here.path)}
        >
          {actionLabel}
        </Button>
      </div>
    </div>
  );
}

function FailedList({ failure, onRetry }: { failure: Failure; onRetry: () => void }) {
  const message = `${failureTitle(failure)}. ${failure.message}`;
  return (
    <ErrorState
      title={text.folder.failed}
      message={message}
      hint={failure.hint}
      incident={failure.incident}
      onRetry={onRetry}
    />
  );
}
