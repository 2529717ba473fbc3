import { Page } from "@/ui/Page.tsx";

type Props = { project: number };

export function ReviewPage(_props: Props) {
  return <Page title="Changes">{null}</Page>;
}
