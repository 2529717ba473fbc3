/** How near to the end still counts as being there, in px: browsers round, and a last line may be half hidden. */
const NEAR = 32;

/** Whether a list stays at its end as it grows, and how much has come in since it does not. */
export type Follow = { isFollowing: boolean; unseen: number };

/** What happens to a list that may follow its end. */
export type FollowEvent =
  /** Rows came in at the end. */
  | { type: "grew"; rows: number }
  /** A person scrolled; `before` and `after` are distances to the end in px. */
  | { type: "scrolled"; before: number; after: number }
  /** A person, or a link, went to a certain row. */
  | { type: "went" }
  /** A person asked for the end. */
  | { type: "latest" };

export const FOLLOWING: Follow = { isFollowing: true, unseen: 0 };
export const STANDING: Follow = { isFollowing: false, unseen: 0 };

/** Stops following as soon as a person scrolls up, and follows again when they come back to the end. */
export function follow(state: Follow, event: FollowEvent): Follow {
  switch (event.type) {
    case "grew":
      return state.isFollowing || event.rows <= 0 ? state : { ...state, unseen: state.unseen + event.rows };
    case "scrolled": {
      if (event.after > event.before) return state.isFollowing ? STANDING : state;
      const isAtEnd = event.after <= NEAR;
      return isAtEnd && !state.isFollowing && event.after < event.before ? FOLLOWING : state;
    }
    case "went":
      return state.isFollowing ? STANDING : state;
    case "latest":
      return FOLLOWING;
  }
}
