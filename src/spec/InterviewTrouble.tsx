import { Link } from "@tanstack/react-router";
import type { InterviewProblem } from "@/api/bindings.ts";
import { asSentence } from "@/api/failure.ts";
import { Button } from "@/ui/Button.tsx";
import { text } from "./interview-messages.ts";

/** What is allowed more at a time, in US dollars. */
const MORE_USD = 5;
/** What is mended on the setup page. */
const OF_SETUP: ReadonlySet<string> = new Set(["auth_expired", "cli_not_found", "no_sandbox", "secrets"]);

type Props = {
  problem: InterviewProblem;
  budget: number;
  isBusy: boolean;
  /** Sends the last words again; with an amount, the conversation may then cost so much. */
  onAgain: (budget_usd: number | null) => void;
};

/** Why the conversation does not go on, with the ways out. */
export function InterviewTrouble({ problem, budget, isBusy, onAgain }: Props) {
  const isBudget = problem.code === "budget_exhausted";
  return (
    <div role="alert" className="flex flex-col gap-2 rounded-lg bg-danger-soft p-3">
      <p className="font-medium text-danger">{asSentence(problem.message)}</p>
      <p>
        {problem.until_ms !== null && `${text.problem.until(problem.until_ms)} `}
        {problem.fix}
      </p>
      <div className="flex items-center gap-3">
        <Button size="sm" isBusy={isBusy} onClick={() => onAgain(isBudget ? budget + MORE_USD : null)}>
          {isBudget ? text.problem.more(budget + MORE_USD) : text.problem.again}
        </Button>
        {OF_SETUP.has(problem.code) && (
          <Link to="/setup" className="text-accent hover:underline">
            {text.problem.toSetup}
          </Link>
        )}
      </div>
    </div>
  );
}
