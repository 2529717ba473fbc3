import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";

const stay = (event: Event) => event.preventDefault();

/**
 * Covers everything until it is dealt with: the page behind is neither seen nor reached, and stays as it is. The focus
 * returns to where it was.
 */
export function Curtain({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Radix.Root open>
      <Radix.Portal>
        <Radix.Content
          aria-describedby={undefined}
          className="fixed inset-0 z-50 overflow-y-auto bg-canvas outline-none"
          onEscapeKeyDown={stay}
          onInteractOutside={stay}
        >
          <Radix.Title className="sr-only">{title}</Radix.Title>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
