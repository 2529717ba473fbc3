import { Page } from "@/ui/Page.tsx";

export function SandboxPage() {
  return <Page title="Sandbox test">{null}</Page>;
}
