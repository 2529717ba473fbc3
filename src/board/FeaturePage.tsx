import { Page } from "@/ui/Page.tsx";

type Props = { project: number; feature: number };

export function FeaturePage({ feature }: Props) {
  return <Page title={`#${feature}`}>{null}</Page>;
}
