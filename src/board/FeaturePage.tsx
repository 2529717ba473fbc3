import { Link, useNavigate } from "@tanstack/react-router";
import { ChevronLeft, Ellipsis, Pencil, SearchX } from "lucide-react";
import { useState } from "react";
import type { FeatureCard, FeatureDetail } from "@/api/bindings.ts";
import { useApiQuery } from "@/api/context.tsx";
import { useAction, useKeysOf } from "@/ui/actions.ts";
import { Button } from "@/ui/Button.tsx";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { ErrorState } from "@/ui/ErrorState.tsx";
import { Menu, type MenuAction } from "@/ui/Menu.tsx";
import { Page } from "@/ui/Page.tsx";
import { Panel } from "@/ui/Panel.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { cardActions } from "./card-actions.tsx";
import { EditDialog } from "./EditDialog.tsx";
import { EvidenceList } from "./EvidenceList.tsx";
import { FeatureFacts } from "./FeatureFacts.tsx";
import { History } from "./History.tsx";
import { text } from "./messages.ts";
import { Pictures } from "./Pictures.tsx";
import { RequestHistory } from "./RequestHistory.tsx";
import { choicesOf } from "./model.ts";
import { StatusBadge } from "./StatusBadge.tsx";
import { type BoardActions, useBoardActions } from "./useBoardActions.ts";

const NO_CARDS: readonly FeatureCard[] = [];

type Props = { project: number; feature: number };

/** Everything that is known of one card. */
export function FeaturePage({ project, feature }: Props) {
  const known = useApiQuery("feature_get", { project, feature });
  const list = useApiQuery("feature_list", { project });
  const cards = list.data ?? NO_CARDS;
  const card = cards.find(({ id }) => id === feature);
  const navigate = useNavigate();
  const board = useBoardActions(project);
  const [isEditing, setEditing] = useState(false);
  const toBoard = () => void navigate({ to: "/p/$project/board", params: { project } });
  const actions: BoardActions = {
    ...board,
    remove: (features) => {
      board.remove(features);
      toBoard();
    },
  };
  useAction("board.edit", () => setEditing(true), known.data !== undefined);
  useAction("board.pin", () => card && actions.pin(card, !card.is_pinned), card !== undefined);

  const title = known.data?.feature.name ?? card?.name ?? `#${feature}`;
  return (
    <Page
      title={title}
      windowTitle={`#${feature} ${title}`}
      aside={<StatusBadge status={known.data?.feature.status ?? card?.status} />}
      actions={
        <>
          <Link
            to="/p/$project/board"
            params={{ project }}
            className="inline-flex h-8 items-center gap-1 rounded-md px-2.5 text-muted hover:bg-hover hover:text-text"
          >
            <ChevronLeft aria-hidden className="size-4" />
            {text.page.back}
          </Link>
          {card && known.data && (
            <>
              <Button
                icon={<Pencil aria-hidden className="size-3.5" />}
                refusal={actions.refusal}
                onClick={() => setEditing(true)}
              >
                {text.edit}
              </Button>
              <CardMenuButton card={card} cards={cards} actions={actions} />
            </>
          )}
        </>
      }
    >
      {known.isPending && <SkeletonRows label={text.loading} />}
      {known.isError &&
        !known.data &&
        (known.error.code === "not_found" ? (
          <EmptyState
            icon={<SearchX aria-hidden />}
            title={text.page.gone}
            description={text.page.goneHint}
            actions={<Button onClick={toBoard}>{text.page.back}</Button>}
          />
        ) : (
          <ErrorState
            title={text.page.loadFailed}
            message={known.error.message}
            hint={known.error.hint}
            incident={known.error.incident}
            onRetry={() => void known.refetch()}
          />
        ))}
      {known.data && <Detail project={project} detail={known.data} card={card} />}
      {isEditing && (
        <EditDialog
          project={project}
          feature={feature}
          cards={cards}
          choices={choicesOf(cards)}
          onClose={() => setEditing(false)}
        />
      )}
    </Page>
  );
}

type MenuProps = { card: FeatureCard; cards: readonly FeatureCard[]; actions: BoardActions };

function CardMenuButton({ card, cards, actions }: MenuProps) {
  const pin = useKeysOf("board.pin");
  const none = () => undefined;
  const all: MenuAction[] = cardActions({
    card,
    cards,
    actions,
    isSelected: false,
    keys: { edit: undefined, pin, select: undefined, remove: undefined },
    onOpen: none,
    onEdit: none,
    onToggle: none,
  });
  // Opening, editing and selecting make no sense on the card's own page.
  const wanted = all.filter(({ id }) => !["open", "edit", "select"].includes(id));
  return (
    <Menu actions={wanted} label={text.cardMenu(card.id)}>
      <Button aria-label={text.cardMenu(card.id)} className="px-2" icon={<Ellipsis aria-hidden className="size-4" />} />
    </Menu>
  );
}

type DetailProps = { project: number; detail: FeatureDetail; card: FeatureCard | undefined };

function Detail({ project, detail, card }: DetailProps) {
  const { feature } = detail;
  return (
    <div className="mx-auto grid max-w-6xl gap-5 lg:grid-cols-[minmax(0,1fr)_19rem]">
      <div className="flex min-w-0 flex-col gap-5">
        {feature.note && feature.status !== "passing" && (
          <div className="rounded-lg border border-line border-l-2 border-l-warning bg-panel p-4">
            <h2 className="text-xs font-semibold text-warning">{text.page.note}</h2>
            <p className="mt-1 whitespace-pre-wrap">{feature.note}</p>
            {card?.open_request !== null && card && (
              <Link
                to="/p/$project/run"
                params={{ project }}
                className="mt-2 inline-block font-medium text-accent underline"
              >
                {text.page.answer}
              </Link>
            )}
          </div>
        )}
        <Panel title={text.page.description}>
          <p className="whitespace-pre-wrap">
            {feature.description || <span className="text-faint">{text.page.noDescription}</span>}
          </p>
          {feature.steps.length > 0 && (
            <>
              <h3 className="mt-4 mb-1.5 text-xs font-medium text-muted">{text.page.steps}</h3>
              <ol className="list-decimal space-y-1 pl-5 marker:text-faint">
                {feature.steps.map((step, at) => (
                  // Steps are never reordered here, and two may read the same.
                  // oxlint-disable-next-line react/no-array-index-key
                  <li key={at}>{step}</li>
                ))}
              </ol>
            </>
          )}
        </Panel>
        <Pictures project={project} feature={feature.id} images={detail.images} />
        <EvidenceList evidence={detail.evidence} />
        <RequestHistory requests={detail.requests} />
        <History changes={detail.history} edits={detail.edits} />
      </div>
      <FeatureFacts project={project} detail={detail} cost_usd={card?.cost_usd ?? null} />
    </div>
  );
}
