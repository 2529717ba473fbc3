import { useApiQuery, useEvents } from "@/api/context.tsx";
import { useReducedMotion } from "@/ui/useReducedMotion.ts";

/** Frequencies in hertz: up for a beginning and for success, down for an end that leaves something to do. */
const TUNES = { begun: [440, 587], done: [523, 784], ended: [587, 440] } as const;
const NOTE_S = 0.14;

/** Sounds and confetti at the beginning and the end of runs, for whoever chose them; never where less motion is wanted. */
export function Celebration() {
  const settings = useApiQuery("app_settings_read", null).data;
  const isReduced = useReducedMotion();
  useEvents((envelope) => {
    if (!settings || isReduced) return;
    if (envelope.event === "run_started" && settings.is_sound_on) play(TUNES.begun);
    if (envelope.event !== "run_ended") return;
    const isDone = envelope.end.code === "all_passing";
    if (settings.is_sound_on) play(isDone ? TUNES.done : TUNES.ended);
    if (isDone && settings.is_confetti_on) void throwConfetti();
  });
  return null;
}

function play(tune: readonly number[]): void {
  const context = new AudioContext();
  tune.forEach((frequency, index) => {
    const [tone, volume] = [context.createOscillator(), context.createGain()];
    const from = context.currentTime + index * NOTE_S;
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0.08, from);
    volume.gain.exponentialRampToValueAtTime(0.001, from + NOTE_S);
    tone.connect(volume).connect(context.destination);
    tone.start(from);
    tone.stop(from + NOTE_S);
    // The device is held as long as the context is open.
    if (index === tune.length - 1) tone.onended = () => void context.close();
  });
}

/** Fetched only when it is needed: most people never see it. */
async function throwConfetti(): Promise<void> {
  const { default: confetti } = await import("canvas-confetti");
  await confetti({ particleCount: 120, spread: 80, origin: { y: 0.7 }, disableForReducedMotion: true });
}
