import { Popover as Radix } from "radix-ui";
import type { ReactNode } from "react";

type Props = { trigger: ReactNode; label: string; align?: "start" | "center" | "end"; children: ReactNode };

/** A small surface beside its button. Escape or a press outside closes it. */
export function Popover({ trigger, label, align = "start", children }: Props) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          aria-label={label}
          align={align}
          sideOffset={6}
          collisionPadding={8}
          className="z-50 w-80 animate-enter rounded-lg border border-line bg-raised p-3 shadow-overlay"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
