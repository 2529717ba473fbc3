import type { AuthState } from "./bindings.ts";
import { type DoorView, whoOf } from "./door.ts";
import { Failure } from "./failure.ts";

type Waiting = { who: string | null; resolve: () => void; reject: (failure: Failure) => void };

const NOBODY: DoorView = { auth: null, failure: null, expired: null };

/** What a door knows, who watches it, and which calls wait in front of it. */
export class DoorState {
  #view = NOBODY;
  /** Who was in last and did not leave. */
  #last: { who: string; name: string } | null = null;
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
    const who = whoOf(auth);
    if (auth.user && who !== null) this.#last = { who, name: auth.user.name };
    const expired = auth.user ? null : (this.#last?.name ?? null);
    this.#show({ auth, failure: null, expired });
    if (who !== null) this.#let(who);
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
    return new Promise((resolve, reject) => this.#waiting.push({ who: this.#last?.who ?? null, resolve, reject }));
  }

  #let(who: string): void {
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
