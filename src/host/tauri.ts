import { Channel, invoke } from "@tauri-apps/api/core";
import { toFailure } from "@/api/failure.ts";
import type { Host, HostEvents } from "./host.ts";

type HostEvent =
  | { event: "navigate"; place: { project: number; feature: number | null } }
  | { event: "quit_asked"; projects: number[] }
  | { event: "login_said"; line: string }
  | { event: "login_ended"; is_ok: boolean };

async function ask<Answer>(command: string, input: Record<string, unknown> = {}): Promise<Answer> {
  try {
    return await invoke<Answer>(command, input);
  } catch (thrown) {
    throw toFailure(thrown);
  }
}

function tell(listeners: ReadonlySet<Partial<HostEvents>>, said: HostEvent): void {
  for (const listener of listeners) {
    if (said.event === "navigate") listener.navigate?.(said.place);
    else if (said.event === "quit_asked") listener.quitAsked?.(said.projects);
    else if (said.event === "login_said") listener.loginSaid?.(said.line);
    else listener.loginEnded?.(said.is_ok);
  }
}

/** The desktop application. */
export function tauriHost(): Host {
  const listeners = new Set<Partial<HostEvents>>();
  let isListening = false;

  // The host keeps one channel for a page, and a link that came before the page was there is told only once: so the
  // channel is opened when somebody can follow it.
  const listen = () => {
    if (isListening) return;
    isListening = true;
    const channel = new Channel<HostEvent>();
    channel.onmessage = (said) => tell(listeners, said);
    void invoke("host_listen", { onEvent: channel });
  };

  return {
    can: { pickFolder: true, openInEditor: true, reveal: true, quit: true, logIn: true, desktopSettings: true },
    pickFolder: (title) => ask("pick_folder", { title }),
    pickFile: (title) => ask("pick_file", { title }),
    openInEditor: ({ path, line }) => ask("open_in_editor", { path, line: line ?? null }),
    reveal: (path) => ask("reveal", { path }),
    openLink: (url) => ask("open_link", { url }),
    startLogin: () => ask("login_start"),
    cancelLogin: () => ask("login_cancel"),
    isTrayShown: () => ask("is_tray_shown"),
    quitShown: () => ask("quit_shown"),
    answerQuit: (answer) => ask("quit_answer", { answer }),
    listen(events) {
      listeners.add(events);
      listen();
      return () => listeners.delete(events);
    },
  };
}
