import { Link, Outlet, useNavigate } from "@tanstack/react-router";
import { FolderX } from "lucide-react";
import { useEffect } from "react";
import type { ProjectSummary } from "@/api/bindings.ts";
import { useApiQuery, useClient } from "@/api/context.tsx";
import { failureTitle } from "@/api/failure.ts";
import { Button } from "@/ui/Button.tsx";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { ErrorState } from "@/ui/ErrorState.tsx";
import { Page } from "@/ui/Page.tsx";
import { text } from "./messages.ts";

/** Lets the pages of a project show once it is known that there is such a project. */
export function ProjectGate({ project }: { project: number }) {
  const known = useApiQuery("project_list", null);
  const navigate = useNavigate();
  const client = useClient();
  useEffect(() => {
    // It only moves the project up in the list of those opened last; where that fails, nothing is lost.
    client.project_touch({ project }).catch(() => undefined);
  }, [client, project]);
  const home = <Button onClick={() => void navigate({ to: "/" })}>{text.home}</Button>;
  if (known.isError && !known.data) {
    const { error } = known;
    return (
      <Page title={text.project} isBare>
        <ErrorState
          title={failureTitle(error)}
          message={error.message}
          hint={error.hint}
          incident={error.incident}
          onRetry={() => void known.refetch()}
        />
      </Page>
    );
  }
  // While the list is still loading the page may load too: both answers come at about the same time.
  if (known.data && !known.data.some((one) => one.id === project)) {
    return (
      <Page title={text.project} isBare>
        <EmptyState
          icon={<FolderX aria-hidden />}
          title={text.noProject}
          description={text.notFoundHint}
          actions={home}
        />
      </Page>
    );
  }
  const here = known.data?.find((one) => one.id === project);
  return (
    <>
      {here && <FolderBanner project={here} />}
      <Outlet />
    </>
  );
}

/** Says on every page of a project that nothing can run, and why. */
function FolderBanner({ project }: { project: ProjectSummary }) {
  if (!project.is_missing && project.problem === null) return null;
  return (
    <div
      role="status"
      className="flex flex-wrap items-center gap-x-3 gap-y-1 border-b border-line bg-danger-soft px-4 py-2 text-danger"
    >
      <FolderX aria-hidden className="size-4 shrink-0" />
      <p className="min-w-0 flex-1 break-words max-md:min-w-[60%]">
        {project.is_missing ? text.folderGone(project.path) : text.unreadable(project.problem ?? "")}
      </p>
      <Link to="/" className="shrink-0 font-medium underline underline-offset-2">
        {project.is_missing ? text.toProjects : text.home}
      </Link>
    </div>
  );
}
