import {
  ArrowDown,
  ArrowDownToLine,
  ArrowUp,
  ArrowUpToLine,
  CheckSquare,
  CornerDownRight,
  ExternalLink,
  Pencil,
  Pin,
  PinOff,
  RotateCcw,
  Trash2,
} from "lucide-react";
import type { FeatureCard } from "@/api/bindings.ts";
import type { MenuAction } from "@/ui/Menu.tsx";
import { text } from "./messages.ts";
import { isHeld, neighboursOf, whyNotRemove, whyNotReopen, whyNotRetry } from "./moves.ts";
import { COLUMNS } from "./search.ts";
import type { BoardActions } from "./useBoardActions.ts";

type Place = { before?: number | null; after?: number | null };

/** Everywhere a card could be put, and for each place why not when it cannot. */
export function moveActions(card: FeatureCard, cards: readonly FeatureCard[], actions: BoardActions): MenuAction[] {
  const near = neighboursOf(card, cards);
  const notOpen =
    actions.refusal ??
    (isHeld(card) ? text.refusals.atWork : card.progress === "pending" ? null : text.refusals.notOpen);
  const put = ({ before = null, after = null }: Place) => actions.move(card, { kind: "move", before, after });
  const isFirst = notOpen ?? (near.previous === null ? text.refusals.first : null);
  const isLast = notOpen ?? (near.next === null ? text.refusals.last : null);
  const across: MenuAction[] = COLUMNS.filter((column) => column !== card.progress).map((column): MenuAction => {
    if (column === "pending") {
      const isDone = card.progress === "passing";
      return {
        id: column,
        label: isDone ? text.reopen : text.tryAgain,
        icon: <RotateCcw aria-hidden />,
        refusal: actions.refusal ?? (isDone ? whyNotReopen(card) : whyNotRetry(card)),
        onSelect: () => (isDone ? actions.reopen(card) : actions.retry(card)),
      };
    }
    const why = {
      in_progress: text.refusals.toInProgress,
      passing: text.refusals.toDone,
      needs_input: text.refusals.toNeedsYou,
      blocked: text.refusals.toBlocked,
    }[column];
    return { id: column, label: text.columns[column], refusal: why, onSelect: () => undefined };
  });
  return [
    {
      id: "top",
      label: text.toTop,
      icon: <ArrowUpToLine aria-hidden />,
      refusal: isFirst,
      onSelect: () => put({ before: near.first }),
    },
    {
      id: "up",
      label: text.oneUp,
      icon: <ArrowUp aria-hidden />,
      refusal: isFirst,
      onSelect: () => put({ before: near.previous }),
    },
    {
      id: "down",
      label: text.oneDown,
      icon: <ArrowDown aria-hidden />,
      refusal: isLast,
      onSelect: () => put({ after: near.next }),
    },
    {
      id: "end",
      label: text.toEnd,
      icon: <ArrowDownToLine aria-hidden />,
      refusal: isLast,
      onSelect: () => put({ after: near.last }),
    },
    ...(card.status === "failing"
      ? [
          {
            id: "retry",
            label: text.tryAgain,
            icon: <RotateCcw aria-hidden />,
            refusal: actions.refusal ?? whyNotRetry(card),
            onSelect: () => actions.retry(card),
          },
        ]
      : []),
    { kind: "separator", id: "columns" },
    ...across,
  ];
}

type Wanted = {
  card: FeatureCard;
  cards: readonly FeatureCard[];
  actions: BoardActions;
  isSelected: boolean;
  keys: { edit: string | undefined; pin: string | undefined; select: string | undefined; remove: string | undefined };
  onOpen: () => void;
  onEdit: () => void;
  onToggle: () => void;
};

/** Everything that can be done with one card. */
export function cardActions({
  card,
  cards,
  actions,
  isSelected,
  keys,
  onOpen,
  onEdit,
  onToggle,
}: Wanted): MenuAction[] {
  return [
    { id: "open", label: text.open, icon: <ExternalLink aria-hidden />, shortcut: "enter", onSelect: onOpen },
    {
      id: "edit",
      label: text.edit,
      icon: <Pencil aria-hidden />,
      shortcut: keys.edit,
      refusal: actions.refusal,
      onSelect: onEdit,
    },
    {
      id: "pin",
      label: card.is_pinned ? text.unpin : text.pin,
      icon: card.is_pinned ? <PinOff aria-hidden /> : <Pin aria-hidden />,
      shortcut: keys.pin,
      refusal: actions.refusal ?? (card.progress === "passing" ? text.refusals.done : null),
      onSelect: () => actions.pin(card, !card.is_pinned),
    },
    {
      kind: "sub",
      id: "move",
      label: text.moveTo,
      icon: <CornerDownRight aria-hidden />,
      actions: moveActions(card, cards, actions),
    },
    {
      id: "select",
      label: isSelected ? text.deselect : text.select,
      icon: <CheckSquare aria-hidden />,
      shortcut: keys.select,
      onSelect: onToggle,
    },
    { kind: "separator", id: "end" },
    {
      id: "remove",
      label: text.remove,
      icon: <Trash2 aria-hidden />,
      shortcut: keys.remove,
      isDanger: true,
      refusal: actions.refusal ?? whyNotRemove(card),
      onSelect: () => actions.remove([card.id]),
    },
  ];
}
