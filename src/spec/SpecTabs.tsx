import { typed } from "@/ui/draft.ts";
import { Tabs } from "@/ui/Tabs.tsx";
import { toast } from "@/ui/toast.ts";
import { Coverage } from "./Coverage.tsx";
import { Editor } from "./Editor.tsx";
import { History } from "./History.tsx";
import { text } from "./messages.ts";
import type { Drafts, OpenSpec } from "./useDrafts.ts";

export const TABS = ["text", "coverage", "history"] as const;
export type TabId = (typeof TABS)[number];

type Props = { project: number; spec: OpenSpec; drafts: Drafts; tab: TabId; onTab: (tab: TabId) => void };

/** One specification: its text, how far the board covers it, and what it once said. */
export function SpecTabs({ project, spec, drafts, tab, onTab }: Props) {
  const bringBack = (version: string) => {
    drafts.settle(spec.name, typed(spec.draft, version));
    onTab("text");
    toast({ title: text.history.broughtBack });
  };
  const contents = {
    text: <Editor project={project} spec={spec} drafts={drafts} />,
    coverage: <Coverage project={project} spec={spec.name} />,
    history: <History project={project} spec={spec} onBringBack={bringBack} />,
  };
  return (
    <div className="flex min-h-0 min-w-0 flex-1 flex-col pt-1">
      <Tabs
        label={text.page.viewLabel}
        value={tab}
        onChange={onTab}
        tabs={TABS.map((id) => ({ id, label: text.page.tabs[id], content: contents[id] }))}
      />
    </div>
  );
}
