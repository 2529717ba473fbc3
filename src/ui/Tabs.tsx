import { Tabs as Radix } from "radix-ui";
import type { ReactNode } from "react";

export type Tab<Id extends string> = { id: Id; label: string; count?: number; content: ReactNode };

type Props<Id extends string> = { tabs: readonly Tab<Id>[]; value: Id; onChange: (id: Id) => void; label: string };

/** Views that share one place. Arrow keys move between them. */
export function Tabs<Id extends string>({ tabs, value, onChange, label }: Props<Id>) {
  return (
    <Radix.Root value={value} onValueChange={(id) => onChange(id as Id)} className="flex min-h-0 flex-1 flex-col">
      <Radix.List
        aria-label={label}
        className="flex shrink-0 gap-1 overflow-x-auto overflow-y-hidden border-b border-line px-4"
      >
        {tabs.map((tab) => (
          <Radix.Trigger
            key={tab.id}
            value={tab.id}
            className="-mb-px flex h-9 shrink-0 items-center pointer-coarse:h-11 gap-1.5 border-b-2 border-transparent px-2 text-sm text-muted hover:text-text data-[state=active]:border-accent data-[state=active]:text-text"
          >
            {tab.label}
            {tab.count !== undefined && <span className="tabular text-2xs text-faint">{tab.count}</span>}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((tab) => (
        <Radix.Content key={tab.id} value={tab.id} className="min-h-0 flex-1 overflow-y-auto">
          {tab.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
