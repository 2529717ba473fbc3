import { Check } from "lucide-react";
import { cx } from "@/ui/cx.ts";
import { text } from "./messages.ts";
import { STEPS, type Step } from "./wizard.ts";

type Props = { current: Step; mayGo: (to: Step) => boolean; onGo: (to: Step) => void };

/** Where one is in the wizard. A step that can be gone to is a button. */
export function Steps({ current, mayGo, onGo }: Props) {
  const here = STEPS.indexOf(current);
  return (
    <nav aria-label={text.wizard.stepsLabel} className="mx-auto w-full max-w-2xl shrink-0">
      <ol className="flex items-center gap-3">
        {STEPS.map((step, at) => (
          <li
            key={step}
            className={cx("flex items-center gap-3", at > 0 && "flex-1")}
            aria-current={step === current ? "step" : undefined}
          >
            {at > 0 && <span aria-hidden className={cx("h-px flex-1", at <= here ? "bg-accent" : "bg-line-strong")} />}
            <button
              type="button"
              disabled={!mayGo(step)}
              onClick={() => onGo(step)}
              className={cx(
                "flex items-center gap-2 rounded-md",
                step === current ? "font-medium text-text" : "text-muted enabled:hover:text-text",
              )}
            >
              <span
                aria-hidden
                className={cx(
                  "tabular flex size-5.5 items-center justify-center rounded-full border text-2xs font-semibold",
                  at < here && "border-accent bg-accent-soft text-accent",
                  at === here && "border-accent-fill bg-accent-fill text-on-accent",
                  at > here && "border-line-strong text-faint",
                )}
              >
                {at < here ? <Check className="size-3" /> : at + 1}
              </span>
              {text.wizard.steps[step]}
            </button>
          </li>
        ))}
      </ol>
    </nav>
  );
}
