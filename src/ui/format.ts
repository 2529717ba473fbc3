const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const NUMBER = new Intl.NumberFormat("en");
const COMPACT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const MOMENT = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

/** `12,345`. */
export function count(value: number): string {
  return NUMBER.format(value);
}

/** `12.3K`, for gauges. */
export function compact(value: number): string {
  return COMPACT.format(value);
}

/** US dollars: cents under 100, whole dollars above. */
export function dollars(usd: number): string {
  if (usd > 0 && usd < 0.01) return "< $0.01";
  return usd < 100 ? `$${usd.toFixed(2)}` : `$${NUMBER.format(Math.round(usd))}`;
}

/** A length of time with its two largest units: `1 h 20 min`, `45 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < MINUTE_MS) return `${Math.floor(ms / 1000)} s`;
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`;
  const [large, small, unit] = ms < DAY_MS ? [HOUR_MS, MINUTE_MS, ["h", "min"]] : [DAY_MS, HOUR_MS, ["d", "h"]];
  const rest = Math.floor((ms % large) / small);
  return `${Math.floor(ms / large)} ${unit[0]}${rest > 0 ? ` ${rest} ${unit[1]}` : ""}`;
}

/** `14:05`, in this machine's time zone. */
export function clock(at_ms: number): string {
  return CLOCK.format(at_ms);
}

/** `3 Mar, 14:05`, in this machine's time zone. */
export function moment(at_ms: number): string {
  return MOMENT.format(at_ms);
}

/** `14:05` for a time of the same day as `now_ms`, else `3 Mar, 14:05`: where there is little room. */
export function shortMoment(at_ms: number, now_ms: number): string {
  const isToday = new Date(at_ms).toDateString() === new Date(now_ms).toDateString();
  return isToday ? clock(at_ms) : moment(at_ms);
}

/** `just now`, `5 min ago`, then the date. */
export function ago(at_ms: number, now_ms: number): string {
  const age = now_ms - at_ms;
  if (age < MINUTE_MS) return "just now";
  if (age < DAY_MS) return `${duration(age)} ago`;
  return moment(at_ms);
}

/** A tool as a person calls it: of `mcp__server__tool` the last part, in words. */
export function toolName(name: string): string {
  const match = /^mcp__(.+?)__(.+)$/.exec(name);
  const [, , tool] = match ?? [];
  return tool ? tool.replaceAll("_", " ") : name;
}
