import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { MouseEvent, ReactNode } from "react";
import { OVERLAY } from "./Dialog.tsx";
import { IconButton } from "./IconButton.tsx";

type Props = { isOpen: boolean; onClose: () => void; title: string; closeLabel?: string; children: ReactNode };

/** What stands beside the page on a wide screen, over it on a narrow one. Following a link closes it. */
export function Drawer({ isOpen, onClose, title, closeLabel = "Close", children }: Props) {
  const click = (event: MouseEvent) => {
    if (event.target instanceof Element && event.target.closest("a")) onClose();
  };
  return (
    <Radix.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className={OVERLAY} />
        <Radix.Content
          aria-describedby={undefined}
          className="fixed inset-y-0 left-0 z-40 flex w-72 max-w-[85vw] flex-col bg-canvas pt-[env(safe-area-inset-top)] pb-[env(safe-area-inset-bottom)] pl-[env(safe-area-inset-left)] shadow-overlay outline-none"
          onClickCapture={click}
        >
          <Radix.Title className="sr-only">{title}</Radix.Title>
          {children}
          <Radix.Close asChild>
            <IconButton
              label={closeLabel}
              className="absolute top-[calc(0.5rem+env(safe-area-inset-top))] right-2"
              icon={<X aria-hidden className="size-4" />}
            />
          </Radix.Close>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
