import { Lock } from "lucide-react";
import type { ReactNode } from "react";
import { Notice } from "./Notice.tsx";

/** Controls that may be looked at and not used, with the reason above them; without a reason, just the controls. */
export function Locked({ reason, children }: { reason: string | null; children: ReactNode }) {
  return (
    <fieldset disabled={reason !== null} className="contents">
      {reason !== null && <Notice icon={<Lock aria-hidden />}>{reason}</Notice>}
      {children}
    </fieldset>
  );
}
