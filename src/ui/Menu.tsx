import { Check, ChevronRight } from "lucide-react";
import { DropdownMenu as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { cx } from "./cx.ts";
import { Kbd } from "./Kbd.tsx";

/** One line of a menu. */
export type MenuAction =
  | {
      kind?: "action";
      id: string;
      label: string;
      icon?: ReactNode;
      shortcut?: string | undefined;
      isDanger?: boolean;
      isChecked?: boolean;
      /** Why it cannot be chosen now. It stays readable, so that the reason can be found. */
      refusal?: string | null;
      onSelect: () => void;
    }
  | { kind: "sub"; id: string; label: string; icon?: ReactNode; actions: MenuAction[] }
  | { kind: "separator"; id: string };

const MENU =
  "z-50 max-h-(--radix-dropdown-menu-content-available-height) min-w-48 max-w-80 animate-enter overflow-y-auto rounded-lg border border-line bg-raised p-1 shadow-overlay";
const ROW =
  "flex select-none items-start gap-2 rounded-sm px-2 py-1 text-sm outline-none pointer-coarse:py-2.5 data-highlighted:bg-hover data-[state=open]:bg-hover";

function Rows({ actions }: { actions: MenuAction[] }) {
  return actions.map((action) => {
    if (action.kind === "separator") return <Radix.Separator key={action.id} className="my-1 h-px bg-line" />;
    if (action.kind === "sub") {
      return (
        <Radix.Sub key={action.id}>
          <Radix.SubTrigger className={ROW}>
            <Icon>{action.icon}</Icon>
            <span className="flex-1">{action.label}</span>
            <ChevronRight aria-hidden className="mt-0.5 size-4 text-faint" />
          </Radix.SubTrigger>
          <Radix.Portal>
            <Radix.SubContent className={MENU} sideOffset={2}>
              <Rows actions={action.actions} />
            </Radix.SubContent>
          </Radix.Portal>
        </Radix.Sub>
      );
    }
    return (
      <Radix.Item
        key={action.id}
        className={cx(ROW, action.isDanger && "text-danger", action.refusal && "text-faint")}
        aria-disabled={action.refusal ? true : undefined}
        onSelect={(event) => {
          if (action.refusal) event.preventDefault();
          else action.onSelect();
        }}
      >
        <Icon>{action.isChecked ? <Check aria-hidden className="size-4 text-accent" /> : action.icon}</Icon>
        <span className="min-w-0 flex-1">
          {action.label}
          {action.refusal && <span className="block text-2xs">{action.refusal}</span>}
        </span>
        {action.shortcut && <Kbd keys={action.shortcut} />}
      </Radix.Item>
    );
  });
}

function Icon({ children }: { children: ReactNode }) {
  return <span className="mt-0.5 flex size-4 items-center justify-center text-muted [&>svg]:size-4">{children}</span>;
}

/** A menu that opens from a button. */
export function Menu({
  actions,
  children,
  align = "end",
  label,
}: {
  actions: MenuAction[];
  children: ReactNode;
  align?: "start" | "end";
  label?: string;
}) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          className={MENU}
          align={align}
          sideOffset={4}
          collisionPadding={8}
          {...(label ? { "aria-label": label } : {})}
        >
          <Rows actions={actions} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

type AnchoredProps = {
  /** Where it opens, in pixels of the window; closed without. */
  at: { x: number; y: number } | null;
  label: string;
  actions: () => MenuAction[];
  onClose: () => void;
};

/** A menu at a point, for many things that share one. Whoever opens it gets the focus back. */
export function AnchoredMenu({ at, label, actions, onClose }: AnchoredProps) {
  return (
    <Radix.Root open={at !== null} onOpenChange={(open) => !open && onClose()} modal={false}>
      <Radix.Trigger asChild>
        <span aria-hidden className="pointer-events-none fixed size-0" style={{ left: at?.x ?? 0, top: at?.y ?? 0 }} />
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          className={MENU}
          align="start"
          collisionPadding={8}
          aria-label={label}
          onCloseAutoFocus={(event) => event.preventDefault()}
        >
          {at && <Rows actions={actions()} />}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
