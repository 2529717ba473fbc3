import { Outlet, useNavigate } from "@tanstack/react-router";
import { FolderX } from "lucide-react";
import { useEffect } from "react";
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
  return <Outlet />;
}
