import type { ProjectSummary, PromptView } from "../bindings.ts";
import { runBrief } from "./run.ts";
import { type FakeProject, type Handlers, type World, fail, makeProject, projectOf } from "./world.ts";

type GeneralName = Extract<
  keyof Handlers,
  | `project_${string}`
  | `prompt_${string}`
  | `policy_${string}`
  | `app_settings_${string}`
  | `api_key_${string}`
  | "setup_status"
  | "login_command"
  | "payer_set"
  | "sandbox_prove"
  | "directory_list"
  | "rehearsal_list"
>;

function summaryOf(project: FakeProject): ProjectSummary {
  const counts = { done: 0, total: 0, needs_you: 0, blocked: 0 };
  for (const { progress } of project.cards.values()) {
    counts.total += 1;
    if (progress === "passing") counts.done += 1;
    if (progress === "needs_input") counts.needs_you += 1;
    if (progress === "blocked") counts.blocked += 1;
  }
  return {
    id: project.id,
    name: project.name,
    path: project.path,
    is_missing: project.problem !== null,
    problem: project.problem,
    counts,
    run: runBrief(project),
    open_requests: project.requests.filter(({ request }) => request.state === "pending").length,
    has_spec: project.has_spec,
    is_rehearsal: project.is_rehearsal,
    opened_at_ms: project.opened_at_ms,
  };
}

const PROMPTS = ["coding_prompt", "initializer_prompt", "testing_prompt", "analysis_prompt"];

function promptOf(project: FakeProject, name: string): PromptView {
  const default_text = `You work on {{project}}.\n\nTake the feature that is next, and stop when its checks succeed.\n`;
  const own = project.prompts.get(name);
  return {
    name,
    text: own ?? default_text,
    default_text,
    is_overridden: own !== undefined,
    placeholders: ["project", "feature"],
  };
}

export function generalHandlers(world: World): Pick<Handlers, GeneralName> {
  const add = (name: string, cards: number, isRehearsal = false) => {
    const id = Math.max(0, ...world.projects.keys()) + 1;
    const project = makeProject(id, { name, cards, isRehearsal });
    project.opened_at_ms = world.now();
    world.projects.set(id, project);
    world.emit(id, { event: "projects_changed" });
    return project;
  };
  const settingsChanged = (project = 0) => world.emit(project, { event: "settings_changed" });
  const policyOf = (project: FakeProject) => ({
    files: [
      { scope: "project", path: `${project.path}/.harness/policy.yaml`, entries: project.policy, is_writable: true },
    ],
    rules: [
      { id: "path.outside", words: "Nothing outside the project is read or written." },
      { id: "git.history", words: "History that was pushed is not rewritten." },
      { id: "network.unknown", words: "Only package registries are reached." },
    ],
    problem: null,
  });

  return {
    setup_status: () => world.setup,
    login_command: () => ({ program: "claude", args: ["auth", "login"] }),
    payer_set: ({ payer }) => {
      world.setup = { ...world.setup, keychain: { ...world.setup.keychain, payer } };
      settingsChanged();
      return null;
    },
    api_key_set: ({ key }) => {
      if (!key.startsWith("sk-"))
        fail("bad_input", "This is not an API key.", "Keys start with sk-; copy it from the console again.");
      world.setup = { ...world.setup, keychain: { ...world.setup.keychain, has_key: true } };
      settingsChanged();
      return null;
    },
    api_key_remove: () => {
      world.setup = { ...world.setup, keychain: { ...world.setup.keychain, has_key: false } };
      settingsChanged();
      return null;
    },
    sandbox_prove: () => ({
      attempts: [
        { id: "read_home", title: "Read a file of the home directory", is_held: true, detail: "no such file", ms: 41 },
        {
          id: "write_outside",
          title: "Write outside the project",
          is_held: true,
          detail: "read-only file system",
          ms: 38,
        },
        {
          id: "network",
          title: "Reach a server that is not allowed",
          is_held: true,
          detail: "connection refused",
          ms: 112,
        },
        { id: "escape_link", title: "Follow a link that leads outside", is_held: true, detail: "no such file", ms: 44 },
        { id: "kill_host", title: "Send a signal to the host", is_held: true, detail: "no such process", ms: 36 },
      ],
      held: 5,
      total: 5,
      level: "full",
    }),
    app_settings_read: () => world.settings,
    app_settings_write: (settings) => {
      world.settings = settings;
      settingsChanged();
      return settings;
    },
    project_list: () => [...world.projects.values()].sort((a, b) => b.opened_at_ms - a.opened_at_ms).map(summaryOf),
    project_get: ({ project }) => summaryOf(projectOf(world, project)),
    project_create: ({ name, spec_text }) => {
      if (!/^[\w.-]+$/.test(name))
        fail("bad_input", `${name} cannot be the name of a folder.`, "Use letters, digits, dots and hyphens.");
      if ([...world.projects.values()].some((one) => one.name === name))
        fail("conflict", `There is a project ${name} already.`);
      const project = add(name, 0);
      project.has_spec = Boolean(spec_text);
      return summaryOf(project);
    },
    project_open: ({ path }) => summaryOf(add(path.split("/").at(-1) || "project", 0)),
    project_touch: ({ project: id }) => {
      const project = projectOf(world, id);
      project.opened_at_ms = world.now();
      return summaryOf(project);
    },
    project_demo: () => summaryOf(add("to-do", 12, true)),
    project_import: ({ path }) => ({
      project: summaryOf(add(path.split("/").at(-1) || "imported", 40)),
      features: 40,
      remarks: [],
    }),
    project_rename: ({ project: id, name }) => {
      const project = projectOf(world, id);
      project.name = name;
      world.emit(id, { event: "projects_changed" });
      return summaryOf(project);
    },
    project_forget: ({ project }) => {
      world.projects.delete(projectOf(world, project).id);
      world.emit(project, { event: "projects_changed" });
      return null;
    },
    project_delete: ({ project, confirm_name }) => {
      if (projectOf(world, project).name !== confirm_name) fail("bad_input", "The name does not match.");
      world.projects.delete(project);
      world.emit(project, { event: "projects_changed" });
      return null;
    },
    project_settings_read: ({ project: id }) => {
      const { settings } = projectOf(world, id);
      return {
        settings,
        checks: settings.checks?.length
          ? settings.checks
          : [{ kind: "test", command: "npm test", origin: "package.json scripts.test" }],
        check_problems: [],
        required_sandbox: settings.required_sandbox ?? "full",
      };
    },
    project_settings_write: ({ project: id, settings }) => {
      const project = projectOf(world, id);
      project.settings = settings;
      settingsChanged(id);
      return {
        settings,
        checks: settings.checks ?? [],
        check_problems: [],
        required_sandbox: settings.required_sandbox ?? "full",
      };
    },
    project_health: ({ project: id }) => {
      const project = projectOf(world, id);
      return [
        {
          id: "folder",
          title: "Folder",
          state: project.problem ? "problem" : "ok",
          detail: project.problem ?? project.path,
          fix: project.problem ? "Open the folder at its new place." : null,
        },
        { id: "git", title: "Git repository", state: "ok", detail: "on main, nothing uncommitted", fix: null },
        {
          id: "spec",
          title: "Specification",
          state: project.has_spec ? "ok" : "warning",
          detail: project.has_spec ? "score 86 of 100" : "there is none",
          fix: project.has_spec ? null : "Write what is to be built under Specs.",
        },
        { id: "claude", title: "Claude CLI", state: "ok", detail: "2.1.197, signed in", fix: null },
        { id: "sandbox", title: "Sandbox", state: "ok", detail: "full", fix: null },
        {
          id: "disk",
          title: "Disk space",
          state: "warning",
          detail: "3.1 GiB free",
          fix: "Free some space: a run needs about 5 GiB.",
        },
      ];
    },
    prompt_list: ({ project }) => PROMPTS.map((name) => promptOf(projectOf(world, project), name)),
    prompt_write: ({ project: id, name, text }) => {
      const project = projectOf(world, id);
      project.prompts.set(name, text);
      world.emit(id, { event: "specs_changed" });
      return promptOf(project, name);
    },
    prompt_reset: ({ project: id, name }) => {
      const project = projectOf(world, id);
      project.prompts.delete(name);
      world.emit(id, { event: "specs_changed" });
      return promptOf(project, name);
    },
    policy_view: ({ project }) => policyOf(projectOf(world, project)),
    policy_check: ({ project, command }) => {
      const own = projectOf(world, project).policy.find(({ entry }) => command.startsWith(entry));
      if (own)
        return { verdict: own.effect, rule: `project: ${own.entry}`, reason: "The project's own policy says so." };
      if (/^rm\s+-\w*r\w*\s+[/~]/.test(command))
        return { verdict: "deny", rule: "path.outside", reason: "Nothing outside the project is removed." };
      if (/^(sudo|curl|wget)\b/.test(command))
        return { verdict: "deny", rule: "command.unknown", reason: "This command is on no list." };
      if (command.startsWith("git push"))
        return { verdict: "ask", rule: "git.publish", reason: "What leaves the machine is left to a person." };
      return { verdict: "allow", rule: "command.known", reason: "It is on the built-in list." };
    },
    policy_entry_add: ({ project: id, effect, entry }) => {
      const project = projectOf(world, id);
      project.policy = [...project.policy, { effect, entry }];
      settingsChanged(id);
      return policyOf(project);
    },
    policy_entry_remove: ({ project: id, effect, entry }) => {
      const project = projectOf(world, id);
      project.policy = project.policy.filter((one) => one.effect !== effect || one.entry !== entry);
      settingsChanged(id);
      return policyOf(project);
    },
    directory_list: ({ path }) => {
      const at = path ?? "/projects";
      const entries = ["code", "documents", "notes"].map((name) => ({
        name,
        path: `${at}/${name}`,
        is_project: false,
        is_repository: name === "code",
      }));
      return {
        path: at,
        parent: at === "/projects" ? null : at.slice(0, at.lastIndexOf("/")),
        may_be_project: at !== "/projects",
        entries,
      };
    },
    rehearsal_list: () => [
      { name: "todo", title: "A to-do list, feature by feature" },
      { name: "rate_limited", title: "A run that meets a rate limit" },
    ],
  };
}
