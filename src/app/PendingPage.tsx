import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { text } from "./messages.ts";

export function PendingPage() {
  return <SkeletonRows label={text.loading} />;
}
