import type { FeatureDetail, NewFeature } from "@/api/bindings.ts";
import { text } from "./messages.ts";
import type { Picture } from "./picture.ts";

/** A card as it is being written. */
export type Draft = {
  name: string;
  description: string;
  steps: readonly { key: number; text: string }[];
  category: string;
  /** A number as text; empty when it follows from the category. */
  layer: string;
  spec: string;
  priority: string;
  needs: readonly number[];
  /** Put on the card as soon as it exists. */
  pictures: readonly Picture[];
};

export type DraftErrors = Partial<Record<"name" | "priority", string>>;

let lastKey = 0;

/** A step with a key of its own, so that a line keeps its focus when one above it goes. */
export function stepOf(text: string): Draft["steps"][number] {
  lastKey += 1;
  return { key: lastKey, text };
}

export function emptyDraft(): Draft {
  return {
    name: "",
    description: "",
    steps: [stepOf("")],
    category: "",
    layer: "",
    spec: "main",
    priority: "",
    needs: [],
    pictures: [],
  };
}

export function draftOf({ feature }: FeatureDetail): Draft {
  return {
    name: feature.name,
    description: feature.description,
    steps: feature.steps.length > 0 ? feature.steps.map(stepOf) : [stepOf("")],
    category: feature.category,
    layer: String(feature.layer),
    spec: feature.source_spec,
    priority: String(feature.priority),
    needs: feature.dependencies,
    pictures: [],
  };
}

export function stepsOf(draft: Draft): string[] {
  return draft.steps.map((step) => step.text.trim()).filter(Boolean);
}

/** What keeps the draft from being sent; empty when nothing does. */
export function errorsOf(draft: Draft): DraftErrors {
  const errors: DraftErrors = {};
  if (draft.name.trim() === "") errors.name = text.form.missingName;
  if (draft.priority.trim() !== "" && !/^-?\d{1,9}$/.test(draft.priority.trim()))
    errors.priority = text.form.badPriority;
  return errors;
}

const numberOf = (value: string): number | null => (value.trim() === "" ? null : Number(value));

export function newFeatureOf(draft: Draft): NewFeature {
  return {
    kind: "feature",
    category: draft.category.trim() || "functional",
    name: draft.name.trim(),
    description: draft.description.trim(),
    steps: stepsOf(draft),
    priority: numberOf(draft.priority),
    layer: numberOf(draft.layer),
    source_spec: draft.spec,
    parent: null,
    dependencies: [...draft.needs],
    model: null,
    checks: [],
  };
}
