import { useNavigate, useSearch } from "@tanstack/react-router";
import { ChevronDown, Download, FolderOpen, PlayCircle, Plus, Search } from "lucide-react";
import { type ReactNode, useDeferredValue, useMemo, useState } from "react";
import type { ProjectSummary } from "@/api/bindings.ts";
import { useApiQuery, useRefusal } from "@/api/context.tsx";
import { asSentence, failureTitle } from "@/api/failure.ts";
import { Button } from "@/ui/Button.tsx";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { ErrorState } from "@/ui/ErrorState.tsx";
import { Input } from "@/ui/Input.tsx";
import { Menu, type MenuAction } from "@/ui/Menu.tsx";
import { Page } from "@/ui/Page.tsx";
import { Select } from "@/ui/Select.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { useNow } from "@/ui/useNow.ts";
import { Locked } from "@/ui/Locked.tsx";
import { text } from "./messages.ts";
import { ProjectRow, Tally } from "./ProjectRow.tsx";
import { SORTS, type Sort, shown } from "./standing.ts";
import { type AddProject, useAddProject } from "./useAddProject.tsx";
import { Welcome } from "./Welcome.tsx";

/** Every project at a glance; before the first one, the ways to begin. `notice` stands above: what this machine lacks. */
export function HomePage({ notice }: { notice?: ReactNode }) {
  const projects = useApiQuery("project_list", null);
  const add = useAddProject();
  const mayNotAdd = useRefusal("project_open");
  const hasProjects = (projects.data?.length ?? 0) > 0;
  return (
    <Page title={text.home.title} actions={hasProjects && <AddButtons add={add} />}>
      <div className="mx-auto flex min-h-full w-full max-w-7xl flex-col gap-4">
        {notice}
        {projects.isPending && <SkeletonRows label={text.home.loading} count={4} />}
        {projects.error && !projects.data && (
          <ErrorState
            title={text.home.failed}
            message={`${failureTitle(projects.error)}. ${asSentence(projects.error.message)}`}
            hint={projects.error.hint}
            incident={projects.error.incident}
            onRetry={() => void projects.refetch()}
          />
        )}
        {projects.data?.length === 0 && (
          <Locked reason={mayNotAdd}>
            <Welcome add={add} />
          </Locked>
        )}
        {projects.data && hasProjects && <ProjectList projects={projects.data} />}
      </div>
      {add.dialogs}
    </Page>
  );
}

function AddButtons({ add }: { add: AddProject }) {
  const others: MenuAction[] = [
    { id: "open", label: text.add.open, icon: <FolderOpen aria-hidden />, onSelect: add.open },
    { id: "import", label: text.add.import, icon: <Download aria-hidden />, onSelect: add.import },
    {
      id: "demo",
      label: `${text.add.demo} (${text.add.rehearsal})`,
      icon: <PlayCircle aria-hidden />,
      onSelect: add.demo,
    },
  ];
  const refusal = useRefusal("project_create");
  return (
    <>
      <Menu actions={others.map((one) => ({ ...one, refusal }))}>
        <Button refusal={refusal} isBusy={add.busy !== null}>
          {text.home.otherWays}
          <ChevronDown aria-hidden className="size-3.5" />
        </Button>
      </Menu>
      <Button variant="primary" refusal={refusal} icon={<Plus aria-hidden className="size-4" />} onClick={add.create}>
        {text.add.new}
      </Button>
    </>
  );
}

function ProjectList({ projects }: { projects: readonly ProjectSummary[] }) {
  const navigate = useNavigate();
  const search = useSearch({ from: "/" });
  // What is typed shows at once; the address follows, so that the list can be come back to.
  const [words, setTyped] = useState(search.q ?? "");
  const sort: Sort = SORTS.find((one) => one === search.sort) ?? "attention";
  const show = (q: string, order: Sort) =>
    void navigate({
      to: "/",
      search: { ...(q === "" ? {} : { q }), ...(order === "attention" ? {} : { sort: order }) },
      replace: true,
    });
  const setWords = (q: string) => {
    setTyped(q);
    show(q, sort);
  };
  const nowMs = useNow(30_000);
  const wanted = useDeferredValue(words);
  const rows = useMemo(() => shown(projects, wanted, sort), [projects, wanted, sort]);
  return (
    <>
      <div className="flex flex-wrap items-center gap-3">
        <Tally projects={projects} />
        <div className="ml-auto flex items-center gap-2 max-md:w-full max-md:flex-wrap">
          <div className="relative w-60 max-md:w-full">
            <Search
              aria-hidden
              className="pointer-events-none absolute top-2 left-2.5 size-4 text-faint pointer-coarse:top-3"
            />
            <Input
              type="search"
              aria-label={text.home.search}
              placeholder={text.home.search}
              value={words}
              onChange={(event) => setWords(event.target.value)}
              className="pl-8"
            />
          </div>
          <div className="w-56 max-md:w-full">
            <Select
              label={text.home.sort}
              value={sort}
              options={SORTS.map((value) => ({ value, label: text.home.sorts[value] }))}
              onChange={(order) => show(words, order)}
            />
          </div>
        </div>
      </div>
      {rows.length === 0 ? (
        <EmptyState
          icon={<Search aria-hidden />}
          title={text.home.nothing(words)}
          description={text.home.nothingHint}
          actions={<Button onClick={() => setWords("")}>{text.home.clear}</Button>}
        />
      ) : (
        <ul
          aria-label={text.home.list}
          className="divide-y divide-line overflow-hidden rounded-lg border border-line bg-panel"
        >
          {rows.map((project) => (
            <ProjectRow key={project.id} project={project} nowMs={nowMs} />
          ))}
        </ul>
      )}
    </>
  );
}
