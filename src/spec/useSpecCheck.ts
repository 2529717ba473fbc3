import { useEffect, useState } from "react";
import type { SpecCheck } from "@/api/bindings.ts";
import { useClient } from "@/api/context.tsx";
import { type Failure, toFailure } from "@/api/failure.ts";

/** How long a person may pause while typing before the text is judged, in milliseconds. */
const PAUSE_MS = 300;

/** What is known of a text: the last verdict, the text it was about, and whether a newer one is on its way. */
export type Checked = {
  readonly text: string | null;
  readonly check: SpecCheck | null;
  readonly failure: Failure | null;
  readonly isChecking: boolean;
};

const NOTHING: Checked = { text: null, check: null, failure: null, isChecking: false };

/**
 * Has the host judge `text` whenever typing pauses. The last verdict stays until the next one is here, and a verdict that was
 * overtaken is dropped. An empty text is not sent: nothing is written, so nothing is wrong yet.
 */
export function useSpecCheck(text: string): Checked {
  const client = useClient();
  const [checked, setChecked] = useState(NOTHING);
  const isBlank = text.trim() === "";

  useEffect(() => {
    if (isBlank) return;
    let isLatest = true;
    const timer = setTimeout(() => {
      client.spec_check({ text }).then(
        (check) => isLatest && setChecked({ text, check, failure: null, isChecking: false }),
        (thrown: unknown) =>
          isLatest && setChecked({ text, check: null, failure: toFailure(thrown), isChecking: false }),
      );
    }, PAUSE_MS);
    return () => {
      isLatest = false;
      clearTimeout(timer);
    };
  }, [client, text, isBlank]);

  if (isBlank) return NOTHING;
  return { ...checked, isChecking: checked.text !== text };
}
