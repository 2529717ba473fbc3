type Props = { project: number };

/** What waits for a person's word, with its countdown. */
export function RequestCards(_props: Props) {
  return null;
}
