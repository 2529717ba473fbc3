import { Page } from "@/ui/Page.tsx";

type Props = { project: number };

export function TranscriptPage(_props: Props) {
  return <Page title="Transcript">{null}</Page>;
}
