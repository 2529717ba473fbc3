import { act, waitFor } from "@testing-library/react";
import { expect } from "vitest";

/**
 * Gives the focus to what `find` finds. It looks again while the page still draws that anew: the focus of what has left the
 * page does nothing, and the keys that follow would go elsewhere.
 */
export async function reach(find: () => HTMLElement): Promise<void> {
  await waitFor(() => {
    const found = find();
    act(() => found.focus());
    expect(found).toHaveFocus();
  });
}
