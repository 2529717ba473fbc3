import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useApiMutation } from "@/api/context.tsx";
import { toast } from "@/ui/toast.ts";
import { text } from "./messages.ts";
import { useFolder } from "./useFolder.tsx";

/** The ways to a first or another project. */
export type AddProject = {
  create: () => void;
  open: () => void;
  demo: () => void;
  import: () => void;
  /** What is under way, so that it is not begun twice. */
  busy: "open" | "demo" | "import" | null;
  /** Has to be drawn somewhere on the page. */
  dialogs: ReactNode;
};

/** Opens, imports and makes projects, and goes to their boards. */
export function useAddProject(): AddProject {
  const navigate = useNavigate();
  const goTo = (project: number) => void navigate({ to: "/p/$project/board", params: { project } });

  const open = useApiMutation("project_open", { failureTitle: text.add.openFailed, onSuccess: ({ id }) => goTo(id) });
  const adopt = useApiMutation("project_import", {
    failureTitle: text.add.importFailed,
    onSuccess: ({ project, features, remarks }) => {
      toast({ tone: "success", title: text.add.imported(project.name, features), description: remarks.join(" ") });
      goTo(project.id);
    },
  });
  const demo = useApiMutation("project_demo", { failureTitle: text.add.demoFailed, onSuccess: ({ id }) => goTo(id) });

  const toOpen = useFolder({
    title: text.add.openTitle,
    description: text.add.openText,
    actionLabel: text.add.openAction,
    isProject: true,
    onChoose: (path) => open.mutate({ path }),
  });
  const toImport = useFolder({
    title: text.add.importTitle,
    description: text.add.importText,
    actionLabel: text.add.importAction,
    isProject: true,
    onChoose: (path) => adopt.mutate({ path }),
  });

  return {
    create: () => void navigate({ to: "/new" }),
    open: () => toOpen.ask(),
    demo: () => demo.mutate({}),
    import: () => toImport.ask(),
    busy: open.isPending ? "open" : demo.isPending ? "demo" : adopt.isPending ? "import" : null,
    dialogs: (
      <>
        {toOpen.dialog}
        {toImport.dialog}
      </>
    ),
  };
}
