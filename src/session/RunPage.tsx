import { Page } from "@/ui/Page.tsx";

type Props = { project: number };

export function RunPage(_props: Props) {
  return <Page title="Run">{null}</Page>;
}
