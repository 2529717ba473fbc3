import type { FeatureCard, FeatureDetail, FeatureLink, Feature, NewFeature, Status } from "../bindings.ts";
import { compareInQueue } from "../queue.ts";
import { PROGRESS_OF, block, cardOf } from "./cards.ts";
import { type FakeProject, type Handlers, type World, fail, numbering, projectOf } from "./world.ts";

type BoardName = Extract<keyof Handlers, `feature_${string}` | `image_${string}` | "bug_report" | "dependency_set">;

function cardIn(project: FakeProject, id: number): FeatureCard {
  return project.cards.get(id) ?? fail("not_found", `There is no card ${id}.`, "It may have been deleted.");
}

/** Cards in the order in which they would be worked on. */
export function queueOf(project: FakeProject): FeatureCard[] {
  return [...project.cards.values()].sort(compareInQueue);
}

function featureOf(project: FakeProject, card: FeatureCard): Feature {
  return {
    ...card,
    description:
      project.descriptions.get(card.id) ??
      `${card.name}. The list shows fifty entries at a time, newest first, and says so when there is none. Whoever may read the project may use it.`,
    steps: project.steps(card.id),
    model: null,
    checks: [],
    lease: card.session ? { session: card.session, run: 1, expires_at_ms: card.updated_at_ms + 600_000 } : null,
    created_at_ms: card.updated_at_ms - 86_400_000,
  };
}

const linkOf = ({ id, name, kind, status }: FeatureCard): FeatureLink => ({ id, name, kind, status });

/** The circle that `needs` would close at `feature`, from the card back to itself. */
function circleOf(cards: ReadonlyMap<number, FeatureCard>, feature: number, needs: readonly number[]): number[] | null {
  const from = new Map<number, number>();
  const open = [...needs];
  for (const id of needs) from.set(id, feature);
  while (open.length > 0) {
    const id = open.pop() ?? feature;
    if (id === feature) {
      const path = [feature];
      for (let at = from.get(feature); at !== undefined && at !== feature; at = from.get(at)) path.push(at);
      return [...path, feature].reverse();
    }
    for (const next of cards.get(id)?.dependencies ?? []) {
      if (from.has(next)) continue;
      from.set(next, id);
      open.push(next);
    }
  }
  return null;
}

export function boardHandlers(world: World): Pick<Handlers, BoardName> {
  const nextRemoval = numbering();
  const nextImage = numbering();
  const edited = (project: FakeProject, features: number[]) => {
    block(project.cards.values());
    world.emit(project.id, { event: "features_edited", features });
  };

  /** A card is replaced and never changed in place, as an answer over a wire would be. */
  const replace = (project: FakeProject, id: number, change: Partial<FeatureCard>) => {
    const card = { ...cardIn(project, id), ...change, updated_at_ms: world.now() };
    project.cards.set(id, card);
    return card;
  };

  const become = (project: FakeProject, id: number, status: Status, reason: string) => {
    const progress = PROGRESS_OF[status];
    const card = replace(project, id, { status, progress, note: null, open_request: null, session: null });
    block(project.cards.values());
    world.emit(project.id, { event: "feature_changed", feature: id, name: card.name, kind: card.kind, status, reason });
    return featureOf(project, card);
  };

  const create = (project: FakeProject, wanted: NewFeature): Feature => {
    if (wanted.name.trim() === "") fail("bad_input", "A card needs a name.");
    const id = Math.max(0, ...project.cards.keys()) + 1;
    const circle = circleOf(project.cards, id, wanted.dependencies);
    if (circle) fail("bad_input", `#${id} cannot depend on itself.`);
    const card = cardOf({
      id,
      kind: wanted.kind,
      status: wanted.kind === "bug" ? "open" : "pending",
      category: wanted.category,
      layer: wanted.layer ?? 8,
      dependencies: wanted.dependencies,
      name: wanted.name,
      now_ms: world.now(),
      random: () => 0,
    });
    if (wanted.priority !== null) card.priority = wanted.priority;
    card.updated_at_ms = world.now();
    project.cards.set(id, card);
    project.descriptions.set(id, wanted.description);
    block(project.cards.values());
    world.emit(project.id, { event: "features_created", features: [id] });
    return featureOf(project, card);
  };

  const skip = (project: FakeProject, id: number) => {
    const last = Math.max(...[...project.cards.values()].map((card) => card.priority));
    const card = replace(project, id, { priority: last + 1, is_pinned: false });
    edited(project, [id]);
    return featureOf(project, card);
  };

  const retry = (project: FakeProject, id: number) => {
    const card = cardIn(project, id);
    if (!["blocked", "needs_input", "failing"].includes(card.status))
      fail("not_possible_now", `#${id} is not waiting for a new try.`);
    replace(project, id, { attempts: 0 });
    return become(project, id, card.kind === "bug" ? "open" : "pending", "a person asked for a new try");
  };

  const reopen = (project: FakeProject, id: number) => {
    const card = cardIn(project, id);
    if (card.progress !== "passing") fail("not_possible_now", `#${id} is not done.`);
    return become(project, id, card.kind === "bug" ? "open" : "pending", "a person reopened it");
  };

  const pin = (project: FakeProject, id: number, is_pinned: boolean) => {
    const card = replace(project, id, { is_pinned });
    edited(project, [id]);
    return featureOf(project, card);
  };

  return {
    feature_list: ({ project }) => queueOf(projectOf(world, project)),
    feature_cards: ({ project, ids }) => {
      const { cards } = projectOf(world, project);
      return ids.flatMap((id) => cards.get(id) ?? []);
    },
    feature_get: ({ project: id, feature }) => detailOf(projectOf(world, id), feature),
    feature_create: ({ project, feature }) => create(projectOf(world, project), feature),
    feature_create_many: ({ project, features }) =>
      features.map((feature) => create(projectOf(world, project), feature)),
    bug_report: ({ project, name, description, steps }) =>
      create(projectOf(world, project), {
        kind: "bug",
        category: "bug",
        name,
        description,
        steps: steps ?? [],
        priority: 0,
        layer: null,
        source_spec: "main",
        parent: null,
        dependencies: [],
        model: null,
        checks: [],
      }),
    image_add: ({ project: id, feature, name, data }) => {
      const project = projectOf(world, id);
      const view = {
        image: { id: nextImage(), name, media_type: "image/png", bytes: data.length, at_ms: world.now() },
        data,
      };
      project.images.push({ feature, view });
      edited(project, [feature]);
      return view.image;
    },
    image_get: ({ project, image }) =>
      projectOf(world, project).images.find(({ view }) => view.image.id === image)?.view ??
      fail("not_found", "There is no such picture."),
    image_remove: ({ project: id, image }) => {
      const project = projectOf(world, id);
      const gone = project.images.find(({ view }) => view.image.id === image);
      project.images = project.images.filter((one) => one !== gone);
      edited(project, gone ? [gone.feature] : []);
      return null;
    },
    feature_edit: ({ project: id, feature, name, category, layer, description, priority }) => {
      const project = projectOf(world, id);
      if (name !== undefined && name !== null && name.trim() === "") fail("bad_input", "A card needs a name.");
      const card = replace(project, feature, {
        ...(name ? { name } : {}),
        ...(category ? { category } : {}),
        ...(typeof layer === "number" ? { layer } : {}),
        ...(typeof priority === "number" ? { priority } : {}),
      });
      if (typeof description === "string") project.descriptions.set(feature, description);
      edited(project, [feature]);
      return featureOf(project, card);
    },
    feature_move: ({ project: id, feature, before, after }) => {
      const project = projectOf(world, id);
      const next = cardIn(project, before ?? after ?? fail("bad_input", "Say before or after which card."));
      const layer = cardIn(project, feature).layer;
      if (next.layer !== layer)
        fail(
          "refused",
          "Cards are moved within their layer.",
          "Pin the card to have it done first, or change its layer.",
        );
      replace(project, feature, { priority: next.priority + (before ? -0.5 : 0.5) });
      edited(project, [feature]);
      return [cardIn(project, feature)];
    },
    feature_pin: ({ project, feature, is_pinned }) => pin(projectOf(world, project), feature, is_pinned),
    feature_skip: ({ project, feature }) => skip(projectOf(world, project), feature),
    feature_retry: ({ project, feature }) => retry(projectOf(world, project), feature),
    feature_reopen: ({ project, feature }) => reopen(projectOf(world, project), feature),
    feature_remove: ({ project: id, features }) => {
      const project = projectOf(world, id);
      const removed = features.map((feature) => cardIn(project, feature));
      if (removed.some((card) => card.progress === "in_progress" && card.session)) {
        fail("not_possible_now", "A session works on one of them.", "Stop the run first.");
      }
      const removal = nextRemoval();
      project.removals.set(removal, removed);
      for (const card of removed) project.cards.delete(card.id);
      edited(project, features);
      return { removal, removed: features, unlinked: [] };
    },
    feature_unremove: ({ project: id, removal }) => {
      const project = projectOf(world, id);
      const back = project.removals.get(removal) ?? fail("not_found", "These cards cannot be brought back any more.");
      project.removals.delete(removal);
      for (const card of back) project.cards.set(card.id, card);
      edited(
        project,
        back.map((card) => card.id),
      );
      return back;
    },
    feature_bulk: ({ project: id, features, action }) => {
      const project = projectOf(world, id);
      const acts = {
        pin: (feature: number) => pin(project, feature, true),
        unpin: (feature: number) => pin(project, feature, false),
        skip: (feature: number) => skip(project, feature),
        retry: (feature: number) => retry(project, feature),
        reopen: (feature: number) => reopen(project, feature),
      };
      const done: number[] = [];
      const refused: { feature: number; why: string }[] = [];
      for (const feature of features) {
        try {
          acts[action](feature);
          done.push(feature);
        } catch (thrown) {
          refused.push({ feature, why: thrown instanceof Error ? thrown.message : String(thrown) });
        }
      }
      return { done, refused };
    },
    dependency_set: ({ project: id, feature, needs }) => {
      const project = projectOf(world, id);
      const circle = circleOf(project.cards, feature, needs);
      if (circle) {
        const named = circle.map((one) => `#${one}`).join(" → ");
        fail(
          "bad_input",
          `#${feature} cannot wait for these cards: that would close the circle ${named}.`,
          "Take one of the links out first.",
        );
      }
      const card = replace(project, feature, { dependencies: [...new Set(needs)].sort((a, b) => a - b) });
      edited(project, [feature]);
      return featureOf(project, card);
    },
    feature_graph: ({ project }) => graphOf(projectOf(world, project)),
    feature_split: ({ text }) =>
      text
        .split(/\n\s*\n|\n(?=[-*\d])/)
        .map((part) => part.replace(/^[-*\d.)\s]+/, "").trim())
        .filter(Boolean)
        .map((part) => ({
          kind: "feature",
          category: "functional",
          name: part.split(/[.\n]/)[0]?.slice(0, 90) ?? part,
          description: part,
          steps: [],
          priority: null,
          layer: null,
          source_spec: "main",
          parent: null,
          dependencies: [],
          model: null,
          checks: [],
        })),
  };
}

function detailOf(project: FakeProject, id: number): FeatureDetail {
  const card = cardIn(project, id);
  const at_ms = card.updated_at_ms;
  const all = [...project.cards.values()];
  const isWorked = card.evidence !== null;
  return {
    feature: featureOf(project, card),
    history: [
      {
        feature: id,
        from: null,
        to: card.kind === "bug" ? "open" : "pending",
        actor: "host",
        reason: "it comes from the specification",
        run: 1,
        at_ms: at_ms - 7_200_000,
      },
      ...(isWorked
        ? [
            {
              feature: id,
              from: "pending" as const,
              to: "in_progress" as const,
              actor: "host",
              reason: "claimed by session 4",
              run: 1,
              at_ms: at_ms - 900_000,
            },
            {
              feature: id,
              from: "in_progress" as const,
              to: card.status,
              actor: "host",
              reason: card.note ?? "every check succeeded",
              run: 1,
              at_ms,
            },
          ]
        : []),
    ],
    images: project.images.filter((one) => one.feature === id).map(({ view }) => view.image),
    edits: [],
    evidence: isWorked
      ? [
          {
            id: id * 10,
            feature: id,
            run: 1,
            is_passing: card.progress === "passing",
            results: [
              {
                check: { kind: "type_check", command: "npx tsc --noEmit", origin: "package.json" },
                exit_code: 0,
                duration_ms: 4200,
                output_tail: "",
                tests_run: null,
                is_timed_out: false,
              },
              {
                check: { kind: "test", command: "npm test", origin: "package.json scripts.test" },
                exit_code: card.progress === "passing" ? 0 : 1,
                duration_ms: 12_400,
                output_tail:
                  card.progress === "passing"
                    ? "Tests  41 passed (41)\n"
                    : "FAIL export.test.ts > the last row is kept\nexpected 50, received 49\n\nTests  2 failed | 39 passed (41)\n",
                tests_run: 41,
                is_timed_out: false,
              },
            ],
            skipped: [],
            is_quick: false,
            commit: card.progress === "passing" ? "3f9c2ab41d07c9e51b6a8f7d0e2c4b6a8d0f1e23" : null,
            warnings:
              (card.evidence?.warnings ?? 0) > 0
                ? ["One test was skipped that ran before: export.test.ts > keeps the order."]
                : [],
            sandbox: "full",
            at_ms,
          },
        ]
      : [],
    requests: [],
    sessions:
      isWorked || card.session
        ? project.sessions.filter((session) => session.feature === id || session.id === card.session)
        : [],
    commits:
      card.progress === "passing"
        ? [{ commit: "3f9c2ab41d07c9e51b6a8f7d0e2c4b6a8d0f1e23", subject: card.name, at_ms }]
        : [],
    fixes: all.filter((one) => one.parent === id).map(linkOf),
    blocked_by: card.blocked_by.flatMap((one) => project.cards.get(one) ?? []).map(linkOf),
    dependents: all.filter((one) => one.dependencies.includes(id)).map(linkOf),
  };
}

function graphOf(project: FakeProject): ReturnType<Handlers["feature_graph"]> {
  const cards = [...project.cards.values()];
  const dependents = new Map<number, number[]>();
  for (const card of cards)
    for (const need of card.dependencies) dependents.set(need, [...(dependents.get(need) ?? []), card.id]);
  const depths = new Map<number, number>();
  const before = new Map<number, number>();
  // Cards of a made-up project only need cards with smaller numbers.
  for (const card of [...cards].sort((a, b) => a.id - b.id)) {
    let depth = 0;
    for (const need of card.dependencies) {
      // What is done holds nothing up any more.
      if (project.cards.get(need)?.progress === "passing") continue;
      const through = (depths.get(need) ?? 0) + 1;
      if (through > depth) {
        depth = through;
        before.set(card.id, need);
      }
    }
    depths.set(card.id, depth);
  }
  const open = cards.filter((card) => card.progress !== "passing");
  let last = open.reduce<number | undefined>(
    (best, card) => (best === undefined || (depths.get(card.id) ?? 0) > (depths.get(best) ?? 0) ? card.id : best),
    undefined,
  );
  const critical_path: number[] = [];
  while (last !== undefined && project.cards.get(last)?.progress !== "passing") {
    critical_path.unshift(last);
    last = before.get(last);
  }
  return {
    nodes: cards.map(({ id, name, kind, status, progress, layer }) => ({
      id,
      name,
      kind,
      status,
      progress,
      layer,
      depth: depths.get(id) ?? 0,
      unblocks: dependents.get(id)?.length ?? 0,
    })),
    edges: cards.flatMap((card) => [
      ...card.dependencies.map((needs) => ({ feature: card.id, needs, is_fix: false })),
      ...(card.parent === null ? [] : [{ feature: card.parent, needs: card.id, is_fix: true }]),
    ]),
    critical_path,
  };
}
