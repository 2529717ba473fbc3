import { Failure } from "@/api/failure.ts";
import type { Host } from "./host.ts";

function refuse(what: string): Promise<never> {
  const hint = "Open the desktop application on the machine that the project is on.";
  return Promise.reject(new Failure({ code: "refused", message: `A browser cannot ${what}.`, hint, incident: null }));
}

/** The largest text that is taken from a file, in bytes. A specification has some kilobytes. */
const TEXT_BYTES = 1024 * 1024;

function pickFile(): Promise<{ name: string; text: string } | null> {
  return new Promise((resolve, reject) => {
    const input = document.createElement("input");
    input.type = "file";
    input.accept = ".md,.txt,.xml,.yaml,.yml,.json";
    input.addEventListener("cancel", () => resolve(null));
    input.addEventListener("change", () => {
      const file = input.files?.[0];
      if (!file) return resolve(null);
      if (file.size > TEXT_BYTES) {
        const hint = "Choose a smaller file, or paste the part that matters.";
        reject(new Failure({ code: "bad_input", message: `${file.name} is larger than 1 MiB.`, hint, incident: null }));
        return;
      }
      file.text().then((text) => resolve({ name: file.name, text }), reject);
    });
    input.click();
  });
}

/** A browser on the network. */
export function browserHost(): Host {
  return {
    can: {
      pickFolder: false,
      openInEditor: false,
      reveal: false,
      quit: false,
      logIn: false,
      linkPages: true,
      desktopSettings: false,
    },
    pickFolder: () => refuse("pick a folder on the host"),
    pickFile,
    openInEditor: () => refuse("open an editor on the host"),
    reveal: () => refuse("show a folder of the host"),
    linkTo: ({ page }) => new URL(page, window.location.origin).href,
    openLink(url) {
      if (!/^(https?|mailto):/i.test(url)) return refuse("open such a link");
      window.open(url, "_blank", "noopener,noreferrer");
      return Promise.resolve();
    },
    startLogin: () => refuse("log in to Claude on the host"),
    cancelLogin: () => refuse("log in to Claude on the host"),
    isTrayShown: () => Promise.resolve(false),
    quitShown: () => refuse("end the application"),
    answerQuit: () => refuse("end the application"),
    listen: () => () => undefined,
  };
}
