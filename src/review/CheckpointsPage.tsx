import { Page } from "@/ui/Page.tsx";

type Props = { project: number };

export function CheckpointsPage(_props: Props) {
  return <Page title="Checkpoints">{null}</Page>;
}
