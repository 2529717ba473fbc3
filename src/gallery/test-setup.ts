import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterEach, vi } from "vitest";
import type * as Zustand from "zustand";

// The first page of a file is loaded and compiled while its test waits, perhaps on a busy machine.
configure({ asyncUtilTimeout: 20_000 });

/** Puts each store back to how it began. */
const resets = vi.hoisted(() => new Set<() => void>());

vi.mock("zustand", async (importActual) => {
  const actual = await importActual<typeof Zustand>();
  const kept = <Store extends Zustand.StoreApi<unknown>>(store: Store): Store => {
    resets.add(() => store.setState(store.getInitialState(), true));
    return store;
  };
  const create = <State>(begin: Zustand.StateCreator<State>) => kept(actual.create(begin));
  const createStore = <State>(begin: Zustand.StateCreator<State>) => kept(actual.createStore(begin));
  return {
    ...actual,
    create: (<State>(begin?: Zustand.StateCreator<State>) => (begin ? create(begin) : create)) as typeof actual.create,
    createStore: (<State>(begin?: Zustand.StateCreator<State>) =>
      begin ? createStore(begin) : createStore) as typeof actual.createStore,
  };
});

const { setTimeout: later } = globalThis;

// What one test left, said or had under way is not there in the next.
afterEach(async () => {
  cleanup();
  await new Promise((resolve) => later(resolve, 0));
  for (const reset of resets) reset();
  window.localStorage.clear();
  window.sessionStorage.clear();
});

// What a browser has and jsdom lacks.
window.matchMedia ??= ((query: string) => ({
  matches: false,
  media: query,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
})) as unknown as typeof window.matchMedia;

class Observer {
  observe() {}
  unobserve() {}
  disconnect() {}
}
vi.stubGlobal("ResizeObserver", Observer);
vi.stubGlobal("IntersectionObserver", Observer);
Blob.prototype.arrayBuffer ??= function (this: Blob) {
  return new Promise<ArrayBuffer>((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result as ArrayBuffer));
    reader.addEventListener("error", () => reject(reader.error));
    reader.readAsArrayBuffer(this);
  });
};
Element.prototype.scrollIntoView ??= () => undefined;
Element.prototype.hasPointerCapture ??= () => false;
Element.prototype.setPointerCapture ??= () => undefined;
Element.prototype.releasePointerCapture ??= () => undefined;
// Lists draw only what is in view: give everything a size, or nothing would be.
Object.defineProperty(HTMLElement.prototype, "offsetHeight", { configurable: true, get: () => 800 });
Object.defineProperty(HTMLElement.prototype, "offsetWidth", { configurable: true, get: () => 320 });
Object.defineProperty(HTMLElement.prototype, "clientHeight", { configurable: true, get: () => 800 });
Object.defineProperty(HTMLElement.prototype, "clientWidth", { configurable: true, get: () => 320 });
