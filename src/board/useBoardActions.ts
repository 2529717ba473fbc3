import { useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import type { BulkWord, FeatureCard } from "@/api/bindings.ts";
import { useClient, useRefusal } from "@/api/context.tsx";
import { reasonOf, toFailure } from "@/api/failure.ts";
import { compareInQueue } from "@/api/queue.ts";
import { dismissToast, toast } from "@/ui/toast.ts";
import { text } from "./messages.ts";
import type { Verdict } from "./moves.ts";
import { type Removal, forgetRemoval, lastRemoval, rememberRemoval } from "./removals.ts";

export type BoardActions = {
  /** Why the person may change no card at all; `null` when they may. */
  refusal: string | null;
  move: (card: FeatureCard, verdict: Verdict) => void;
  pin: (card: FeatureCard, isPinned: boolean) => void;
  skip: (card: FeatureCard) => void;
  retry: (card: FeatureCard) => void;
  reopen: (card: FeatureCard) => void;
  remove: (features: readonly number[]) => void;
  /** Brings back what one deletion took, or what the last one took. */
  bringBack: (removal?: Removal) => void;
  bulk: (features: readonly number[], action: BulkWord) => void;
};

/** How long a deletion offers its undo in the corner, in milliseconds. Afterwards it is among the recently deleted. */
const UNDO_MS = 30_000;

type Patch = (card: FeatureCard) => FeatureCard;

/** What a person can do with cards. The board shows it at once, and takes it back when the host refuses. */
export function useBoardActions(project: number): BoardActions {
  const client = useClient();
  const queries = useQueryClient();
  const refusal = useRefusal("feature_move");
  return useMemo(() => {
    if (refusal !== null) {
      const no = () => void toast({ title: text.failures.mayNot, description: refusal });
      return { refusal, move: no, pin: no, skip: no, retry: no, reopen: no, remove: no, bringBack: no, bulk: no };
    }
    const queryKey = ["feature_list", { project }];
    const read = () => queries.getQueryData<FeatureCard[]>(queryKey);
    const show = (cards: FeatureCard[]) => queries.setQueryData(queryKey, cards);
    const told = (title: string, thrown: unknown) => {
      const failure = toFailure(thrown);
      toast({ tone: "danger", title, description: reasonOf(failure) });
    };

    /** Shows `patch` of one card until the host has answered. */
    const change = async (id: number, patch: Patch, failureTitle: string, ask: () => Promise<unknown>) => {
      const before = read();
      if (before) show(before.map((card) => (card.id === id ? patch(card) : card)).sort(compareInQueue));
      try {
        await ask();
      } catch (thrown) {
        told(failureTitle, thrown);
        void queries.invalidateQueries({ queryKey });
      }
    };

    const pending: Patch = (card) => ({
      ...card,
      status: card.kind === "bug" ? "open" : "pending",
      progress: "pending",
      note: null,
      open_request: null,
    });

    /** The offers in the corner to take a deletion back, by the deletion. */
    const offers = new Map<number, number>();

    const actions: BoardActions = {
      refusal,
      move(card, verdict) {
        if (verdict.kind === "retry") return actions.retry(card);
        if (verdict.kind === "reopen") return actions.reopen(card);
        if (verdict.kind === "refused") return void toast({ title: text.failures.move, description: verdict.why });
        if (verdict.kind === "stay") return;
        const { before, after } = verdict;
        const beside = read()?.find(({ id }) => id === (before ?? after));
        const priority = (beside?.priority ?? card.priority) + (before === null ? 0.5 : -0.5);
        void change(
          card.id,
          (one) => ({ ...one, priority }),
          text.failures.move,
          () => client.feature_move({ project, feature: card.id, before, after }),
        );
      },
      pin(card, is_pinned) {
        void change(
          card.id,
          (one) => ({ ...one, is_pinned }),
          is_pinned ? text.failures.pin : text.failures.unpin,
          () => client.feature_pin({ project, feature: card.id, is_pinned }),
        );
      },
      skip(card) {
        void change(
          card.id,
          (one) => one,
          text.failures.skip,
          () => client.feature_skip({ project, feature: card.id }),
        );
      },
      retry(card) {
        void change(card.id, pending, text.failures.retry, () => client.feature_retry({ project, feature: card.id }));
      },
      reopen(card) {
        void change(card.id, pending, text.failures.reopen, () => client.feature_reopen({ project, feature: card.id }));
      },
      async remove(features) {
        const gone = new Set(features);
        const before = read();
        if (before) show(before.filter((card) => !gone.has(card.id)));
        try {
          const { removal } = await client.feature_remove({ project, features: [...features] });
          const first = before?.find(({ id }) => gone.has(id));
          const taken: Removal = { removal, count: gone.size, first: first ? `#${first.id} ${first.name}` : "" };
          rememberRemoval(project, taken);
          const offer = toast({
            title: text.removed(features.length),
            lasts_ms: UNDO_MS,
            action: { label: text.undo, run: () => actions.bringBack(taken) },
          });
          offers.set(removal, offer);
        } catch (thrown) {
          told(text.failures.remove, thrown);
          void queries.invalidateQueries({ queryKey });
        }
      },
      async bringBack(wanted) {
        const taken = wanted ?? lastRemoval(project);
        if (!taken) return;
        // Not offered a second time while the host is asked.
        forgetRemoval(project, taken);
        const offer = offers.get(taken.removal);
        if (offer !== undefined) dismissToast(offer);
        offers.delete(taken.removal);
        try {
          await client.feature_unremove({ project, removal: taken.removal });
          toast({ tone: "success", title: text.broughtBack, ...(taken.first ? { description: taken.first } : {}) });
        } catch (thrown) {
          const failure = toFailure(thrown);
          // What the host no longer knows cannot be had; anything else may work the next time.
          if (failure.code !== "not_found" && failure.code !== "conflict") rememberRemoval(project, taken);
          told(text.failures.unremove, failure);
        }
      },
      async bulk(features, action) {
        try {
          const { done, refused } = await client.feature_bulk({ project, features: [...features], action });
          const why = refused[0]?.why;
          toast({
            tone: refused.length > 0 ? "neutral" : "success",
            title: text.bulkDone(done.length),
            ...(why ? { description: text.bulkRefused(refused.length, why) } : {}),
          });
        } catch (thrown) {
          told(text.failures.bulk, thrown);
        }
      },
    };
    return actions;
  }, [client, queries, project, refusal]);
}
