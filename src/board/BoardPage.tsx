import type { ReactNode } from "react";
import { Page } from "@/ui/Page.tsx";

type Props = { project: number; strip?: ReactNode };

export function BoardPage({ strip }: Props) {
  return <Page title="Board">{strip}</Page>;
}
