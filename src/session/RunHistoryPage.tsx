import { Page } from "@/ui/Page.tsx";

type Props = { project: number };

export function RunHistoryPage(_props: Props) {
  return <Page title="Runs">{null}</Page>;
}
