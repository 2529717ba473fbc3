import { Channel } from "@tauri-apps/api/core";
import { toFailure } from "@/api/failure.ts";
import { commands, type HostEvent } from "./commands.ts";
import type { Host, HostEvents } from "./host.ts";

async function told<Answer>(asked: Promise<Answer>): Promise<Answer> {
  try {
    return await asked;
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

/** The scheme that the packages register for links into the product. */
const SCHEME = "auto-agent-harness";

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
    void commands.hostListen(channel);
  };

  return {
    can: {
      pickFolder: true,
      openInEditor: true,
      reveal: true,
      quit: true,
      logIn: true,
      linkPages: false,
      desktopSettings: true,
    },
    pickFolder: (title) => told(commands.pickFolder(title)),
    pickFile: (title) => told(commands.pickFile(title)),
    openInEditor: async ({ project, path, line }) =>
      void (await told(commands.openInEditor(project, path, line ?? null))),
    reveal: async (path) => void (await told(commands.reveal(path))),
    // The window's own address means nothing outside of it.
    linkTo: ({ project, feature }) => `${SCHEME}://project/${project}${feature === null ? "" : `/feature/${feature}`}`,
    openLink: async (url) => void (await told(commands.openLink(url))),
    startLogin: async () => void (await told(commands.loginStart())),
    cancelLogin: () => told(commands.loginCancel()),
    isTrayShown: () => told(commands.isTrayShown()),
    quitShown: () => told(commands.quitShown()),
    answerQuit: (answer) => told(commands.quitAnswer(answer)),
    listen(events) {
      listeners.add(events);
      listen();
      return () => listeners.delete(events);
    },
  };
}
