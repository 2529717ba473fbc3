import type { AuthState, DoorView } from "./door.ts";
import { Failure } from "./failure.ts";

type Who = NonNullable<AuthState["user"]>["id"];

type Waiting = { who: Who | null; resolve: () => void; reject: (failure: Failure) => void };

const NOBODY: DoorView = { auth: null, failure: null, expired: null };

/** What a door knows, who watches it, and which calls wait in front of it. */
export class DoorState {
  #view = NOBODY;
  /** Who was in last and did not leave. */
  #last: NonNullable<AuthState["user"]> | null = null;
  readonly #listeners = new Set<() => void>();
  #waiting: Waiting[] = [];

  readonly view = (): DoorView => this.#view;

  readonly watch = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  get isIn(): boolean {
    return this.#view.auth?.user != null;
  }

  /** The host said who is in. */
  heard(auth: AuthState): void {
    if (auth.user) this.#last = auth.user;
    const expired = auth.user ? null : (this.#last?.name ?? null);
    this.#show({ auth, failure: null, expired });
    if (auth.user) this.#let(auth.user.id);
  }

  /** The host could not be asked. What it said before still counts. */
  failed(failure: Failure): void {
    this.#show({ ...this.#view, failure });
  }

  /** Whoever was in went out, and nothing of theirs waits any more. */
  left(): void {
    this.#last = null;
    const { auth } = this.#view;
    const gone = auth && { ...auth, user: null, device: null, csrf: null, access_expires_at_ms: null };
    this.#show({ auth: gone, failure: null, expired: null });
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { reject } of waiting) reject(somebodyElse());
  }

  entered(): Promise<void> {
    if (this.isIn) return Promise.resolve();
    return new Promise((resolve, reject) => this.#waiting.push({ who: this.#last?.id ?? null, resolve, reject }));
  }

  #let(who: Who): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const one of waiting) {
      // What one person began is not finished in the name of another.
      if (one.who === null || one.who === who) one.resolve();
      else one.reject(somebodyElse());
    }
  }

  #show(view: DoorView): void {
    this.#view = view;
    for (const listener of this.#listeners) listener();
  }
}

function somebodyElse(): Failure {
  const message = "Somebody else signed in before this was done.";
  return new Failure({ code: "unauthorized", message, hint: "Do it again if it is still wanted.", incident: null });
}
