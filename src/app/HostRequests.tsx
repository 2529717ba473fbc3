import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { type QuitAnswer, useHost } from "@/host/host.ts";
import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { text } from "./messages.ts";

/** Follows what the machine asks for: go to a place, or end while an agent works. */
export function HostRequests() {
  const host = useHost();
  const navigate = useNavigate();
  const [runs, setRuns] = useState<number | null>(null);
  const [hasTray, setHasTray] = useState(false);

  useEffect(
    () =>
      host.listen({
        navigate: ({ project, feature }) => {
          if (feature === null) void navigate({ to: "/p/$project/board", params: { project } });
          else void navigate({ to: "/p/$project/feature/$feature", params: { project, feature } });
        },
        quitAsked: (projects) => {
          setRuns(projects.length);
          // Without this the machine asks by itself, in a window of its own.
          void host.quitShown();
          void host.isTrayShown().then(setHasTray, () => setHasTray(false));
        },
      }),
    [host, navigate],
  );

  const answer = (chosen: QuitAnswer) => {
    setRuns(null);
    void host.answerQuit(chosen);
  };

  return (
    <Dialog
      isOpen={runs !== null}
      onClose={() => answer("cancel")}
      title={text.quitTitle(runs ?? 1)}
      description={text.quitText}
      size="sm"
    >
      <div className="flex flex-col gap-2">
        <Button variant="primary" onClick={() => answer("finish_session")}>
          {text.quitFinish}
        </Button>
        <Button onClick={() => answer("keep_in_tray")}>{hasTray ? text.quitTray : text.quitBackground}</Button>
        <Button variant="danger" onClick={() => answer("stop_now")}>
          {text.quitNow}
        </Button>
        <Button variant="ghost" onClick={() => answer("cancel")}>
          {text.cancel}
        </Button>
      </div>
    </Dialog>
  );
}
