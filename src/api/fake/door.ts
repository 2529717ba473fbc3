import type { AuthState, UserRole } from "../bindings.ts";
import type { Door, Entry } from "../door.ts";
import { DoorState } from "../door-state.ts";
import { Failure, toFailure } from "../failure.ts";

export type FakeDoorPlan = {
  /** Who is in at the start; nobody when null. */
  user?: { name: string; role: UserRole } | null;
  needsSetup?: boolean;
  isTls?: boolean;
};

/** The password that the fake host takes from everybody. */
export const FAKE_PASSWORD = "correct horse battery";

/** A door that exists only in memory. */
export class FakeDoor implements Door {
  readonly #state = new DoorState();
  #auth: AuthState;
  #failure: Failure | null = null;
  /** Every entry that was tried, oldest first. */
  readonly tried: Entry[] = [];

  constructor({ user = { name: "mira", role: "admin" }, needsSetup = false, isTls = true }: FakeDoorPlan = {}) {
    this.#auth = {
      needs_setup: needsSetup,
      version: "0.1.0",
      is_tls: isTls,
      user: null,
      device: null,
      csrf: null,
      access_expires_at_ms: null,
    };
    if (user && !needsSetup) this.#auth = this.#with(user.name, user.role, "This browser");
  }

  readonly view = this.#state.view;
  readonly watch = this.#state.watch;
  readonly entered = () => this.#state.entered();
  readonly ticket = () => Promise.resolve("fake-ticket");

  /** Lets everything fail until `null` is given. */
  failWith(failure: Failure | null): void {
    this.#failure = failure;
  }

  /** Ends the session, as its time or a revocation does. */
  expire(): void {
    this.#auth = { ...this.#auth, user: null, device: null, csrf: null };
    this.#state.heard(this.#auth);
  }

  async look(): Promise<void> {
    try {
      await this.renew();
    } catch (thrown) {
      this.#state.failed(toFailure(thrown));
    }
  }

  async renew(): Promise<boolean> {
    await this.#answer();
    this.#state.heard(this.#auth);
    return this.#auth.user !== null;
  }

  async enter(entry: Entry): Promise<void> {
    this.tried.push(entry);
    await this.#answer();
    if (entry.by === "login" && entry.password !== FAKE_PASSWORD) {
      throw refusal("unauthorized", "The name or the password is wrong.");
    }
    if (entry.by === "setup" && entry.token !== "fake-setup") {
      throw refusal("refused", "This setup link is not the latest one.", "Open the link that the host printed last.");
    }
    if (entry.by === "pair" && entry.code !== "FAKE-CODE") {
      throw refusal("refused", "This code is over or was used.", "Show a new one on the other device.");
    }
    this.#auth = this.#with(entry.by === "pair" ? "mira" : entry.name, "admin", entry.device_name);
    this.#state.heard(this.#auth);
  }

  async leave(): Promise<void> {
    await this.#answer();
    this.#auth = { ...this.#auth, user: null, device: null, csrf: null };
    this.#state.left();
  }

  async changePassword({ current }: { current: string; new: string }): Promise<void> {
    await this.#answer();
    if (current !== FAKE_PASSWORD) throw refusal("refused", "The current password is wrong.");
  }

  async #answer(): Promise<void> {
    await Promise.resolve();
    if (this.#failure) throw this.#failure;
  }

  #with(name: string, role: UserRole, device: string): AuthState {
    return {
      ...this.#auth,
      needs_setup: false,
      user: { id: [...name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 0), name, role },
      device: { id: 1, name: device },
      csrf: "fake-csrf",
    };
  }
}

function refusal(code: Failure["code"], message: string, hint: string | null = null): Failure {
  return new Failure({ code, message, hint, incident: null });
}
