import { Download, FolderOpen, type LucideIcon, PlayCircle, Plus } from "lucide-react";
import { Badge } from "@/ui/Badge.tsx";
import { cx } from "@/ui/cx.ts";
import { text } from "./messages.ts";
import type { AddProject } from "./useAddProject.tsx";

/** What a person sees before the first project: what this is for, and the four ways to begin. */
export function Welcome({ add }: { add: AddProject }) {
  return (
    <div className="mx-auto flex max-w-3xl flex-col gap-8 py-[8vh]">
      <div className="text-center">
        <h2 className="text-2xl font-semibold tracking-tight">{text.add.welcome}</h2>
        <p className="mx-auto mt-2 max-w-xl text-base text-muted">{text.add.welcomeHint}</p>
      </div>
      <div className="grid gap-3 sm:grid-cols-2">
        <Choice
          icon={PlayCircle}
          title={text.add.demo}
          hint={text.add.demoHint}
          badge={text.add.rehearsal}
          onChoose={add.demo}
          isBusy={add.busy === "demo"}
        />
        <Choice icon={Plus} title={text.add.new} hint={text.add.newHint} onChoose={add.create} />
        <Choice
          icon={FolderOpen}
          title={text.add.open}
          hint={text.add.openHint}
          onChoose={add.open}
          isBusy={add.busy === "open"}
        />
        <Choice
          icon={Download}
          title={text.add.import}
          hint={text.add.importHint}
          onChoose={add.import}
          isBusy={add.busy === "import"}
        />
      </div>
    </div>
  );
}

type ChoiceProps = {
  icon: LucideIcon;
  title: string;
  hint: string;
  badge?: string;
  isBusy?: boolean;
  onChoose: () => void;
};

function Choice({ icon: Icon, title, hint, badge, isBusy = false, onChoose }: ChoiceProps) {
  return (
    <button
      type="button"
      onClick={onChoose}
      disabled={isBusy}
      aria-busy={isBusy || undefined}
      className="flex items-start gap-3.5 rounded-lg border border-line bg-raised p-4 text-left shadow-raised transition-colors hover:border-line-strong hover:bg-hover disabled:opacity-60"
    >
      <span className="flex size-9 shrink-0 items-center justify-center rounded-md bg-accent-soft text-accent">
        <Icon aria-hidden className={cx("size-4.5", isBusy && "animate-breathe")} />
      </span>
      <span className="min-w-0">
        <span className="flex items-center gap-2 text-base font-medium">
          {title}
          {badge && <Badge tone="accent">{badge}</Badge>}
        </span>
        <span className="mt-0.5 block text-muted">{hint}</span>
      </span>
    </button>
  );
}
