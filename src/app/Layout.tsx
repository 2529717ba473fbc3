import { Outlet, useNavigate, useParams } from "@tanstack/react-router";
import { useCallback, useEffect, useState } from "react";
import { create } from "zustand";
import { persist } from "zustand/middleware";
import type { AppSettings, Theme } from "@/api/bindings.ts";
import { useApiMutation, useApiQuery } from "@/api/context.tsx";
import { useAction, useActions } from "@/ui/actions.ts";
import { Drawer } from "@/ui/Drawer.tsx";
import { WindowTitle } from "@/ui/Page.tsx";
import { toast } from "@/ui/toast.ts";
import { Toaster } from "@/ui/Toaster.tsx";
import { useNarrow } from "@/ui/useNarrow.ts";
import { BottomBar } from "./BottomBar.tsx";
import { ConnectionBanner } from "./Connection.tsx";
import { Celebration } from "./Celebration.tsx";
import { HostRequests } from "./HostRequests.tsx";
import { text } from "./messages.ts";
import { Palette } from "./Palette.tsx";
import { Shortcuts } from "./Shortcuts.tsx";
import { Sidebar } from "./Sidebar.tsx";
import { useResolvedTheme } from "./theme.ts";

type LayoutState = { isSidebarShown: boolean };

const useLayout = create<LayoutState>()(persist<LayoutState>(() => ({ isSidebarShown: true }), { name: "layout" }));

/** What surrounds every page. */
export function Layout() {
  const isSidebarShown = useLayout((state) => state.isSidebarShown);
  const isNarrow = useNarrow();
  const [isMenuOpen, setMenuOpen] = useState(false);
  useAction("app.sidebar", () => {
    if (isNarrow) setMenuOpen((isOpen) => !isOpen);
    else useLayout.setState((state) => ({ isSidebarShown: !state.isSidebarShown }));
  });
  const settings = useApiQuery("app_settings_read", null);
  useAppliedSettings(settings.data);
  useNavigationActions(settings.data);
  const windowTitle = useWindowTitle();
  return (
    <div className="flex h-full flex-col pt-[env(safe-area-inset-top)] pr-[env(safe-area-inset-right)] pl-[env(safe-area-inset-left)]">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2 focus:rounded-md focus:bg-raised focus:px-3 focus:py-2"
      >
        {text.skip}
      </a>
      <ConnectionBanner />
      <div className="flex min-h-0 flex-1">
        {isSidebarShown && !isNarrow && <Sidebar />}
        <main id="main" tabIndex={-1} className="flex min-h-0 min-w-0 flex-1 flex-col bg-panel outline-none">
          <WindowTitle value={windowTitle}>
            <Outlet />
          </WindowTitle>
        </main>
      </div>
      {isNarrow && (
        <>
          <BottomBar onMenu={() => setMenuOpen(true)} />
          <Drawer isOpen={isMenuOpen} onClose={() => setMenuOpen(false)} title={text.navigation}>
            <Sidebar />
          </Drawer>
        </>
      )}
      <Palette />
      <Shortcuts />
      <HostRequests />
      <Celebration />
      <Toaster label={text.notifications} closeLabel={text.dismiss} />
    </div>
  );
}

/** Page, project and product; before them how much waits for a person, so that a glance at the window list is enough. */
function useWindowTitle(): (page: string) => string {
  const { project } = useParams({ strict: false });
  const projects = useApiQuery("project_list", null);
  const name = projects.data?.find((one) => one.id === project)?.name;
  const waits = projects.data?.reduce((sum, one) => sum + Math.max(one.counts.needs_you, one.open_requests), 0) ?? 0;
  return useCallback(
    (page) => `${waits > 0 ? `(${waits}) ` : ""}${[page, name, text.name].filter(Boolean).join(" · ")}`,
    [name, waits],
  );
}

function useAppliedSettings(settings: AppSettings | undefined) {
  const theme = useResolvedTheme(settings?.theme ?? "system");
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
  }, [theme]);
  const shortcuts = settings?.shortcuts;
  useEffect(() => {
    if (shortcuts) useActions.setState({ chosen: shortcuts });
  }, [shortcuts]);
}

function useNavigationActions(settings: AppSettings | undefined) {
  const navigate = useNavigate();
  const { project } = useParams({ strict: false });
  const isOpen = project !== undefined;
  const params = { project: project ?? 0 };
  const theme = useResolvedTheme(settings?.theme ?? "system");
  const write = useApiMutation("app_settings_write", { failureTitle: "The theme was not kept" });
  const projects = useApiQuery("project_list", null);

  useAction("app.settings", () => void navigate({ to: "/settings" }));
  useAction("go.projects", () => void navigate({ to: "/" }));
  useAction("go.new", () => void navigate({ to: "/new" }));
  useAction("go.board", () => void navigate({ to: "/p/$project/board", params }), isOpen);
  useAction("go.graph", () => void navigate({ to: "/p/$project/graph", params }), isOpen);
  useAction("go.run", () => void navigate({ to: "/p/$project/run", params }), isOpen);
  useAction("go.transcript", () => void navigate({ to: "/p/$project/transcript", params }), isOpen);
  useAction("go.review", () => void navigate({ to: "/p/$project/review", params }), isOpen);
  useAction("go.checkpoints", () => void navigate({ to: "/p/$project/checkpoints", params }), isOpen);
  useAction("go.specs", () => void navigate({ to: "/p/$project/specs", params }), isOpen);
  useAction("go.health", () => void navigate({ to: "/p/$project/health", params }), isOpen);
  useAction(
    "app.theme",
    () => {
      const next: Theme = theme === "light" ? "dark" : "light";
      if (settings) write.mutate({ ...settings, theme: next });
    },
    settings !== undefined,
  );
  useAction("app.attention", () => {
    const waiting = projects.data?.find((one) => one.open_requests > 0 || one.counts.needs_you > 0);
    if (waiting) void navigate({ to: "/p/$project/run", params: { project: waiting.id } });
    else toast({ title: text.nothingNeedsYou });
  });
}
