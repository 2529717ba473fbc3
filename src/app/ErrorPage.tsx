import { toFailure } from "@/api/failure.ts";
import { Button } from "@/ui/Button.tsx";
import { ErrorState } from "@/ui/ErrorState.tsx";
import { text } from "./messages.ts";

/** A number a person can report: the same fault at the same place has the same one. */
export function incidentOf(thrown: unknown): string {
  const source = thrown instanceof Error ? `${thrown.name}${thrown.message}${thrown.stack ?? ""}` : String(thrown);
  let hash = 0x811c9dc5;
  for (let at = 0; at < source.length; at += 1) hash = Math.imul(hash ^ source.charCodeAt(at), 0x01000193);
  return `ui-${(hash >>> 0).toString(16).padStart(8, "0")}`;
}

/** What is left when a page fails to draw. */
export function ErrorPage({ error, reset }: { error: unknown; reset?: () => void }) {
  const failure = toFailure(error);
  return (
    <ErrorState
      title={text.failed}
      message={failure.message}
      hint={failure.hint ?? text.failedHint}
      incident={failure.incident ?? incidentOf(error)}
      incidentLabel={text.incident}
      onRetry={reset}
      actions={<Button onClick={() => window.location.reload()}>{text.reload}</Button>}
    />
  );
}
