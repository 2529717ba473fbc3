import { toast } from "@/ui/toast.ts";
import { text } from "./access-messages.ts";

/** Puts a text on the clipboard, and says whether that worked. Browsers allow it over TLS and on the machine itself only. */
export async function copy(words: string): Promise<void> {
  try {
    await window.navigator.clipboard.writeText(words);
    toast({ tone: "success", title: text.copied });
  } catch {
    toast({ tone: "danger", title: text.copyFailed });
  }
}
