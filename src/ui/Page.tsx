import { type ReactNode, createContext, useContext, useEffect, useRef } from "react";
import { useNarrow } from "./useNarrow.ts";

/** How the window is called while a page of this name is shown. */
export const WindowTitle = createContext<(page: string) => string>((page) => page);

type Props = {
  title: string;
  /** What the window is called; the title when absent. */
  windowTitle?: string;
  /** Facts beside the title. */
  aside?: ReactNode;
  actions?: ReactNode;
  /** Keeps the content from being padded and scrolled, for pages that do it themselves. */
  isBare?: boolean;
  children: ReactNode;
};

/** One page: its heading takes the focus when the page comes, so that a screen reader says where one is. */
export function Page({ title, windowTitle, aside, actions, isBare = false, children }: Props) {
  const isNarrow = useNarrow();
  const heading = useRef<HTMLHeadingElement>(null);
  const name = useContext(WindowTitle)(windowTitle ?? title);
  useEffect(() => {
    document.title = name;
  }, [name]);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
  }, []);
  return (
    <div className="flex min-h-0 min-w-0 flex-1 flex-col">
      <header className="flex min-h-12 shrink-0 flex-wrap items-center gap-x-4 gap-y-1 border-b border-line px-4 py-2">
        <h1 ref={heading} tabIndex={-1} className="truncate text-base font-semibold outline-none">
          {title}
        </h1>
        {aside}
        <div className="ml-auto flex flex-wrap items-center justify-end gap-2">{actions}</div>
      </header>
      {isBare ? (
        children
      ) : (
        <div
          // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- on a small screen even a page of mere text scrolls
          tabIndex={isNarrow ? 0 : undefined}
          className="min-h-0 flex-1 overflow-y-auto p-6 max-md:p-4"
        >
          {children}
        </div>
      )}
    </div>
  );
}
