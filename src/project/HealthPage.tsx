import { Page } from "@/ui/Page.tsx";

type Props = { project: number };

export function HealthPage(_props: Props) {
  return <Page title="Health">{null}</Page>;
}
