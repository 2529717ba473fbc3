/** Texts of one part of the interface: sentences, or functions that make them. */
type Messages = Record<string, unknown>;

const catalogue = new Map<string, Messages>();

/**
 * The texts of one folder, in English. They are kept in one catalogue, so that a language can be put over all of them
 * before the first screen is drawn.
 */
export function messages<Texts extends Messages>(scope: string, english: Texts): Texts {
  const texts = { ...english };
  catalogue.set(scope, texts);
  return texts;
}

/** Puts a translation over the English texts. What it lacks stays English. */
export function translate(translation: Record<string, Messages>): void {
  for (const [scope, texts] of Object.entries(translation)) Object.assign(catalogue.get(scope) ?? {}, texts);
}
