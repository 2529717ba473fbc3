/** A text as the project has it, and the time it was written there. */
export type StoredText = {
  readonly text: string;
  readonly updatedAtMs: number;
};

/**
 * A text being edited beside the one that is stored.
 *
 * Nothing that was typed is ever replaced: when the stored text changes underneath, a draft without changes follows it, and
 * one with changes is in conflict until a person says which of the two stays.
 */
export type Draft = {
  /** What the editing began from. */
  readonly base: StoredText;
  /** What is in the editor. */
  readonly text: string;
  /** What somebody else stored meanwhile; none without a conflict. */
  readonly theirs: StoredText | null;
};

/** A draft of what is stored, without changes. */
export function draftOf(stored: StoredText): Draft {
  return { base: stored, text: stored.text, theirs: null };
}

/** Whether something would be lost by leaving. */
export function isChanged(draft: Draft): boolean {
  return draft.text !== draft.base.text;
}

/** The draft after typing. */
export function typed(draft: Draft, text: string): Draft {
  return draft.theirs?.text === text ? draftOf(draft.theirs) : { ...draft, text };
}

/** The draft after hearing what is stored now. */
export function heard(draft: Draft, stored: StoredText): Draft {
  if (stored.text === draft.text) return draftOf(stored);
  if (stored.text === draft.base.text) return { ...draft, base: stored, theirs: null };
  if (!isChanged(draft)) return draftOf(stored);
  return { ...draft, theirs: stored };
}

/** The draft after `text` was stored, with what was typed while it was on its way. */
export function stored(draft: Draft, written: StoredText): Draft {
  return { base: written, text: draft.text, theirs: null };
}

/** Whether saving would overwrite what somebody else wrote. */
export function isInConflict(draft: Draft): boolean {
  return draft.theirs !== null;
}

/** Keep what was typed; saving replaces theirs. */
export function keepMine(draft: Draft): Draft {
  return draft.theirs ? { base: draft.theirs, text: draft.text, theirs: null } : draft;
}

/** Take what is stored; what was typed is given up. */
export function takeTheirs(draft: Draft): Draft {
  return draftOf(draft.theirs ?? draft.base);
}
