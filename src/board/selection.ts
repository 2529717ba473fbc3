/** Which cards are selected, and from where a range is drawn. */
export type Selection = { ids: ReadonlySet<number>; anchor: number | null };

export const NOTHING: Selection = { ids: new Set(), anchor: null };

/** Selects or deselects one card, which becomes the start of the next range. */
export function toggle({ ids }: Selection, id: number): Selection {
  const changed = new Set(ids);
  if (!changed.delete(id)) changed.add(id);
  return { ids: changed, anchor: id };
}

/** Adds everything between the start of the range and `id`, in the order a person sees. Without a start, `id` alone. */
export function extend(selection: Selection, id: number, order: readonly number[]): Selection {
  const from = selection.anchor === null ? -1 : order.indexOf(selection.anchor);
  const to = order.indexOf(id);
  if (to < 0) return selection;
  if (from < 0) return { ids: new Set([...selection.ids, id]), anchor: id };
  const between = order.slice(Math.min(from, to), Math.max(from, to) + 1);
  return { ids: new Set([...selection.ids, ...between]), anchor: selection.anchor };
}

/** All of them; none, when all are selected already. */
export function toggleAll(selection: Selection, order: readonly number[]): Selection {
  const hasAll = order.length > 0 && order.every((id) => selection.ids.has(id));
  return hasAll ? NOTHING : { ids: new Set(order), anchor: selection.anchor };
}

/** Only cards that still exist: one that was deleted elsewhere must not be counted. */
export function keepOnly(selection: Selection, exists: (id: number) => boolean): Selection {
  if ([...selection.ids].every(exists)) return selection;
  const anchor = selection.anchor !== null && exists(selection.anchor) ? selection.anchor : null;
  return { ids: new Set([...selection.ids].filter(exists)), anchor };
}
