import type { PolicyEffect } from "@/api/bindings.ts";
import type { Tone } from "@/ui/Badge.tsx";

/** What an entry of a policy may do, the mildest first. */
export const EFFECTS: readonly PolicyEffect[] = ["allow", "ask", "deny"];

/** The colour of each. */
export const EFFECT_TONES: Readonly<Record<PolicyEffect, Tone>> = { allow: "success", ask: "warning", deny: "danger" };
