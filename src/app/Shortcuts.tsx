import { useEffect, useState } from "react";
import { ACTIONS, ACTION_IDS, type ActionGroup, isLive, keysOf, perform, useAction, useActions } from "@/ui/actions.ts";
import { cx } from "@/ui/cx.ts";
import { Dialog } from "@/ui/Dialog.tsx";
import { Kbd } from "@/ui/Kbd.tsx";
import { isOfTexts, isReserved, isTyping, strokeOf } from "@/ui/keys.ts";
import { text } from "./messages.ts";

/** Listens for the keys of every action that can be done now, and shows them all on `?`. */
export function Shortcuts() {
  const [isOpen, setOpen] = useState(false);
  useAction("app.shortcuts", () => setOpen(true));

  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const stroke = strokeOf(event);
      if (!stroke || isReserved(stroke)) return;
      const hasModifier = stroke.includes("mod+") || stroke.includes("alt+");
      if ((!hasModifier || isOfTexts(stroke)) && (isTyping(event.target) || isInOverlay(event.target))) return;
      const { live, chosen } = useActions.getState();
      const action = ACTION_IDS.findLast((id) => keysOf(id, chosen) === stroke && isLive(live, id));
      if (action && perform(action)) event.preventDefault();
    };
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);

  return (
    <Dialog
      isOpen={isOpen}
      onClose={() => setOpen(false)}
      title={text.shortcuts}
      description={text.shortcutsHint}
      size="lg"
    >
      <Overlay />
    </Dialog>
  );
}

function isInOverlay(target: EventTarget | null): boolean {
  return (
    target instanceof Element &&
    target.closest("[role=dialog], [role=alertdialog], [role=menu], [role=listbox]:not([data-board])") !== null
  );
}

function Overlay() {
  const { live, chosen } = useActions();
  const groups = [...new Set(ACTION_IDS.map((id) => ACTIONS[id].group))] satisfies ActionGroup[];
  return (
    <div className="grid gap-x-10 gap-y-5 sm:grid-cols-2">
      {groups.map((group) => (
        <section key={group}>
          <h3 className="mb-1.5 text-xs font-semibold text-faint">{group}</h3>
          <dl>
            {ACTION_IDS.filter((id) => ACTIONS[id].group === group).map((id) => {
              const keys = keysOf(id, chosen);
              return (
                <div
                  key={id}
                  className={cx("flex h-7 items-center justify-between gap-4", !isLive(live, id) && "text-muted")}
                >
                  <dt>{ACTIONS[id].title}</dt>
                  <dd>{keys ? <Kbd keys={keys} /> : <span className="text-2xs text-faint">{text.noKeys}</span>}</dd>
                </div>
              );
            })}
          </dl>
        </section>
      ))}
    </div>
  );
}
