import { screen, waitFor } from "@testing-library/react";
import confetti from "canvas-confetti";
import { beforeEach, expect, test, vi } from "vitest";
import type { AppSettings } from "@/api/bindings.ts";
import { renderApp } from "@/gallery/render.tsx";

// There is neither a canvas nor a loudspeaker here: what would be drawn and played is counted.
vi.mock("canvas-confetti", () => ({ default: vi.fn(() => Promise.resolve()) }));
const tones = vi.fn();
class Loudspeaker {
  currentTime = 0;
  destination = {};
  close = () => Promise.resolve();
  createGain = () => ({
    gain: { setValueAtTime: () => undefined, exponentialRampToValueAtTime: () => undefined },
    connect: () => undefined,
  });
  createOscillator = () => ({
    frequency: { value: 0 },
    connect: (next: unknown) => next,
    start: tones,
    stop: () => undefined,
  });
}

beforeEach(() => {
  vi.clearAllMocks();
  vi.stubGlobal("AudioContext", Loudspeaker);
});

async function endOfRun(code: "all_passing" | "stopped", chosen: Partial<AppSettings>) {
  const { host } = renderApp("/settings", {
    prepare: ({ world }) => {
      world.settings = { ...world.settings, ...chosen };
    },
  });
  await screen.findByRole("switch", { name: "Confetti" });
  host.emit(1, { event: "run_ended", run: 1, end: { code } });
  // The event that comes after it has been heard, so the one before has had its effect.
  await waitFor(() => expect(screen.getByRole("main")).toBeVisible());
  await new Promise((resolve) => setTimeout(resolve));
}

test("a run after which everything passes is celebrated, by whoever chose that", async () => {
  await endOfRun("all_passing", { is_sound_on: true, is_confetti_on: true });
  await waitFor(() => expect(confetti).toHaveBeenCalledOnce());
  expect(tones).toHaveBeenCalledTimes(2);
});

test("nothing is heard or thrown by default", async () => {
  await endOfRun("all_passing", {});
  expect(tones, "sounds are off until they are chosen").not.toHaveBeenCalled();
  expect(confetti, "and so is confetti").not.toHaveBeenCalled();
});

test("a run that was stopped ends with a sound and no confetti", async () => {
  await endOfRun("stopped", { is_sound_on: true, is_confetti_on: true });
  expect(tones).toHaveBeenCalledTimes(2);
  expect(confetti).not.toHaveBeenCalled();
});
