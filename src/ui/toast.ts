import { create } from "zustand";

export type Toast = {
  id: number;
  title: string;
  /** What to do next. */
  description?: string;
  tone: "neutral" | "success" | "danger";
  /** One thing to do about it, such as undo. */
  action?: { label: string; run: () => void };
  /** How long it stays, in milliseconds, while nobody points at it. */
  lasts_ms: number;
};

type Toasts = { toasts: Toast[] };

/** What is on the screen, oldest first. */
export const useToasts = create<Toasts>(() => ({ toasts: [] }));

const MOST = 4;
let last = 0;

/** Says something in the corner, and to screen readers. What must not be missed does not belong here. */
export function toast(
  said: Omit<Toast, "id" | "tone" | "lasts_ms"> & Partial<Pick<Toast, "tone" | "lasts_ms">>,
): number {
  last += 1;
  const id = last;
  // An action needs time to be found; a failure needs time to be read.
  const lasts_ms = said.action ? 12_000 : said.tone === "danger" ? 9_000 : 5_000;
  useToasts.setState(({ toasts }) => ({
    toasts: newest([...toasts, { tone: "neutral" as const, lasts_ms, ...said, id }]),
  }));
  return id;
}

/** The newest few. Those that can be undone go last: an undo that was pushed away is lost. */
function newest(toasts: readonly Toast[]): Toast[] {
  const kept = [...toasts];
  while (kept.length > MOST) {
    const plain = kept.findIndex(({ action }) => !action);
    kept.splice(plain >= 0 && plain < kept.length - 1 ? plain : 0, 1);
  }
  return kept;
}

export function dismissToast(id: number): void {
  useToasts.setState(({ toasts }) => ({ toasts: toasts.filter((one) => one.id !== id) }));
}
