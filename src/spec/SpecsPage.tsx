import { Page } from "@/ui/Page.tsx";

type Props = { project: number };

export function SpecsPage(_props: Props) {
  return <Page title="Specs">{null}</Page>;
}
