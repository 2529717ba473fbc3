import { toast } from "@/ui/toast.ts";
import { text } from "./messages.ts";

/** Puts a text on the clipboard, and says whether that worked. */
export async function copy(words: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(words);
    toast({ tone: "success", title: text.setup.copied });
  } catch {
    toast({ tone: "danger", title: text.setup.copyFailed });
  }
}

/** A command as a person would paste it into a terminal: a word with anything but plain characters is quoted. */
export function commandLine(program: string, args: readonly string[]): string {
  const quoted = (word: string) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
  return [program, ...args].map(quoted).join(" ");
}
