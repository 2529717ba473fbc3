import { Link } from "@tanstack/react-router";
import { Compass } from "lucide-react";
import { EmptyState } from "@/ui/EmptyState.tsx";
import { text } from "./messages.ts";

export function NotFoundPage() {
  return (
    <EmptyState
      icon={<Compass aria-hidden />}
      title={text.notFound}
      description={text.notFoundHint}
      actions={
        <Link to="/" className="text-accent underline">
          {text.home}
        </Link>
      }
    />
  );
}
