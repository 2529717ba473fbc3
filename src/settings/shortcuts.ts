import { ACTIONS, ACTION_IDS, type ActionGroup, type ActionId, keysOf } from "@/ui/actions.ts";
import { isReserved } from "@/ui/keys.ts";

/** Keys that a person chose instead of those an action has; an empty text takes its keys away. */
export type ChosenKeys = Readonly<Record<string, string>>;

/** Why keys cannot be given to an action: the browser or the system does something else with them, or another action has them. */
export type KeyProblem = { readonly why: "reserved" } | { readonly why: "taken"; readonly by: ActionId };

/** Groups whose actions are on different pages, so that the same keys may mean something else on each. */
const APART: ReadonlySet<ActionGroup> = new Set(["Board", "Transcript", "Review"]);

/** Why `keys` cannot be given to `action` beside the keys the others have now; none when they can. */
export function keyProblem(action: ActionId, keys: string, chosen: ChosenKeys): KeyProblem | null {
  if (isReserved(keys)) return { why: "reserved" };
  const by = ACTION_IDS.find(
    (other) =>
      other !== action && mayMeet(ACTIONS[action].group, ACTIONS[other].group) && keysOf(other, chosen) === keys,
  );
  return by ? { why: "taken", by } : null;
}

/** Every action that has keys it cannot have, as settings from elsewhere may say. */
export function conflicts(chosen: ChosenKeys): { action: ActionId; problem: KeyProblem }[] {
  return ACTION_IDS.flatMap((action) => {
    const keys = keysOf(action, chosen);
    const problem = keys === null ? null : keyProblem(action, keys, chosen);
    return problem ? [{ action, problem }] : [];
  });
}

/** The choices after giving `keys` to `action`, or none. What an action has from the start is no choice. */
export function withKeys(chosen: ChosenKeys, action: ActionId, keys: string | null): Record<string, string> {
  const { [action]: _, ...others } = chosen;
  return keys === ACTIONS[action].keys ? others : { ...others, [action]: keys ?? "" };
}

/** The choices after giving the action back what it had from the start. */
export function withoutChoice(chosen: ChosenKeys, action: ActionId): Record<string, string> {
  const { [action]: _, ...others } = chosen;
  return others;
}

function mayMeet(one: ActionGroup, other: ActionGroup): boolean {
  return one === other || !APART.has(one) || !APART.has(other);
}
