import type { InterviewView } from "../bindings.ts";
import { checkSpec, viewOf } from "./spec-texts.ts";
import { type FakeProject, type Handlers, type World, fail, projectOf } from "./world.ts";

type InterviewName = Extract<keyof Handlers, `interview_${string}`>;

const STORAGE = {
  id: "Where shall the list be kept?",
  label: "Where shall the list be kept?",
  options: [
    { label: "A file", description: "Simple and easy to copy" },
    { label: "A database", description: "Better for many thousand entries" },
  ],
  may_differ: true,
  is_many: false,
  is_optional: false,
  is_boolean: false,
};

const FIRST =
  "<project_specification>\n\n<project_name>To-do list</project_name>\n\n<overview>A list of things to do.</overview>\n\n</project_specification>\n";

/** An interview whose agent answers at once: first with a question of its own, then with one to choose from. */
export function interviewHandlers(world: World): Pick<Handlers, InterviewName> {
  const open = (id: number): { project: FakeProject; view: InterviewView } => {
    const project = projectOf(world, id);
    if (project.interview?.interview.state !== "open") fail("not_possible_now", "The interview is over.");
    return { project, view: project.interview as InterviewView };
  };
  const change = (project: FakeProject, view: InterviewView, changes: Partial<InterviewView>): InterviewView => {
    const draft = changes.draft ?? view.draft;
    const next = { ...view, ...changes, check: checkSpec(draft) };
    project.interview = next;
    world.emit(project.id, { event: "interview_changed", interview: next.interview.id });
    return next;
  };
  const said = (view: InterviewView, speaker: "person" | "agent", text: string) => [
    ...view.remarks,
    { id: view.remarks.length + 1, speaker, text, at_ms: world.now() },
  ];
  const over = (project: FakeProject, view: InterviewView, state: "accepted" | "ended") =>
    change(project, view, {
      interview: { ...view.interview, state, ended_at_ms: world.now() },
      activity: "idle",
      question: [],
      partial: "",
    });
  return {
    interview_get: ({ project }) => projectOf(world, project).interview,
    interview_start: ({ project: id, spec, text, model = null, budget_usd, rehearsal = null }) => {
      const project = projectOf(world, id);
      if (project.interview?.interview.state === "open") fail("conflict", "An interview goes on already.");
      const view: InterviewView = {
        interview: {
          id: (project.interview?.interview.id ?? 0) + 1,
          spec,
          state: "open",
          rehearsal,
          model,
          budget_usd: budget_usd ?? 5,
          cost_usd: 0.02,
          started_at_ms: world.now(),
          ended_at_ms: null,
        },
        remarks: [{ id: 1, speaker: "person", text, at_ms: world.now() }],
        activity: "idle",
        partial: "",
        doing: null,
        retrying: null,
        question: [],
        problem: null,
        draft: FIRST,
        check: checkSpec(FIRST),
      };
      return change(project, view, { remarks: said(view, "agent", "Good. **Who** shall use it?") });
    },
    interview_send: ({ project: id, text, answers, budget_usd }) => {
      const { project, view } = open(id);
      const words = text ?? answers?.join("\n") ?? fail("bad_input", "Give text or answers.");
      const interview = { ...view.interview, budget_usd: budget_usd ?? view.interview.budget_usd };
      const heard = { ...view, remarks: said(view, "person", words), interview, problem: null };
      if (view.activity !== "asking" && view.remarks.length < 4)
        return change(project, heard, {
          remarks: said(heard, "agent", STORAGE.label),
          activity: "asking",
          question: [STORAGE],
        });
      const stack = `<technology_stack>${words}</technology_stack>`;
      return change(project, heard, {
        remarks: said(heard, "agent", "The draft has what is needed to begin."),
        activity: "idle",
        question: [],
        draft: view.draft.replace("</overview>", `</overview>\n\n${stack}`),
      });
    },
    interview_stop: ({ project: id }) => {
      const { project, view } = open(id);
      return change(project, view, { activity: "idle", question: [], partial: "", doing: null });
    },
    interview_accept: ({ project: id, draft }) => {
      const { project, view } = open(id);
      if (draft !== view.draft) {
        fail("conflict", "the draft is another one than you looked at: look at it again, then accept it");
      }
      const spec = viewOf(view.interview.spec, view.draft, world.now());
      project.specs = [...project.specs.filter((one) => one.name !== spec.name), spec];
      project.has_spec = true;
      world.emit(id, { event: "specs_changed" });
      return { interview: over(project, view, "accepted"), spec, told: null };
    },
    interview_end: ({ project: id }) => {
      const { project, view } = open(id);
      return over(project, view, "ended");
    },
  };
}
