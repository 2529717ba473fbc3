import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { Network, Plus, SearchX, SquareKanban } from "lucide-react";
import { type ReactNode, useDeferredValue, useEffect, useMemo, useState } from "react";
import type { FeatureCard } from "@/api/bindings.ts";
import { useApiQuery, useRefusal } from "@/api/context.tsx";
import { useAction, useKeysOf } from "@/ui/actions.ts";
import { Button } from "@/ui/Button.tsx";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { ErrorState } from "@/ui/ErrorState.tsx";
import { Kbd } from "@/ui/Kbd.tsx";
import { Page } from "@/ui/Page.tsx";
import { AddDialog } from "./AddDialog.tsx";
import { Board } from "./Board.tsx";
import { BoardSkeleton } from "./BoardSkeleton.tsx";
import { BoardStoreContext, createBoardStore } from "./board-store.ts";
import { BulkBar } from "./BulkBar.tsx";
import { EditDialog } from "./EditDialog.tsx";
import { FilterBar } from "./FilterBar.tsx";
import { RecentlyDeleted } from "./RecentlyDeleted.tsx";
import { text } from "./messages.ts";
import { choicesOf, columnsOf, filterCards, isFiltered } from "./model.ts";
import type { BoardSearch } from "./search.ts";
import { keepOnly } from "./selection.ts";
import { useBoardActions } from "./useBoardActions.ts";

const NO_CARDS: readonly FeatureCard[] = [];

type Props = {
  project: number;
  /** What the agent does and asks, above the columns. */
  strip?: ReactNode;
};

/** Every card of a project, where it stands, and what can be done with it. */
export function BoardPage({ project, strip }: Props) {
  const search = useSearch({ from: "/p/$project/board" });
  const navigate = useNavigate({ from: "/p/$project/board" });
  const known = useApiQuery("feature_list", { project });
  const cards = known.data ?? NO_CARDS;
  const [store] = useState(createBoardStore);
  const actions = useBoardActions(project);

  // Typing must stay quick with ten thousand cards: the columns may come a moment after the letter.
  const filter = useDeferredValue(search);
  const shown = useMemo(() => filterCards(cards, filter), [cards, filter]);
  const columns = useMemo(() => {
    const all = columnsOf(shown);
    return filter.state ? all.filter(({ progress }) => progress === filter.state) : all;
  }, [shown, filter.state]);
  const choices = useMemo(() => choicesOf(cards), [cards]);

  useEffect(() => {
    // What is done to the selection is done to what a person sees: a card that is filtered away leaves it.
    if (store.getState().selection.ids.size === 0) return;
    const exists = new Set(shown.map(({ id }) => id));
    store.setState(({ selection }) => ({ selection: keepOnly(selection, (id) => exists.has(id)) }));
  }, [store, shown]);

  const change = (part: { [Key in keyof BoardSearch]?: string | number | undefined }) =>
    void navigate({ search: (before) => ({ ...before, ...part }) as BoardSearch, replace: true });
  const openForm = (add: BoardSearch["add"]) => change({ add });
  const openCard = (feature: number) =>
    void navigate({ to: "/p/$project/feature/$feature", params: { project, feature } });
  useAction("board.add", () => openForm("feature"));

  return (
    <Page
      title={text.board}
      isBare
      actions={
        <>
          <RecentlyDeleted project={project} actions={actions} />
          <Link
            to="/p/$project/graph"
            params={{ project }}
            className="inline-flex h-8 items-center gap-1.5 rounded-md px-2.5 text-muted hover:bg-hover hover:text-text"
          >
            <Network aria-hidden className="size-4" />
            {text.graph}
          </Link>
          <AddButton onClick={() => openForm("feature")} />
        </>
      }
    >
      <BoardStoreContext value={store}>
        <div className="max-h-[45vh] shrink-0 overflow-y-auto">{strip}</div>
        <div className="flex min-h-12 shrink-0 items-center gap-3 border-b border-line px-4 py-2">
          <FilterBar filter={search} choices={choices} onChange={change} />
          {isFiltered(search) && (
            <p role="status" className="tabular ml-auto text-xs text-faint">
              {text.shown(shown.length, cards.length)}
            </p>
          )}
        </div>
        <div className="relative flex min-h-0 flex-1 flex-col">
          {known.isPending && <BoardSkeleton />}
          {known.isError && !known.data && (
            <ErrorState
              title={text.loadFailed}
              message={known.error.message}
              hint={known.error.hint}
              incident={known.error.incident}
              retryLabel={text.retryLoad}
              onRetry={() => void known.refetch()}
            />
          )}
          {known.data && cards.length === 0 && (
            <EmptyState
              icon={<SquareKanban aria-hidden />}
              title={text.noCards}
              description={text.noCardsHint}
              actions={
                <>
                  <Button
                    variant="primary"
                    onClick={() => void navigate({ to: "/p/$project/specs", params: { project } })}
                  >
                    {text.toSpecs}
                  </Button>
                  <AddButton onClick={() => openForm("feature")} isSecondary />
                </>
              }
            />
          )}
          {cards.length > 0 && shown.length === 0 && (
            <EmptyState
              icon={<SearchX aria-hidden />}
              title={text.noMatch}
              actions={
                <Button
                  onClick={() =>
                    change({ q: undefined, category: undefined, spec: undefined, kind: undefined, state: undefined })
                  }
                >
                  {text.clearFilter}
                </Button>
              }
            />
          )}
          {shown.length > 0 && (
            <Board
              project={project}
              columns={columns}
              cards={cards}
              hasManySpecs={choices.specs.length > 1}
              actions={actions}
              onOpen={openCard}
              onEdit={(edit) => change({ edit })}
            />
          )}
          <BulkBar actions={actions} />
        </div>
        {search.add && (
          <AddDialog
            project={project}
            form={search.add}
            cards={cards}
            choices={choices}
            onForm={openForm}
            onClose={() => change({ add: undefined })}
            onShow={openCard}
          />
        )}
        {search.edit !== undefined && (
          <EditDialog
            key={search.edit}
            project={project}
            feature={search.edit}
            cards={cards}
            choices={choices}
            onClose={() => change({ edit: undefined })}
          />
        )}
      </BoardStoreContext>
    </Page>
  );
}

function AddButton({ onClick, isSecondary = false }: { onClick: () => void; isSecondary?: boolean }) {
  const keys = useKeysOf("board.add");
  return (
    <Button
      variant={isSecondary ? "secondary" : "primary"}
      refusal={useRefusal("feature_create")}
      icon={<Plus aria-hidden className="size-4" />}
      onClick={onClick}
    >
      {text.add}
      {keys && !isSecondary && (
        <span aria-hidden className="ml-1 opacity-80 max-sm:hidden">
          <Kbd keys={keys} />
        </span>
      )}
    </Button>
  );
}
