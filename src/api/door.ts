import type { AuthState, CallerRole } from "./bindings.ts";
import type { Failure } from "./failure.ts";

/** How somebody comes in. */
export type Entry =
  | { by: "setup"; token: string; name: string; password: string; device_name: string }
  | { by: "login"; name: string; password: string; device_name: string }
  | { by: "pair"; code: string; device_name: string };

export type DoorView = {
  /** What the host last said; none before it said anything. */
  auth: AuthState | null;
  /** Why it could not be asked. */
  failure: Failure | null;
  /** Who was in and is let in no more: the session expired, or the device was revoked. */
  expired: string | null;
};

/** The door of a host on the network: who is in, and how one comes in and goes out. */
export type Door = {
  view: () => DoorView;
  watch: (listener: () => void) => () => void;
  /** Asks the host who is in. Never fails: what went wrong is in `view`. */
  look: () => Promise<void>;
  /** Makes the session last longer. Many callers share one try. Gives whether somebody is in; fails if nobody answers. */
  renew: () => Promise<boolean>;
  /** Waits until the person who was in is in again. Fails as `unauthorized` when another one came instead. */
  entered: () => Promise<void>;
  enter: (entry: Entry) => Promise<void>;
  leave: () => Promise<void>;
  changePassword: (words: { current: string; new: string }) => Promise<void>;
  /** Opens one WebSocket where the cookie does not go. Good once, for half a minute. */
  ticket: () => Promise<string>;
};

/** Who is in: a person, or a device that belongs to nobody. None when nobody is. */
export function whoOf(auth: AuthState | null): string | null {
  if (!auth?.user) return null;
  return auth.user.id === null ? `device ${auth.device?.id}` : `user ${auth.user.id}`;
}

/** Roles from the least that may be done to the most. */
const RANKS: readonly CallerRole[] = ["viewer", "operator", "admin", "desktop"];

/** Whether `role` may do what needs `needed`. */
export function isEnough(role: CallerRole, needed: CallerRole): boolean {
  return RANKS.indexOf(role) >= RANKS.indexOf(needed);
}
