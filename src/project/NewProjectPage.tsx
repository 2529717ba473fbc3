import { useBlocker, useNavigate, useSearch } from "@tanstack/react-router";
import { type ComponentType, useCallback, useEffect, useReducer, useRef } from "react";
import { useApiMutation, useApiQuery } from "@/api/context.tsx";
import { reasonOf } from "@/api/failure.ts";
import { AlertDialog } from "@/ui/AlertDialog.tsx";
import { Button } from "@/ui/Button.tsx";
import { Page } from "@/ui/Page.tsx";
import { text } from "./messages.ts";
import { PlaceStep } from "./PlaceStep.tsx";
import { SpecStep } from "./SpecStep.tsx";
import { Steps } from "./Steps.tsx";
import { SummaryStep } from "./SummaryStep.tsx";
import { STEPS, type Step, type Verdict, after, begun, isWorthKeeping, mayGo, order, problems } from "./wizard.ts";

/** A field for a specification that says what is missing while it is written. */
export type SpecFieldType = ComponentType<{
  value: string;
  onChange: (value: string) => void;
  label: string;
  onVerdict: (verdict: Verdict) => void;
}>;

type Props = {
  SpecField: SpecFieldType;
  /** What a specification written here begins with. */
  skeleton: string;
};

/** The way to a new project: where it lies, what is to be built, and a last look before anything is made. */
export function NewProjectPage({ SpecField, skeleton }: Props) {
  const navigate = useNavigate();
  const search = useSearch({ from: "/new" });
  const projects = useApiQuery("project_list", null);
  const [wizard, dispatch] = useReducer(after, skeleton, (text) => begun("", [], text));
  const heading = useRef<HTMLHeadingElement>(null);
  const { step } = wizard;

  useEffect(() => {
    if (projects.data) dispatch({ type: "known", taken: projects.data.map((project) => project.name) });
  }, [projects.data]);

  // The address leads, so that the browser's Back goes one step back.
  const wanted = STEPS.find((one) => one === search.step) ?? "place";
  const isPossible = wanted === step || mayGo(wizard, wanted);
  useEffect(() => {
    if (wanted === step) return;
    if (isPossible) dispatch({ type: "went", to: wanted });
    else void navigate({ to: "/new", search: { step }, replace: true });
  }, [wanted, step, isPossible, navigate]);

  const shown = useRef(step);
  useEffect(() => {
    if (shown.current !== step) heading.current?.focus();
    shown.current = step;
  }, [step]);

  const isWorth = isWorthKeeping(wizard, skeleton);
  const leaving = useBlocker({
    shouldBlockFn: ({ next }) => isWorth && next.pathname !== "/new",
    enableBeforeUnload: isWorth,
    withResolver: true,
  });

  const create = useApiMutation("project_create", {
    failureTitle: null,
    onSuccess: ({ id }) => dispatch({ type: "created", project: id }),
    onError: (failure) => dispatch({ type: "failed", reason: reasonOf(failure) }),
  });
  const isTalk = wizard.source === "talk";
  const created = wizard.progress.is === "created" ? wizard.progress.project : null;
  useEffect(() => {
    if (created === null) return;
    const params = { project: created };
    if (isTalk) void navigate({ to: "/p/$project/specs", params, search: { tab: "talk" }, replace: true });
    else void navigate({ to: "/p/$project/board", params, replace: true });
  }, [created, isTalk, navigate]);

  const goTo = (to: Step) => void navigate({ to: "/new", search: { step: to } });
  const next = () => {
    if (step === "summary") {
      const wish = order(wizard);
      if (!wish || wizard.progress.is === "creating") return;
      dispatch({ type: "create" });
      const { name, parentDir: parent_dir, template, specText: spec_text } = wish;
      create.mutate({ name, parent_dir, template, ...(spec_text === null ? {} : { spec_text }) });
    } else if (problems(wizard, step).length > 0) {
      dispatch({ type: "next" });
    } else {
      goTo(STEPS[STEPS.indexOf(step) + 1] ?? step);
    }
  };
  const judged = useCallback((verdict: Verdict) => dispatch({ type: "judged", verdict }), []);
  const isCreating = wizard.progress.is === "creating";
  const at = STEPS.indexOf(step);

  return (
    <Page title={text.wizard.title} windowTitle={`${text.wizard.steps[step]} · ${text.wizard.title}`} isBare>
      <form
        className="flex min-h-0 flex-1 flex-col"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          next();
        }}
      >
        <div className="flex min-h-0 flex-1 flex-col gap-5 overflow-y-auto px-6 py-5">
          <Steps current={step} mayGo={(to) => !isCreating && mayGo(wizard, to)} onGo={goTo} />
          <h2 ref={heading} tabIndex={-1} className="sr-only">
            {text.wizard.stepOf(at + 1, STEPS.length, text.wizard.steps[step])}
          </h2>
          {step === "place" && (
            <PlaceStep wizard={wizard} dispatch={dispatch} lastPath={projects.data?.[0]?.path ?? null} />
          )}
          {step === "spec" && <SpecStep wizard={wizard} dispatch={dispatch} SpecField={SpecField} onVerdict={judged} />}
          {step === "summary" && <SummaryStep wizard={wizard} onChange={goTo} />}
        </div>
        <div className="shrink-0 border-t border-line px-6 py-3">
          {/* As wide as the list of steps: on a large screen the way on stands with what it is about. */}
          <div className="mx-auto flex w-full max-w-2xl items-center justify-end gap-2">
            {at > 0 && (
              <Button disabled={isCreating} onClick={() => goTo(STEPS[at - 1] ?? step)}>
                {text.wizard.back}
              </Button>
            )}
            <Button type="submit" variant="primary" isBusy={isCreating}>
              {step === "summary" ? (isCreating ? text.wizard.creating : text.wizard.create) : text.wizard.next}
            </Button>
          </div>
        </div>
      </form>
      <AlertDialog
        isOpen={leaving.status === "blocked"}
        onClose={() => leaving.reset?.()}
        title={text.wizard.leaveTitle}
        description={text.wizard.leaveText}
        confirmLabel={text.wizard.leave}
        cancelLabel={text.wizard.stay}
        onConfirm={() => leaving.proceed?.()}
      />
    </Page>
  );
}
