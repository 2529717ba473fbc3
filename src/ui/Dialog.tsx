import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { cx } from "./cx.ts";
import { IconButton } from "./IconButton.tsx";

type Props = {
  isOpen: boolean;
  onClose: () => void;
  title: string;
  /** One sentence under the title. */
  description?: ReactNode;
  size?: "sm" | "md" | "lg";
  /** Buttons at the bottom, the primary one last. */
  footer?: ReactNode;
  closeLabel?: string;
  children: ReactNode;
};

const WIDTHS = { sm: "max-w-md", md: "max-w-xl", lg: "max-w-3xl" } as const;

export const OVERLAY = "fixed inset-0 z-40 bg-shade";
export const SURFACE =
  "fixed left-1/2 top-[12vh] z-40 flex max-h-[76vh] w-[calc(100vw-3rem)] -translate-x-1/2 max-md:top-[max(0.5rem,env(safe-area-inset-top))] max-md:max-h-[calc(100dvh-1rem)] max-md:w-[calc(100vw-1rem)] flex-col rounded-xl border border-line bg-panel shadow-overlay";

/**
 * The focus goes to the window itself unless a field asked for it: were it on the button that closes, its tooltip would
 * open, and take the first Escape.
 */
function focusContent(event: Event): void {
  const content = event.currentTarget;
  if (!(content instanceof HTMLElement)) return;
  event.preventDefault();
  if (!content.contains(document.activeElement)) content.focus();
}

/** A window over the page. The focus stays inside, Escape closes, and the focus returns to where it was. */
export function Dialog({
  isOpen,
  onClose,
  title,
  description,
  size = "md",
  footer,
  closeLabel = "Close",
  children,
}: Props) {
  return (
    <Radix.Root open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <Radix.Overlay className={OVERLAY} />
        <Radix.Content
          className={cx(SURFACE, WIDTHS[size], "outline-none")}
          onOpenAutoFocus={focusContent}
          {...(description ? {} : { "aria-describedby": undefined })}
        >
          <div className="flex items-start gap-4 border-b border-line px-5 py-3.5">
            <div className="min-w-0 flex-1">
              <Radix.Title className="text-base font-semibold text-text">{title}</Radix.Title>
              {description && <Radix.Description className="mt-0.5 text-muted">{description}</Radix.Description>}
            </div>
            <Radix.Close asChild>
              <IconButton label={closeLabel} size="sm" icon={<X aria-hidden className="size-4" />} />
            </Radix.Close>
          </div>
          <div className="min-h-0 flex-1 overflow-y-auto px-5 py-4 max-md:px-4">{children}</div>
          {footer && (
            <div className="flex flex-wrap items-center justify-end gap-2 border-t border-line px-5 py-3">{footer}</div>
          )}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
