type Props = { value: number; max: number; label: string; tone?: "accent" | "success"; className?: string };

/** How much of a known amount is done. */
export function Progress({ value, max, label, tone = "success", className = "w-full" }: Props) {
  const share = max > 0 ? Math.min(1, Math.max(0, value / max)) : 0;
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={max}
      aria-valuenow={value}
      className={`h-1.5 overflow-hidden rounded-full bg-hover ${className}`}
    >
      <div
        className={`h-full origin-left rounded-full transition-transform duration-300 ${tone === "accent" ? "bg-accent" : "bg-success"}`}
        style={{ transform: `scaleX(${share})` }}
      />
    </div>
  );
}
