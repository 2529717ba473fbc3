import { type RawSearch, defined, numberOf, textOf } from "@/ui/search.ts";

/**
 * Where the transcript stands: a run, or a session and a row in it, what is searched for, which sorts are shown, which tool's
 * and which file's calls, or a file whose last change is to be found.
 */
export type TranscriptSearch = {
  run?: number;
  session?: string;
  row?: number;
  q?: string;
  show?: string;
  tool?: string;
  file?: string;
  changed?: string;
};

export function transcriptSearch(raw: RawSearch): TranscriptSearch {
  return defined({
    run: numberOf(raw, "run"),
    session: textOf(raw, "session"),
    row: numberOf(raw, "row"),
    q: textOf(raw, "q"),
    show: textOf(raw, "show"),
    tool: textOf(raw, "tool"),
    file: textOf(raw, "file"),
    changed: textOf(raw, "changed"),
  });
}

/** The run shown; the running or last one when absent. */
export type RunSearch = { run?: number };

export function runSearch(raw: RawSearch): RunSearch {
  return defined({ run: numberOf(raw, "run") });
}
