import { useNavigate } from "@tanstack/react-router";
import type { ChangesOf } from "@/api/bindings.ts";
import { useApiQuery } from "@/api/context.tsx";
import { moment } from "@/ui/format.ts";
import { type Option, Select } from "@/ui/Select.tsx";
import { text } from "./messages.ts";
import { searchOf, wordsOf } from "./of.ts";

type Props = { project: number; of: ChangesOf };

/** Checkpoints that are offered; the page of checkpoints leads to all of them. */
const MOST_CHECKPOINTS = 30;

const keyOf = (of: ChangesOf) => JSON.stringify(of);

/** Whose changes are shown: what is not committed, what changed since a checkpoint, or what a link led to. */
export function OfPicker({ project, of }: Props) {
  const navigate = useNavigate();
  const checkpoints = useApiQuery("checkpoint_list", { project });
  const choices = new Map<string, { of: ChangesOf; option: Option<string> }>();
  const offer = (one: ChangesOf, label: string, hint?: string) =>
    choices.set(keyOf(one), { of: one, option: { value: keyOf(one), label, ...(hint ? { hint } : {}) } });
  offer("working", text.working);
  offer(of, wordsOf(of));
  for (const { id, name, created_at_ms } of checkpoints.data?.slice(0, MOST_CHECKPOINTS) ?? []) {
    offer({ since_checkpoint: id }, text.ofCheckpoint(id), `${name} · ${moment(created_at_ms)}`);
  }
  return (
    <Select
      label={text.of}
      className="w-56"
      value={keyOf(of)}
      options={[...choices.values()].map(({ option }) => option)}
      onChange={(value) => {
        const chosen = choices.get(value);
        if (chosen) void navigate({ to: "/p/$project/review", params: { project }, search: searchOf(chosen.of) });
      }}
    />
  );
}
