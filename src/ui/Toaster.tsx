import { CircleCheck, TriangleAlert, X } from "lucide-react";
import { Toast as Radix } from "radix-ui";
import { Button } from "./Button.tsx";
import { IconButton } from "./IconButton.tsx";
import { dismissToast, useToasts } from "./toast.ts";

/** Where toasts appear. F8 brings the focus to them. */
export function Toaster({ label, closeLabel }: { label: string; closeLabel: string }) {
  const toasts = useToasts((state) => state.toasts);
  return (
    <Radix.Provider label={label} swipeDirection="right">
      {toasts.map((toast) => (
        <Radix.Root
          key={toast.id}
          duration={toast.lasts_ms}
          type={toast.tone === "danger" ? "foreground" : "background"}
          onOpenChange={(open) => !open && dismissToast(toast.id)}
          className="flex animate-enter items-start gap-3 rounded-lg border border-line bg-raised p-3 shadow-overlay"
        >
          {toast.tone === "success" && <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-success" />}
          {toast.tone === "danger" && <TriangleAlert aria-hidden className="mt-0.5 size-4 shrink-0 text-danger" />}
          <div className="min-w-0 flex-1">
            <Radix.Title className="font-medium">{toast.title}</Radix.Title>
            {toast.description && (
              <Radix.Description className="mt-0.5 break-words text-muted">{toast.description}</Radix.Description>
            )}
          </div>
          {toast.action && (
            <Radix.Action asChild altText={toast.action.label}>
              <Button size="sm" onClick={toast.action.run}>
                {toast.action.label}
              </Button>
            </Radix.Action>
          )}
          <Radix.Close asChild>
            <IconButton label={closeLabel} size="sm" icon={<X aria-hidden className="size-4" />} />
          </Radix.Close>
        </Radix.Root>
      ))}
      {/* A dialog takes the pointer from everything around it, and the place of toasts takes it from the first for a moment. */}
      <Radix.Viewport
        style={{ pointerEvents: "auto" }}
        className="fixed right-4 bottom-4 z-50 flex w-96 max-w-[calc(100vw-2rem)] max-md:bottom-[calc(4.5rem+env(safe-area-inset-bottom))] flex-col gap-2 outline-none"
      />
    </Radix.Provider>
  );
}
