import { cx } from "./cx.ts";

/** Where something will be. Hidden from screen readers: say "loading" once, around them. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cx("animate-breathe rounded-md bg-hover", className)} />;
}

/** Lines of something to come, with the word for it said once. */
export function SkeletonRows({ count = 6, label = "Loading" }: { count?: number; label?: string }) {
  return (
    <div role="status" aria-label={label} className="flex flex-col gap-2 p-4">
      {Array.from({ length: count }, (_, row) => (
        <Skeleton key={row} className="h-8" />
      ))}
    </div>
  );
}
