import { Activity, LockOpen } from "lucide-react";
import { type ReactNode, useEffect } from "react";
import { useApi } from "@/api/context.tsx";
import { text } from "./messages.ts";

/** `isOver`: over a page, which is the main part already. */
type Props = { title: string; description?: ReactNode; children: ReactNode; footer?: ReactNode; isOver?: boolean };

/** A page in front of the door: one thing to do, on any size of screen. */
export function Front({ title, description, children, footer, isOver = false }: Props) {
  const auth = useApi().door?.view().auth;
  const Place = isOver ? "div" : "main";
  useEffect(() => {
    document.title = `${title} · ${text.product}`;
  }, [title]);
  return (
    <Place className="flex min-h-full flex-col items-center overflow-y-auto bg-canvas px-4 py-8 [padding-bottom:max(2rem,env(safe-area-inset-bottom))]">
      <div className="my-auto flex w-full max-w-sm flex-col gap-5">
        <p className="flex items-center justify-center gap-2 font-semibold">
          <Activity aria-hidden className="size-5 text-accent" />
          {text.product}
        </p>
        <div className="flex flex-col gap-4 rounded-xl border border-line bg-panel p-6 shadow-raised">
          <header className="flex flex-col gap-1.5">
            <h1 className="text-lg font-semibold">{title}</h1>
            {description && <div className="text-muted">{description}</div>}
          </header>
          {auth && !auth.is_tls && !isOwnMachine() && (
            <p className="flex items-start gap-2 rounded-md bg-warning-soft px-3 py-2 text-xs text-warning">
              <LockOpen aria-hidden className="mt-0.5 size-4 shrink-0" />
              {text.open}
            </p>
          )}
          {children}
        </div>
        {footer && <div className="flex flex-col items-center gap-2 text-center text-xs text-faint">{footer}</div>}
        {auth && <p className="text-center text-2xs text-faint">{text.version(auth.version)}</p>}
      </div>
    </Place>
  );
}

/** On one machine there is no network to listen on. */
function isOwnMachine(): boolean {
  return ["localhost", "127.0.0.1", "[::1]"].includes(window.location.hostname);
}
