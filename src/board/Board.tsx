import {
  DndContext,
  type DragEndEvent,
  type DragMoveEvent,
  DragOverlay,
  KeyboardSensor,
  MouseSensor,
  useSensor,
  useSensors,
} from "@dnd-kit/core";
import { type KeyboardEvent, type MouseEvent, useEffect, useRef, useState } from "react";
import type { FeatureCard, Progress } from "@/api/bindings.ts";
import { useAction, useActions, keysOf } from "@/ui/actions.ts";
import { AnchoredMenu } from "@/ui/Menu.tsx";
import { useNarrow } from "@/ui/useNarrow.ts";
import { CardFace } from "./BoardCard.tsx";
import { STEP_KEYS, stepFrom } from "./board-keys.ts";
import { useBoardState, useBoardStore } from "./board-store.ts";
import { BoardColumn, type DropVerdict } from "./BoardColumn.tsx";
import { cardActions, moveActions } from "./card-actions.tsx";
import { ColumnSwitcher } from "./ColumnSwitcher.tsx";
import { drawingOf } from "./card-size.ts";
import { besideAt, collisionDetection, keyboardCoordinates, spansOf } from "./dragging.ts";
import { text } from "./messages.ts";
import type { Column } from "./model.ts";
import { type Target, verdictOf } from "./moves.ts";
import { NOTHING, extend, toggle, toggleAll } from "./selection.ts";
import type { BoardActions } from "./useBoardActions.ts";

type Props = {
  project: number;
  columns: readonly Column[];
  cards: readonly FeatureCard[];
  hasManySpecs: boolean;
  actions: BoardActions;
  onOpen: (card: number) => void;
  onEdit: (card: number) => void;
};

/** The columns, and everything a hand or a keyboard does with the cards in them. */
export function Board({ project, columns, cards, hasManySpecs, actions, onOpen, onEdit }: Props) {
  const store = useBoardStore();
  const place = useRef<HTMLDivElement>(null);
  const [carried, setCarried] = useState<FeatureCard | null>(null);
  const [target, setTarget] = useState<Target | null>(null);
  const focused = useBoardState((state) => state.focused);
  const order = () => columns.flatMap(({ rows }) => rows.map(({ card }) => card.id));
  const sensors = useSensors(
    // A finger scrolls and swipes; what it holds opens the card's menu, which moves cards too.
    useSensor(MouseSensor, { activationConstraint: { distance: 6 } }),
    useSensor(KeyboardSensor, {
      coordinateGetter: keyboardCoordinates,
      keyboardCodes: { start: ["Space"], cancel: ["Escape"], end: ["Space", "Enter"] },
    }),
  );

  const find = (id: number | null) => cards.find((card) => card.id === id);
  /** The card that keys act on: the one with the focus, or the one that lost it by going elsewhere on the board. */
  const current = () => {
    const { activeElement: active } = document;
    const { focused: last } = store.getState();
    if (active === document.body) return last !== null && order().includes(last) ? find(last) : undefined;
    const isOnBoard = active instanceof HTMLElement && place.current?.contains(active);
    return isOnBoard ? find(Number(active.dataset.card)) : undefined;
  };
  const openMenu = (card: number, x: number, y: number, isMove: boolean) =>
    store.setState({ menu: { card, x, y, isMove }, focused: card });
  const menuBeside = (card: number, isMove: boolean) => {
    const box = place.current?.querySelector(`[data-card="${card}"]`)?.getBoundingClientRect();
    if (box) openMenu(card, box.left + 24, box.top + 24, isMove);
  };

  const isNarrow = useNarrow();
  useFocusFollows(place, focused, columns);

  const click = (event: MouseEvent) => {
    const { target: at } = event;
    if (!(at instanceof Element)) return;
    const menu = at.closest<HTMLElement>("[data-menu]")?.dataset.menu;
    if (menu) return openMenu(Number(menu), event.clientX, event.clientY, false);
    const id = Number(at.closest<HTMLElement>("[data-card]")?.dataset.card);
    // Whoever clicks beside the cards is done with the one they were on.
    if (!id) return store.setState({ focused: null });
    const { selection } = store.getState();
    if (event.shiftKey) store.setState({ focused: id, selection: extend(selection, id, order()) });
    else if (event.ctrlKey || event.metaKey) store.setState({ focused: id, selection: toggle(selection, id) });
    else {
      store.setState({ focused: id });
      onOpen(id);
    }
  };

  const press = (event: KeyboardEvent) => {
    if (carried || !(event.target instanceof HTMLElement) || !event.target.dataset.card) return;
    const { focused: from, selection } = store.getState();
    if (STEP_KEYS.has(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      const to = stepFrom(columns, from, event.key);
      if (to === null) return;
      const anchored = selection.anchor === null && from !== null ? { ...selection, anchor: from } : selection;
      store.setState({ focused: to, ...(event.shiftKey ? { selection: extend(anchored, to, order()) } : {}) });
    } else if (event.key === "Enter" && from !== null) {
      event.preventDefault();
      onOpen(from);
    } else if (event.key === "Escape" && selection.ids.size > 0) {
      store.setState({ selection: NOTHING });
    }
  };

  const contextMenu = (event: MouseEvent) => {
    if (!(event.target instanceof Element)) return;
    const id = Number(event.target.closest<HTMLElement>("[data-card]")?.dataset.card);
    if (!id) return;
    event.preventDefault();
    // The menu key has no pointer: the menu opens at the card then.
    if (event.clientX === 0 && event.clientY === 0) menuBeside(id, false);
    else openMenu(id, event.clientX, event.clientY, false);
  };

  const hasFocus = focused !== null;
  useAction(
    "board.select",
    () => {
      const card = current();
      if (card) store.setState({ selection: toggle(store.getState().selection, card.id) });
    },
    hasFocus,
  );
  useAction("board.select_all", () => store.setState({ selection: toggleAll(store.getState().selection, order()) }));
  useAction(
    "board.move",
    () => {
      const card = current();
      if (card) menuBeside(card.id, true);
    },
    hasFocus,
  );
  useAction(
    "board.edit",
    () => {
      const card = current();
      if (card) onEdit(card.id);
    },
    hasFocus,
  );
  useAction(
    "board.pin",
    () => {
      const card = current();
      if (card) actions.pin(card, !card.is_pinned);
    },
    hasFocus,
  );
  useAction(
    "board.delete",
    () => {
      const { selection } = store.getState();
      const card = current();
      const gone = selection.ids.size > 0 ? [...selection.ids] : card ? [card.id] : [];
      if (gone.length === 0) return;
      // The focus goes on to the next card: the one it was on will not be there any more.
      const from = card?.id ?? focused;
      const next = stepFrom(columns, from, "ArrowDown") ?? stepFrom(columns, from, "ArrowUp");
      store.setState({ selection: NOTHING, focused: next });
      actions.remove(gone);
    },
    true,
  );

  const targetOf = ({ active, over: at }: Pick<DragMoveEvent, "active" | "over">): Target | null => {
    const progress = (at?.data.current as { column?: Progress } | undefined)?.column;
    if (!progress) return null;
    const held = active.rect.current.translated;
    const beside =
      place.current && held ? besideAt(spansOf(place.current, progress), held.top + held.height / 2) : null;
    const other = beside && find(beside.id);
    return other ? { beside: other, side: beside.side } : { column: progress };
  };
  const over = (event: DragMoveEvent) => {
    const next = targetOf(event);
    setTarget((before) => (isSame(before, next) ? before : next));
  };
  const end = (event: DragEndEvent) => {
    const at = targetOf(event);
    if (carried && at) actions.move(carried, verdictOf(carried, at));
    setCarried(null);
    setTarget(null);
  };
  const told = (event: Pick<DragMoveEvent, "active" | "over">) => {
    const at = targetOf(event);
    const card = find(Number(event.active.id));
    if (!card || !at) return "";
    const verdict = verdictOf(card, at);
    if (verdict.kind === "refused") return text.dragRefused(verdict.why);
    if ("column" in at) return text.dragOver(text.columns[at.column]);
    return text.dragOver(at.side === "before" ? text.before(at.beside.id) : text.after(at.beside.id));
  };

  return (
    <DndContext
      sensors={sensors}
      collisionDetection={collisionDetection}
      onDragStart={({ active }) => setCarried(find(Number(active.id)) ?? null)}
      onDragMove={over}
      onDragEnd={end}
      onDragCancel={() => {
        setCarried(null);
        setTarget(null);
      }}
      accessibility={{
        screenReaderInstructions: { draggable: text.dragInstructions },
        announcements: {
          onDragStart: ({ active }) => text.dragStarted(Number(active.id)),
          onDragMove: told,
          onDragOver: told,
          onDragEnd: ({ active }) => text.dropped(Number(active.id)),
          onDragCancel: ({ active }) => text.dragCancelled(Number(active.id)),
        },
      }}
    >
      {isNarrow && <ColumnSwitcher columns={columns} place={place} />}
      <p id="board-hint" className="sr-only">
        {text.boardHint} {text.dragInstructions}
      </p>
      {/* What is done to a card is heard here once, and not at each of ten thousand. */}
      {/* oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-static-element-interactions */}
      <div
        ref={place}
        className="flex min-h-0 flex-1 gap-1 overflow-x-auto px-2.5 py-2 max-md:snap-x max-md:snap-mandatory max-md:gap-0 max-md:overscroll-x-contain max-md:px-0 max-md:[scrollbar-width:none]"
        onClick={click}
        onKeyDown={press}
        onContextMenu={contextMenu}
        onFocus={(event) => {
          const id = Number((event.target as HTMLElement).dataset.card);
          if (id) store.setState({ focused: id });
        }}
      >
        {columns.map((column) => (
          <BoardColumn
            key={column.progress}
            project={project}
            column={column}
            hasManySpecs={hasManySpecs}
            verdict={carried ? verdictFor(carried, column, target) : null}
          />
        ))}
      </div>
      <DragOverlay dropAnimation={null}>
        {carried && (
          <div className="flex cursor-grabbing flex-col overflow-hidden rounded-lg border border-accent bg-raised px-3 py-2 shadow-overlay">
            <CardFace
              card={carried}
              drawing={drawingOf(carried, 260, false)}
              isSelected={false}
              hasManySpecs={hasManySpecs}
            />
          </div>
        )}
      </DragOverlay>
      <CardMenu cards={cards} actions={actions} onOpen={onOpen} onEdit={onEdit} place={place} />
    </DndContext>
  );
}

function isSame(a: Target | null, b: Target | null): boolean {
  if (!a || !b) return a === b;
  if ("column" in a || "column" in b) return "column" in a && "column" in b && a.column === b.column;
  return a.beside.id === b.beside.id && a.side === b.side;
}

/** What a column says while a card is carried: of the very place under it, or of the column as a whole. */
function verdictFor(carried: FeatureCard, { progress }: Column, target: Target | null): DropVerdict {
  const over = target && ("column" in target ? target.column : target.beside.progress);
  const isHere = over === progress;
  const verdict = verdictOf(carried, isHere && target ? target : { column: progress });
  return { isLawful: verdict.kind !== "refused", why: verdict.kind === "refused" ? verdict.why : null, isHere };
}

/** Gives the focus to the card the keyboard is on: once it is drawn, and again when it was moved to another column. */
function useFocusFollows(
  place: React.RefObject<HTMLDivElement | null>,
  focused: number | null,
  columns: readonly Column[],
) {
  useEffect(() => {
    const within = place.current;
    if (focused === null || !within) return;
    const active = document.activeElement;
    // The focus is taken only from another card, or when it was lost because its card went out of view.
    if (active !== document.body && !(active instanceof HTMLElement && active.dataset.card)) return;
    within.querySelector<HTMLElement>(`[data-card="${focused}"]`)?.focus({ preventScroll: true });
    // Other columns draw other cards, the one that lost the focus among them.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [place, focused, columns]);
}

type MenuProps = Pick<Props, "cards" | "actions" | "onOpen" | "onEdit"> & {
  place: React.RefObject<HTMLDivElement | null>;
};

function CardMenu({ cards, actions, onOpen, onEdit, place }: MenuProps) {
  const store = useBoardStore();
  const menu = useBoardState((state) => state.menu);
  const chosen = useActions((state) => state.chosen);
  const card = menu ? cards.find(({ id }) => id === menu.card) : undefined;
  const close = () => {
    const closed = store.getState().menu;
    store.setState({ menu: null });
    if (closed)
      place.current?.querySelector<HTMLElement>(`[data-card="${closed.card}"]`)?.focus({ preventScroll: true });
  };
  const list = () => {
    if (!card || !menu) return [];
    if (menu.isMove) return moveActions(card, cards, actions);
    return cardActions({
      card,
      cards,
      actions,
      isSelected: store.getState().selection.ids.has(card.id),
      keys: {
        edit: keysOf("board.edit", chosen) ?? undefined,
        pin: keysOf("board.pin", chosen) ?? undefined,
        select: keysOf("board.select", chosen) ?? undefined,
        remove: keysOf("board.delete", chosen) ?? undefined,
      },
      onOpen: () => onOpen(card.id),
      onEdit: () => onEdit(card.id),
      onToggle: () => store.setState({ selection: toggle(store.getState().selection, card.id) }),
    });
  };
  return (
    <AnchoredMenu
      at={card && menu ? menu : null}
      label={card ? text.cardMenu(card.id) : ""}
      actions={list}
      onClose={close}
    />
  );
}
