import { describe, expect, test } from "vitest";
import { MOST_BYTES, MOST_ON_A_CARD, addressOf, picturesIn, readPicture, refusalOf } from "./picture.ts";

const file = (type: string, size = 4) => new File([new Uint8Array(size).fill(255)], "a.png", { type });

describe("a picture for a card", () => {
  test("is found among other things that were pasted", () => {
    const found = picturesIn([file("text/plain"), file("image/png")]);
    expect(found.map(({ type }) => type)).toEqual(["image/png"]);
  });

  test("is refused when no agent could look at it, it is too large, or there are too many", () => {
    expect(refusalOf(file("image/png"), 0)).toBeNull();
    expect(refusalOf(file("image/svg+xml"), 0)).toMatch(/PNG/);
    expect(refusalOf(file("image/png", MOST_BYTES + 1), 0)).toMatch(/5 MB/);
    expect(refusalOf(file("image/png"), MOST_ON_A_CARD)).toMatch(/8/);
  });

  test("keeps every byte, however many there are", async () => {
    const picture = await readPicture(file("image/png", 100_000));
    const back = Uint8Array.from(atob(picture.data), (letter) => letter.charCodeAt(0));
    expect(back.length).toBe(100_000);
    expect(back.every((byte) => byte === 255)).toBe(true);
    expect(addressOf(picture)).toMatch(/^data:image\/png;base64,\/\/\/\//);
  });
});
