import {
  Navigate,
  type RouterHistory,
  createRootRoute,
  createRoute,
  createRouter,
  notFound,
  redirect,
} from "@tanstack/react-router";
import { lazy } from "react";
import { Gate } from "@/account/Gate.tsx";
import { BoardPage } from "@/board/BoardPage.tsx";
import { boardSearch } from "@/board/search.ts";
import { homeSearch, newProjectSearch } from "@/project/search.ts";
import { checkpointsSearch, reviewSearch } from "@/review/search.ts";
import { MissionStrip } from "@/session/MissionStrip.tsx";
import { RequestCards } from "@/session/RequestCards.tsx";
import { runSearch, transcriptSearch } from "@/session/search.ts";
import { settingsSearch } from "@/settings/search.ts";
import { SetupNotice } from "@/settings/SetupNotice.tsx";
import { wholeSkeleton } from "@/spec/parts.ts";
import { specsSearch } from "@/spec/search.ts";
import { ErrorPage } from "./ErrorPage.tsx";
import { Layout } from "./Layout.tsx";
import { NotFoundPage } from "./NotFoundPage.tsx";
import { PendingPage } from "./PendingPage.tsx";
import { ProjectGate } from "./ProjectGate.tsx";

/** A whole number in the path; any other text leads to the page that says there is no such page. */
function idOf(text: string): number {
  const id = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(id)) throw notFound();
  return id;
}

const root = createRootRoute({
  component: function Root() {
    return (
      <Gate>
        <Layout />
      </Gate>
    );
  },
  notFoundComponent: NotFoundPage,
});

/** Ways in lead on to the projects for whoever is in already. */
const wayIn = (path: "/login" | "/pair") =>
  createRoute({ getParentRoute: () => root, path, component: () => <Navigate to="/" replace /> });
const login = wayIn("/login");
const pair = wayIn("/pair");

const HomePage = lazy(async () => ({ default: (await import("@/project/HomePage.tsx")).HomePage }));
const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  validateSearch: homeSearch,
  component: function HomeRoute() {
    return <HomePage notice={<SetupNotice />} />;
  },
});

const setup = createRoute({
  getParentRoute: () => root,
  path: "/setup",
  component: lazy(async () => ({ default: (await import("@/settings/SetupPage.tsx")).SetupPage })),
});

const NewProjectPage = lazy(async () => ({ default: (await import("@/project/NewProjectPage.tsx")).NewProjectPage }));
const SpecField = lazy(async () => ({ default: (await import("@/spec/SpecField.tsx")).SpecField }));
const newProject = createRoute({
  getParentRoute: () => root,
  path: "/new",
  validateSearch: newProjectSearch,
  component: function NewProjectRoute() {
    return <NewProjectPage SpecField={SpecField} skeleton={wholeSkeleton()} />;
  },
});

const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  validateSearch: settingsSearch,
  component: lazy(async () => {
    const [{ SettingsPage }, { useAccessSections }] = await Promise.all([
      import("@/settings/SettingsPage.tsx"),
      import("@/account/sections.tsx"),
    ]);
    return {
      default: function SettingsRoute() {
        return <SettingsPage more={useAccessSections()} />;
      },
    };
  }),
});

const sandbox = createRoute({
  getParentRoute: () => root,
  path: "/sandbox",
  component: lazy(async () => ({ default: (await import("@/settings/SandboxPage.tsx")).SandboxPage })),
});

const project = createRoute({
  getParentRoute: () => root,
  path: "/p/$project",
  params: {
    parse: ({ project: text }) => ({ project: idOf(text) }),
    stringify: ({ project: id }) => ({ project: String(id) }),
  },
  component: function ProjectRoute() {
    return <ProjectGate project={project.useParams().project} />;
  },
});

const projectHome = createRoute({
  getParentRoute: () => project,
  path: "/",
  beforeLoad: ({ params }) => {
    throw redirect({ to: "/p/$project/board", params, replace: true });
  },
});

const board = createRoute({
  getParentRoute: () => project,
  path: "board",
  validateSearch: boardSearch,
  component: function BoardRoute() {
    const params = project.useParams();
    return (
      <BoardPage
        key={params.project}
        project={params.project}
        strip={
          <>
            <MissionStrip project={params.project} />
            <RequestCards project={params.project} />
          </>
        }
      />
    );
  },
});

const GraphPage = lazy(async () => ({ default: (await import("@/board/GraphPage.tsx")).GraphPage }));
const graph = createRoute({
  getParentRoute: () => project,
  path: "graph",
  validateSearch: boardSearch,
  component: function GraphRoute() {
    return <GraphPage project={project.useParams().project} />;
  },
});

const FeaturePage = lazy(async () => ({ default: (await import("@/board/FeaturePage.tsx")).FeaturePage }));
const feature = createRoute({
  getParentRoute: () => project,
  path: "feature/$feature",
  params: {
    parse: ({ feature: text }) => ({ feature: idOf(text) }),
    stringify: ({ feature: id }) => ({ feature: String(id) }),
  },
  component: function FeatureRoute() {
    const params = feature.useParams();
    return <FeaturePage key={params.feature} project={params.project} feature={params.feature} />;
  },
});

const RunPage = lazy(async () => ({ default: (await import("@/session/RunPage.tsx")).RunPage }));
const run = createRoute({
  getParentRoute: () => project,
  path: "run",
  validateSearch: runSearch,
  component: function RunRoute() {
    return <RunPage project={project.useParams().project} />;
  },
});

const RunHistoryPage = lazy(async () => ({ default: (await import("@/session/RunHistoryPage.tsx")).RunHistoryPage }));
const runs = createRoute({
  getParentRoute: () => project,
  path: "runs",
  validateSearch: runSearch,
  component: function RunsRoute() {
    return <RunHistoryPage project={project.useParams().project} />;
  },
});

const TranscriptPage = lazy(async () => ({ default: (await import("@/session/TranscriptPage.tsx")).TranscriptPage }));
const transcript = createRoute({
  getParentRoute: () => project,
  path: "transcript",
  validateSearch: transcriptSearch,
  component: function TranscriptRoute() {
    return <TranscriptPage project={project.useParams().project} />;
  },
});

const ReviewPage = lazy(async () => ({ default: (await import("@/review/ReviewPage.tsx")).ReviewPage }));
const review = createRoute({
  getParentRoute: () => project,
  path: "review",
  validateSearch: reviewSearch,
  component: function ReviewRoute() {
    return <ReviewPage project={project.useParams().project} />;
  },
});

const CheckpointsPage = lazy(async () => ({ default: (await import("@/review/CheckpointsPage.tsx")).CheckpointsPage }));
const checkpoints = createRoute({
  getParentRoute: () => project,
  path: "checkpoints",
  validateSearch: checkpointsSearch,
  component: function CheckpointsRoute() {
    return <CheckpointsPage project={project.useParams().project} />;
  },
});

const SpecsPage = lazy(async () => ({ default: (await import("@/spec/SpecsPage.tsx")).SpecsPage }));
const specs = createRoute({
  getParentRoute: () => project,
  path: "specs",
  validateSearch: specsSearch,
  component: function SpecsRoute() {
    return <SpecsPage project={project.useParams().project} />;
  },
});

const HealthPage = lazy(async () => ({ default: (await import("@/project/HealthPage.tsx")).HealthPage }));
const health = createRoute({
  getParentRoute: () => project,
  path: "health",
  component: function HealthRoute() {
    return <HealthPage project={project.useParams().project} />;
  },
});

const ProjectSettingsPage = lazy(async () => ({
  default: (await import("@/settings/ProjectSettingsPage.tsx")).ProjectSettingsPage,
}));
const projectSettings = createRoute({
  getParentRoute: () => project,
  path: "settings",
  validateSearch: settingsSearch,
  component: function ProjectSettingsRoute() {
    return <ProjectSettingsPage project={project.useParams().project} />;
  },
});

const routeTree = root.addChildren([
  home,
  login,
  pair,
  setup,
  newProject,
  settings,
  sandbox,
  project.addChildren([
    projectHome,
    board,
    graph,
    feature,
    run,
    runs,
    transcript,
    review,
    checkpoints,
    specs,
    health,
    projectSettings,
  ]),
]);

/** The router over every page. `history` is the browser's unless a test gives another. */
export function createAppRouter(history?: RouterHistory) {
  return createRouter({
    routeTree,
    ...(history ? { history } : {}),
    defaultPreload: "intent",
    defaultErrorComponent: ErrorPage,
    defaultPendingComponent: PendingPage,
    defaultNotFoundComponent: NotFoundPage,
    scrollRestoration: false,
    // What a page does not know of the URL must not reach it: a `run` that is no number would be asked for.
    search: { strict: true },
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createAppRouter>;
  }
}
