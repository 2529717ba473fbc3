import { X } from "lucide-react";
import { type KeyboardEvent, useId, useState } from "react";
import type { FeatureCard } from "@/api/bindings.ts";
import { cx } from "@/ui/cx.ts";
import { Field } from "@/ui/Field.tsx";
import { Input } from "@/ui/Input.tsx";
import { text } from "./messages.ts";

/** Cards offered at once. */
const MOST = 7;

type Props = {
  needs: readonly number[];
  cards: readonly FeatureCard[];
  self: number | null;
  onChange: (needs: readonly number[]) => void;
};

/** Cards that match what was typed, a card of that number first. */
function suggestionsOf(cards: readonly FeatureCard[], typed: string, without: ReadonlySet<number>): FeatureCard[] {
  const sought = typed.trim().toLowerCase().replace(/^#/, "");
  if (sought === "") return [];
  const found: FeatureCard[] = [];
  for (const card of cards) {
    if (without.has(card.id)) continue;
    if (String(card.id) === sought) found.unshift(card);
    else if (found.length < MOST && card.name.toLowerCase().includes(sought)) found.push(card);
  }
  return found.slice(0, MOST);
}

/** Chooses what a card waits for, by number or by a part of a title. */
export function NeedsField({ needs, cards, self, onChange }: Props) {
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const list = useId();
  const without = new Set([...needs, ...(self === null ? [] : [self])]);
  const found = suggestionsOf(cards, typed, without);
  const names = new Map(needs.map((id) => [id, cards.find((card) => card.id === id)?.name ?? ""]));

  const take = (card: FeatureCard | undefined) => {
    if (!card) return;
    onChange([...needs, card.id]);
    setTyped("");
    setAt(0);
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      setAt((before) => (found.length === 0 ? 0 : (before + step + found.length) % found.length));
    } else if (event.key === "Enter" && typed !== "") {
      event.preventDefault();
      take(found[at]);
    } else if (event.key === "Escape" && typed !== "") {
      event.stopPropagation();
      setTyped("");
    } else if (event.key === "Backspace" && typed === "" && needs.length > 0) {
      onChange(needs.slice(0, -1));
    }
  };

  return (
    <Field label={text.form.needs} hint={text.form.needsHint} isOptional>
      {(wiring) => (
        <div className="relative">
          {needs.length > 0 && (
            <ul className="mb-1.5 flex flex-wrap gap-1">
              {needs.map((id) => (
                <li
                  key={id}
                  className="flex max-w-full items-center gap-1 rounded-md bg-hover py-0.5 pr-1 pl-2 text-xs"
                >
                  <span className="tabular text-faint">#{id}</span>
                  <span className="truncate">{names.get(id)}</span>
                  <button
                    type="button"
                    aria-label={text.form.removeNeed(id)}
                    className="rounded-sm p-0.5 text-faint hover:text-text"
                    onClick={() => onChange(needs.filter((one) => one !== id))}
                  >
                    <X aria-hidden className="size-3" />
                  </button>
                </li>
              ))}
            </ul>
          )}
          <Input
            {...wiring}
            role="combobox"
            aria-expanded={typed !== ""}
            aria-controls={list}
            aria-autocomplete="list"
            aria-activedescendant={found[at] ? `${list}-${found[at].id}` : undefined}
            autoComplete="off"
            value={typed}
            onChange={(event) => {
              setTyped(event.target.value);
              setAt(0);
            }}
            onKeyDown={press}
          />
          <ul
            id={list}
            role="listbox"
            aria-label={text.form.needs}
            hidden={typed === ""}
            className="mt-1 max-h-56 overflow-y-auto rounded-md border border-line bg-raised p-1"
          >
            {found.length === 0 && <li className="px-2 py-1 text-faint">{text.form.needsEmpty}</li>}
            {found.map((card, row) => (
              // The keyboard reaches the rows from the field, through aria-activedescendant.
              // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
              <li
                key={card.id}
                id={`${list}-${card.id}`}
                role="option"
                tabIndex={-1}
                aria-selected={row === at}
                className={cx("flex gap-2 rounded-sm px-2 py-1", row === at && "bg-hover")}
                onClick={() => take(card)}
              >
                <span className="tabular text-faint">#{card.id}</span>
                <span className="truncate">{card.name}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </Field>
  );
}
