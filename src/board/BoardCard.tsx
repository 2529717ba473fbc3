import { useDraggable } from "@dnd-kit/core";
import {
  Bug,
  CircleCheck,
  CircleX,
  Ellipsis,
  Hourglass,
  MessageCircleQuestion,
  Paintbrush,
  Pin,
  SquareCheck,
  TriangleAlert,
  Wrench,
} from "lucide-react";
import { memo } from "react";
import type { FeatureCard, Kind } from "@/api/bindings.ts";
import { Badge } from "@/ui/Badge.tsx";
import { cx } from "@/ui/cx.ts";
import { dollars } from "@/ui/format.ts";
import { useBoardState } from "./board-store.ts";
import { type Drawing, drawingOf } from "./card-size.ts";
import { LiveLine } from "./LiveLine.tsx";
import { layerName, text } from "./messages.ts";

/** Most cards come from it, so it goes without saying. */
const MAIN_SPEC = "main";

const KIND_ICONS = { bug: Bug, fix: Wrench, redesign: Paintbrush } as const;
const KIND_TONES = { bug: "text-danger", fix: "text-warning", redesign: "text-accent" } as const;

type Props = {
  project: number;
  card: FeatureCard;
  /** How wide it is, in pixels. */
  width: number;
  isUnder: boolean;
  hasManySpecs: boolean;
  /** Whether the Tab key comes here when it comes into the column. */
  isEntry: boolean;
};

/** One card, in a list: it can be carried elsewhere. */
export const BoardCard = memo(function BoardCard({ project, card, width, isUnder, hasManySpecs, isEntry }: Props) {
  const drawing = drawingOf(card, width, isUnder);
  const isSelected = useBoardState(({ selection }) => selection.ids.has(card.id));
  const isReached = useBoardState(({ focused }) => focused === card.id);
  const { setNodeRef, listeners, isDragging } = useDraggable({ id: card.id });
  return (
    <div
      ref={setNodeRef}
      {...listeners}
      data-card={card.id}
      role="group"
      aria-roledescription="card"
      aria-label={labelOf(card, isSelected)}
      aria-describedby="board-hint"
      tabIndex={isReached || isEntry ? 0 : -1}
      className={cx(
        "group relative flex flex-col overflow-hidden rounded-lg border px-3 py-2 text-left shadow-raised outline-offset-0 select-none",
        isSelected ? "border-accent bg-accent-soft" : "border-line bg-raised hover:border-line-strong",
        isUnder && "ml-3.5",
        isDragging && "opacity-40",
      )}
      style={{ height: drawing.height }}
    >
      <CardFace card={card} drawing={drawing} isSelected={isSelected} hasManySpecs={hasManySpecs} />
      <button
        type="button"
        tabIndex={-1}
        data-menu={card.id}
        aria-label={text.cardMenu(card.id)}
        className="absolute top-1 right-1 rounded-sm bg-raised p-1 text-faint opacity-0 group-hover:opacity-100 hover:bg-hover hover:text-text pointer-coarse:top-auto pointer-coarse:right-0 pointer-coarse:bg-transparent pointer-coarse:bottom-0 pointer-coarse:p-3 pointer-coarse:opacity-100"
      >
        <Ellipsis aria-hidden className="size-3.5" />
      </button>
      {card.session && <LiveLine project={project} session={card.session} />}
    </div>
  );
});

/** A card's face alone, as it is carried around. */
export function CardFace({
  card,
  drawing,
  isSelected,
  hasManySpecs,
}: Pick<Props, "card" | "hasManySpecs"> & { drawing: Drawing; isSelected: boolean }) {
  return (
    <>
      <div className="flex h-4.5 items-center gap-1.5 text-2xs text-faint">
        <KindMark kind={card.kind} />
        <span className="tabular">#{card.id}</span>
        {card.parent !== null && <span className="truncate">{text.under(card.parent)}</span>}
        <span className="ml-auto flex shrink-0 items-center gap-1.5">
          {card.attempts > 0 && <span>{text.attempts(card.attempts)}</span>}
          {card.cost_usd > 0 && <span className="tabular">{dollars(card.cost_usd)}</span>}
          {card.is_pinned && <Pin aria-label={text.pinned} role="img" className="size-3 text-accent" />}
          {card.open_request !== null && (
            <MessageCircleQuestion aria-label={text.asks} role="img" className="size-3.5 text-warning" />
          )}
          <EvidenceMark card={card} />
          {isSelected && <SquareCheck aria-hidden className="size-3.5 text-accent" />}
        </span>
      </div>
      <p className={cx("text-sm text-text", drawing.lines === 1 ? "truncate" : "line-clamp-2")}>{card.name}</p>
      <div className="mt-auto flex h-5.5 items-center gap-1 overflow-hidden">
        {card.blocked_by.length > 0 && (
          <Badge icon={<Hourglass aria-hidden />} className="shrink-0">
            {drawing.isNarrow ? (
              <>
                <span className="sr-only">{text.waits} </span>
                {text.cardsOf(card.blocked_by, 2)}
              </>
            ) : (
              `${text.waits} ${text.cardsOf(card.blocked_by, 3)}`
            )}
          </Badge>
        )}
        <Badge>{card.category}</Badge>
        {(!drawing.isNarrow || card.blocked_by.length === 0) && (
          <span className="min-w-0 shrink-[2] truncate text-2xs text-faint">{layerName(card.layer)}</span>
        )}
        {!drawing.isNarrow && hasManySpecs && card.source_spec !== MAIN_SPEC && <Badge>{card.source_spec}</Badge>}
      </div>
      {drawing.hasNote && (
        <p
          className={cx(
            "mt-1 line-clamp-2 h-9 text-xs",
            card.progress === "needs_input" ? "text-warning" : "text-danger",
          )}
        >
          {card.note}
        </p>
      )}
    </>
  );
}

function labelOf(card: FeatureCard, isSelected: boolean): string {
  const label = text.cardLabel(card.id, text.kinds[card.kind], card.name, text.statuses[card.status]);
  return isSelected ? `${label}, ${text.selected}` : label;
}

export function KindMark({ kind }: { kind: Kind }) {
  if (kind === "feature") return null;
  const Icon = KIND_ICONS[kind];
  return (
    <span className={cx("flex items-center gap-1 font-medium", KIND_TONES[kind])}>
      <Icon aria-hidden className="size-3.5" />
      {text.kinds[kind]}
    </span>
  );
}

function EvidenceMark({ card: { evidence } }: { card: FeatureCard }) {
  if (!evidence) return null;
  if (!evidence.is_passing) return <CircleX aria-label={text.disproven} role="img" className="size-3.5 text-danger" />;
  if (evidence.warnings > 0)
    return <TriangleAlert aria-label={text.provenWithWarnings} role="img" className="size-3.5 text-warning" />;
  return <CircleCheck aria-label={text.proven} role="img" className="size-3.5 text-success" />;
}
