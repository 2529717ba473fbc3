import type { ReactNode } from "react";
import { Page } from "@/ui/Page.tsx";

type Props = { project: number; strip?: ReactNode };

export function GraphPage({ strip }: Props) {
  return <Page title="Graph">{strip}</Page>;
}
