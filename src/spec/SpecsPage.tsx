import { useBlocker, useNavigate, useSearch } from "@tanstack/react-router";
import { ChevronLeft, FileText, MessagesSquare, Plus } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useApiQuery, useRefusal } from "@/api/context.tsx";
import { asSentence, failureTitle } from "@/api/failure.ts";
import { AlertDialog } from "@/ui/AlertDialog.tsx";
import { useNarrow } from "@/ui/useNarrow.ts";
import { Button } from "@/ui/Button.tsx";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { ErrorState } from "@/ui/ErrorState.tsx";
import { Page } from "@/ui/Page.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { CreateSpec } from "./CreateSpec.tsx";
import { text as talkText } from "./interview-messages.ts";
import { text } from "./messages.ts";
import { SpecList } from "./SpecList.tsx";
import { TALK } from "./search.ts";
import { SpecTabs, type TabId, TABS } from "./SpecTabs.tsx";
import { useDrafts } from "./useDrafts.ts";

/** Shown on demand only: a chat brings Markdown and its parser along. */
const InterviewPane = lazy(async () => ({ default: (await import("./InterviewPane.tsx")).InterviewPane }));

/** Every specification of the project: written, checked, compared with the board and with what it once said. */
export function SpecsPage({ project }: { project: number }) {
  const navigate = useNavigate();
  const search = useSearch({ from: "/p/$project/specs" });
  const specs = useApiQuery("spec_list", { project });
  const drafts = useDrafts(project, specs.data);
  const [isCreating, setCreating] = useState(false);

  const { open } = drafts;
  const current = open.find((spec) => spec.name === search.spec) ?? open[0];
  const tab: TabId = TABS.find((id) => id === search.tab) ?? "text";
  const isTalking = search.tab === TALK;
  const isNarrow = useNarrow();
  const goTo = (name: string, to: TabId | typeof TALK) =>
    void navigate({ to: "/p/$project/specs", params: { project }, search: { spec: name, tab: to } });

  const leaving = useBlocker({
    shouldBlockFn: ({ current: here, next }) => drafts.isAnyChanged && next.pathname !== here.pathname,
    enableBeforeUnload: drafts.isAnyChanged,
    withResolver: true,
  });

  const refusal = useRefusal("spec_write");
  const talk = (
    <Button
      icon={<MessagesSquare aria-hidden className="size-4" />}
      onClick={() => goTo(current?.name ?? search.spec ?? "main", TALK)}
    >
      {talkText.open}
    </Button>
  );
  const actions = (
    <>
      {!isTalking && talk}
      {isTalking && current && (
        <Button
          variant="ghost"
          icon={<ChevronLeft aria-hidden className="size-4" />}
          onClick={() => goTo(current.name, "text")}
        >
          {talkText.leave}
        </Button>
      )}
      <Button refusal={refusal} icon={<Plus aria-hidden className="size-4" />} onClick={() => setCreating(true)}>
        {text.page.add}
      </Button>
    </>
  );

  return (
    <Page title={text.page.title} isBare actions={current && actions}>
      {specs.isPending && <SkeletonRows label={text.page.loading} />}
      {specs.error && !specs.data && (
        <ErrorState
          title={text.page.failed}
          message={`${failureTitle(specs.error)}. ${asSentence(specs.error.message)}`}
          hint={specs.error.hint}
          incident={specs.error.incident}
          onRetry={() => void specs.refetch()}
        />
      )}
      {specs.data && !current && !isTalking && (
        <EmptyState
          icon={<FileText aria-hidden />}
          title={text.page.emptyTitle}
          description={text.page.emptyText}
          actions={
            <>
              {talk}
              <Button variant="primary" refusal={refusal} onClick={() => setCreating(true)}>
                {text.page.emptyAction}
              </Button>
            </>
          }
        />
      )}
      {specs.data && isTalking && (
        <div className="flex min-h-0 flex-1 max-md:flex-col">
          {current && !isNarrow && <SpecList open={open} current={null} onOpen={(name) => goTo(name, "text")} />}
          <Suspense fallback={<SkeletonRows label={talkText.loading} />}>
            <InterviewPane
              project={project}
              spec={current?.name ?? search.spec ?? "main"}
              names={specs.data.map((spec) => spec.name)}
              onAccepted={(name) => goTo(name, "text")}
            />
          </Suspense>
        </div>
      )}
      {specs.data && current && !isTalking && (
        <div className="flex min-h-0 flex-1 max-md:flex-col">
          <SpecList open={open} current={current.name} onOpen={(name) => goTo(name, tab)} />
          {/* Another specification begins with a fresh editor, whose undo is its own. */}
          <SpecTabs
            key={current.name}
            project={project}
            spec={current}
            drafts={drafts}
            tab={tab}
            onTab={(to) => goTo(current.name, to)}
          />
        </div>
      )}
      <CreateSpec
        isOpen={isCreating}
        taken={open.map((spec) => spec.name)}
        onClose={() => setCreating(false)}
        onCreate={(name) => {
          setCreating(false);
          drafts.begin(name);
          goTo(name, "text");
        }}
      />
      <AlertDialog
        isOpen={leaving.status === "blocked"}
        onClose={() => leaving.reset?.()}
        title={text.editor.leaveTitle}
        description={text.editor.leaveText}
        confirmLabel={text.editor.leave}
        cancelLabel={text.editor.stay}
        onConfirm={() => leaving.proceed?.()}
      />
    </Page>
  );
}
