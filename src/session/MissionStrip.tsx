type Props = { project: number };

/** What the agent does right now, in one line above the board. */
export function MissionStrip(_props: Props) {
  return null;
}
