import { text } from "./messages.ts";

/** A picture that is about to be put on a card. */
export type Picture = {
  readonly key: number;
  readonly name: string;
  readonly media_type: string;
  /** Its bytes in Base64, as the host takes them. */
  readonly data: string;
};

/** As the host has them: no larger one is taken, and no more of them on one card. */
export const MOST_BYTES = 5 * 1024 * 1024;
export const MOST_ON_A_CARD = 8;
/** What an agent can look at. */
export const KINDS: readonly string[] = ["image/png", "image/jpeg", "image/gif", "image/webp"];

let lastKey = 0;

/** The pictures among what was pasted, dropped or chosen. */
export function picturesIn(files: Iterable<File>): File[] {
  return [...files].filter((file) => file.type.startsWith("image/"));
}

/** Why a file cannot be put on a card that has `many` already, as a sentence; none when it can. */
export function refusalOf(file: File, many: number): string | null {
  if (!KINDS.includes(file.type)) return text.pictures.wrongKind(file.name);
  if (file.size > MOST_BYTES) return text.pictures.tooLarge(file.name);
  return many >= MOST_ON_A_CARD ? text.pictures.tooMany(MOST_ON_A_CARD) : null;
}

/** Reads a file whole. Fails when it cannot be read. */
export async function readPicture(file: File): Promise<Picture> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  lastKey += 1;
  return { key: lastKey, name: file.name || text.pictures.unnamed, media_type: file.type, data: base64(bytes) };
}

/** In slices: a whole picture has more bytes than a call may have arguments. */
function base64(bytes: Uint8Array): string {
  const slices: string[] = [];
  for (let at = 0; at < bytes.length; at += 0x8000)
    slices.push(String.fromCharCode(...bytes.subarray(at, at + 0x8000)));
  return btoa(slices.join(""));
}

/** As an address that a page can show. */
export function addressOf({ media_type, data }: Pick<Picture, "media_type" | "data">): string {
  return `data:${media_type};base64,${data}`;
}
