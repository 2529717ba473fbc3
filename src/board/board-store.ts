import { createContext, useContext } from "react";
import { type StoreApi, createStore, useStore } from "zustand";
import { NOTHING, type Selection } from "./selection.ts";

export type CardMenu = { card: number; x: number; y: number; isMove: boolean };

type BoardState = {
  selection: Selection;
  /** The card the keyboard is on. */
  focused: number | null;
  /** The card whose menu is open, and where. */
  menu: CardMenu | null;
};

type BoardStore = StoreApi<BoardState>;

/** What a person does on a board, as opposed to what is on it. Cards listen to their own part of it. */
export function createBoardStore(): BoardStore {
  return createStore<BoardState>(() => ({ selection: NOTHING, focused: null, menu: null }));
}

export const BoardStoreContext = createContext<BoardStore | null>(null);

export function useBoardStore(): BoardStore {
  const store = useContext(BoardStoreContext);
  if (!store) throw new Error("useBoardStore is used outside of a board");
  return store;
}

export function useBoardState<Selected>(select: (state: BoardState) => Selected): Selected {
  return useStore(useBoardStore(), select);
}
