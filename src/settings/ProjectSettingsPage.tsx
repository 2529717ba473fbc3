import { Page } from "@/ui/Page.tsx";

type Props = { project: number };

export function ProjectSettingsPage(_props: Props) {
  return <Page title="Project settings">{null}</Page>;
}
