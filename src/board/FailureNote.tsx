import { type Failure, asSentence, failureTitle } from "@/api/failure.ts";

/** Why something in a form was not taken, beside the button that sent it. */
export function FailureNote({ failure }: { failure: Failure | null }) {
  if (!failure) return null;
  return (
    <div role="alert" className="mt-4 rounded-md bg-danger-soft px-3 py-2 text-danger">
      <p className="font-medium">{failureTitle(failure)}</p>
      <p>{asSentence(failure.message)}</p>
      {failure.hint && <p>{failure.hint}</p>}
    </div>
  );
}
