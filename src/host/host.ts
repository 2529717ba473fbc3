import { createContext, useContext } from "react";

export type QuitAnswer = "finish_session" | "stop_now" | "keep_in_tray" | "cancel";

export type HostEvents = {
  /** The person clicked a notification or followed a link into the application. */
  navigate: (place: { project: number; feature: number | null }) => void;
  /** The application was asked to end while these projects have a run, and waits for `answerQuit`. */
  quitAsked: (projects: number[]) => void;
  /** A line of the Claude CLI's own login. */
  loginSaid: (line: string) => void;
  loginEnded: (isOk: boolean) => void;
};

/**
 * What the machine can do for the interface. Ask what it can, never which machine it is. Each method fails with a
 * `Failure` of code `refused` where `can` says no.
 */
export type Host = {
  can: {
    readonly pickFolder: boolean;
    readonly openInEditor: boolean;
    readonly reveal: boolean;
    readonly quit: boolean;
    /** Run the Claude CLI's own login. */
    readonly logIn: boolean;
    /** Links that lead to any page. Without, a link leads to a card or to a project. */
    readonly linkPages: boolean;
    /** Settings that need a desktop: tray, keeping awake. */
    readonly desktopSettings: boolean;
  };
  /** A folder the person picked; none when they changed their mind. */
  pickFolder: (title: string) => Promise<string | null>;
  /** A text file the person picked, and what is in it; none when they changed their mind. */
  pickFile: (title: string) => Promise<{ name: string; text: string } | null>;
  /** Opens a file of a project in the person's editor. The path is relative to the project; `line` starts at 1. */
  openInEditor: (place: { project: number; path: string; line?: number }) => Promise<void>;
  /** Shows a file or folder in the file manager. */
  reveal: (path: string) => Promise<void>;
  /** A link that leads there wherever it is pasted, as near as `can.linkPages` allows. `page` begins with a slash. */
  linkTo: (place: { project: number; feature: number | null; page: string }) => string;
  /** Opens a web page outside of the application. Only https, http and mailto. */
  openLink: (url: string) => Promise<void>;
  /** Starts the Claude CLI's own login; `loginSaid` and `loginEnded` tell how it goes. */
  startLogin: () => Promise<void>;
  cancelLogin: () => Promise<void>;
  /** Whether a tray shows the application, so that its window may be closed. */
  isTrayShown: () => Promise<boolean>;
  /** The question of `quitAsked` is on the screen. */
  quitShown: () => Promise<void>;
  answerQuit: (answer: QuitAnswer) => Promise<void>;
  /** Hears from the machine. Returns how to stop. */
  listen: (events: Partial<HostEvents>) => () => void;
};

export const HostContext = createContext<Host | null>(null);

export function useHost(): Host {
  const host = useContext(HostContext);
  if (!host) throw new Error("useHost is used outside HostContext");
  return host;
}
