import { checkSpec, viewOf } from "./spec-texts.ts";
import { type Handlers, type World, fail, projectOf } from "./world.ts";

type SpecName = Extract<keyof Handlers, `spec_${string}`>;

export function specHandlers(world: World): Pick<Handlers, SpecName> {
  const history = new Map<string, { version: number; text: string; score: number; at_ms: number }[]>();
  return {
    spec_list: ({ project }) => projectOf(world, project).specs,
    spec_write: ({ project: id, name, text, over }) => {
      const project = projectOf(world, id);
      if (!/^[\w-]+$/.test(name))
        fail("bad_input", `${name} cannot be the name of a specification.`, "Use letters, digits and hyphens.");
      const before = project.specs.find((one) => one.name === name);
      if (typeof over === "string" && over !== (before?.revision ?? ""))
        fail("conflict", "It changed since you read it.", "Read it again.");
      if (before) {
        const key = `${id}/${name}`;
        const versions = history.get(key) ?? [];
        history.set(key, [
          {
            version: versions.length + 1,
            text: before.text,
            score: before.check.score,
            at_ms: before.updated_at_ms ?? 0,
          },
          ...versions,
        ]);
      }
      const view = viewOf(name, text, world.now());
      project.specs = before ? project.specs.map((one) => (one === before ? view : one)) : [...project.specs, view];
      project.has_spec = true;
      world.emit(id, { event: "specs_changed" });
      const last = project.runs.at(-1);
      const isRunning = last !== undefined && last.end === null;
      return { spec: view, told: isRunning ? "The run goes on with the text that it began with." : null };
    },
    spec_check: ({ text }) => checkSpec(text),
    spec_delete: ({ project: id, name }) => {
      const project = projectOf(world, id);
      project.specs = project.specs.filter((one) => one.name !== name);
      world.emit(id, { event: "specs_changed" });
      return null;
    },
    spec_history: ({ project: id, name }) => {
      const now = projectOf(world, id).specs.find((one) => one.name === name);
      const versions = history.get(`${id}/${name}`) ?? [];
      return now
        ? [
            { version: versions.length + 1, text: now.text, score: now.check.score, at_ms: now.updated_at_ms ?? 0 },
            ...versions,
          ]
        : versions;
    },
    spec_coverage: ({ project: id }) => {
      const project = projectOf(world, id);
      const cards = [...project.cards.values()];
      return project.specs.flatMap((spec) =>
        spec.text
          .split("\n")
          .filter((line) => line.startsWith("- "))
          .map((line, at) => {
            const features = cards.slice(at * 3, at * 3 + (at % 3)).map(({ id: card, name, status, progress }) => ({
              id: card,
              name,
              status,
              is_proven: progress === "passing",
            }));
            return {
              spec: spec.name,
              section: "Features",
              text: line.slice(2),
              features,
              is_covered: features.length > 0,
              is_done: features.length > 0 && features.every((one) => one.is_proven),
            };
          }),
      );
    },
  };
}
