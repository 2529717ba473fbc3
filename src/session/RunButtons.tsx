import { Pause, Play, Square } from "lucide-react";
import { useState } from "react";
import type { RunStatus } from "@/api/bindings.ts";
import { useAction, useKeysOf } from "@/ui/actions.ts";
import { AlertDialog } from "@/ui/AlertDialog.tsx";
import { Button } from "@/ui/Button.tsx";
import { Tooltip } from "@/ui/Tooltip.tsx";
import { useRefusal } from "@/api/context.tsx";
import { text } from "./messages.ts";
import { StartDialog } from "./StartDialog.tsx";
import { type Asked, useRunOrders } from "./useRun.ts";

type Props = { project: number; status: RunStatus; asked: Asked; size?: "sm" | "md" };

/** Start, or pause and stop, with their keys. */
export function RunButtons({ project, status, asked, size = "md" }: Props) {
  const [isStarting, setStarting] = useState(false);
  const [isStopping, setStopping] = useState(false);
  const { pause, stop } = useRunOrders(project);
  const startKeys = useKeysOf("run.start");
  const stopKeys = useKeysOf("run.stop");
  const mayNot = useRefusal("run_stop");
  const isBusy = asked !== null;
  const mayPause = status.can_pause && !isBusy;
  const mayStop = status.can_stop && asked !== "stop";
  useAction(
    "run.start",
    () => (mayPause ? pause() : setStarting(true)),
    mayNot === null && (mayPause || (status.can_start && !isBusy)),
  );
  useAction("run.stop", () => setStopping(true), mayStop && mayNot === null);
  const isActive = status.can_pause || status.can_stop;
  return (
    <>
      {mayNot !== null && <span className="text-xs text-faint">{mayNot}</span>}
      {isActive ? (
        <>
          <Tooltip text={mayNot ?? text.pausing} shortcut={startKeys}>
            <Button
              size={size}
              icon={<Pause aria-hidden className="size-3.5" />}
              disabled={!mayPause || mayNot !== null}
              onClick={pause}
            >
              {text.pause}
            </Button>
          </Tooltip>
          <Tooltip text={text.stopTitle} shortcut={stopKeys}>
            <Button
              size={size}
              icon={<Square aria-hidden className="size-3" />}
              disabled={!mayStop || mayNot !== null}
              onClick={() => setStopping(true)}
            >
              {text.stop}
            </Button>
          </Tooltip>
        </>
      ) : (
        <Tooltip text={text.startRun} shortcut={startKeys}>
          <Button
            size={size}
            variant="primary"
            icon={<Play aria-hidden className="size-3.5" />}
            isBusy={asked === "start"}
            disabled={!status.can_start || mayNot !== null}
            onClick={() => setStarting(true)}
          >
            {status.run ? text.startAgain : text.start}
          </Button>
        </Tooltip>
      )}
      {isStarting && <StartDialog project={project} onClose={() => setStarting(false)} />}
      <AlertDialog
        isOpen={isStopping && mayStop}
        onClose={() => setStopping(false)}
        title={text.stopTitle}
        description={text.stopWhat}
        confirmLabel={text.stopConfirm}
        cancelLabel={text.cancel}
        onConfirm={() => {
          setStopping(false);
          stop();
        }}
      />
    </>
  );
}
