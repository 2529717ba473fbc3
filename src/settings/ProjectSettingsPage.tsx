import { useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { ProjectSettings, ProjectSettingsView } from "@/api/bindings.ts";
import { useApiMutation, useApiQuery, useRefusal } from "@/api/context.tsx";
import { asSentence, failureTitle } from "@/api/failure.ts";
import { ErrorState } from "@/ui/ErrorState.tsx";
import { Page } from "@/ui/Page.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { toast } from "@/ui/toast.ts";
import { Locked } from "@/ui/Locked.tsx";
import { Checks } from "./Checks.tsx";
import { text } from "./messages.ts";
import { Policy } from "./Policy.tsx";
import { ProjectGeneral } from "./ProjectGeneral.tsx";
import { ProjectRuns } from "./ProjectRuns.tsx";
import { Prompts } from "./Prompts.tsx";
import { Reach } from "./Reach.tsx";
import { Sections } from "./Sections.tsx";

const SECTIONS = ["general", "runs", "checks", "reach", "policy", "prompts"] as const;
type SectionId = (typeof SECTIONS)[number];

/** What was chosen for one project, and the ways to rename, forget and delete it. */
export function ProjectSettingsPage({ project }: { project: number }) {
  const { section } = useSearch({ from: "/p/$project/settings" });
  const current = SECTIONS.find((id) => id === section) ?? "general";
  const refusal = useRefusal("project_settings_write");
  return (
    <Page title={text.project.title} isBare>
      <Sections
        label={text.app.sectionsLabel}
        project={project}
        sections={SECTIONS.map((id) => ({ id, title: text.project.sections[id] }))}
        current={current}
        isWide={current === "prompts"}
      >
        {/* Another project or section begins with what is stored. */}
        <Locked reason={refusal}>
          <Open key={`${project} ${current}`} project={project} section={current} />
        </Locked>
      </Sections>
    </Page>
  );
}

function Open({ project, section }: { project: number; section: SectionId }): ReactNode {
  switch (section) {
    case "general":
      return <ProjectGeneral project={project} />;
    case "policy":
      return <Policy project={project} />;
    case "prompts":
      return <Prompts project={project} />;
    case "runs":
    case "checks":
    case "reach":
      return <Stored project={project} section={section} />;
  }
}

export type ChangeSettings = (part: Partial<ProjectSettings>, onSaved: () => void) => void;

export type StoredProps = { view: ProjectSettingsView; change: ChangeSettings; isSaving: boolean };

/** The sections that are kept in one record: each changes its own part and leaves the rest as it is stored. */
function Stored({ project, section }: { project: number; section: "runs" | "checks" | "reach" }) {
  const read = useApiQuery("project_settings_read", { project });
  const write = useApiMutation("project_settings_write", { failureTitle: text.project.notSaved });
  if (read.isPending) return <SkeletonRows label={text.project.loading} />;
  if (!read.data) {
    const { error } = read;
    return (
      <ErrorState
        title={text.project.failed}
        message={`${failureTitle(error)}. ${asSentence(error.message)}`}
        hint={error.hint}
        incident={error.incident}
        onRetry={() => void read.refetch()}
      />
    );
  }
  const { settings } = read.data;
  const change: ChangeSettings = (part, onSaved) =>
    write.mutate(
      { project, settings: { ...settings, ...part } },
      {
        onSuccess: () => {
          onSaved();
          toast({ tone: "success", title: text.app.saved, description: text.project.fromNext });
        },
      },
    );
  const props: StoredProps = { view: read.data, change, isSaving: write.isPending };
  switch (section) {
    case "runs":
      return <ProjectRuns {...props} />;
    case "checks":
      return <Checks {...props} />;
    case "reach":
      return <Reach {...props} />;
  }
}
