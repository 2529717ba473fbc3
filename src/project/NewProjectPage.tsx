import { Page } from "@/ui/Page.tsx";

export function NewProjectPage() {
  return <Page title="New project">{null}</Page>;
}
