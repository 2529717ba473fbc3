import { useNavigate } from "@tanstack/react-router";
import { Compass } from "lucide-react";
import { Button } from "@/ui/Button.tsx";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { Page } from "@/ui/Page.tsx";
import { text } from "./messages.ts";

export function NotFoundPage() {
  const navigate = useNavigate();
  return (
    <Page title={text.notFound} isBare>
      <EmptyState
        icon={<Compass aria-hidden />}
        title={text.nothingHere}
        description={text.notFoundHint}
        actions={<Button onClick={() => void navigate({ to: "/" })}>{text.home}</Button>}
      />
    </Page>
  );
}
