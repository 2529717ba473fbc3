import { Copy, QrCode } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { Pairing, UserRole } from "@/api/bindings.ts";
import { useApiMutation, useApiQuery, useRefusal } from "@/api/context.tsx";
import { reasonOf } from "@/api/failure.ts";
import { Button } from "@/ui/Button.tsx";
import { Code } from "@/ui/Code.tsx";
import { duration } from "@/ui/format.ts";
import { IconButton } from "@/ui/IconButton.tsx";
import { Locked } from "@/ui/Locked.tsx";
import { Notice } from "@/ui/Notice.tsx";
import { Panel } from "@/ui/Panel.tsx";
import { toast } from "@/ui/toast.ts";
import { useNow } from "@/ui/useNow.ts";
import { text } from "./access-messages.ts";
import { copy } from "./copy.ts";
import { RoleField } from "./RoleField.tsx";

/** Lets one more device in: a picture for its camera, or a short code to type. */
export function PairingPanel() {
  const refusal = useRefusal("pairing_start");
  const [role, setRole] = useState<UserRole>("operator");
  const [pairing, setPairing] = useState<Pairing | null>(null);
  const start = useApiMutation("pairing_start", { failureTitle: null, onSuccess: setPairing });
  const stop = useApiMutation("pairing_stop", {
    failureTitle: text.pairing.stopFailed,
    onSuccess: () => setPairing(null),
  });
  usePaired(pairing !== null, () => setPairing(null));
  return (
    <Panel title={text.pairing.title}>
      <div className="flex flex-col gap-4">
        <p className="text-muted">{text.pairing.what}</p>
        <Locked reason={refusal}>
          {pairing ? (
            <Shown
              key={pairing.code}
              pairing={pairing}
              isStopping={stop.isPending}
              onStop={() => stop.mutate(null)}
              onAgain={() => start.mutate({ role })}
            />
          ) : (
            <div className="flex max-w-md flex-col gap-4">
              <RoleField label={text.pairing.role} value={role} onChange={setRole} />
              {start.error && <Notice tone="danger">{`${text.pairing.failed}. ${reasonOf(start.error)}`}</Notice>}
              <div>
                <Button
                  variant="primary"
                  icon={<QrCode aria-hidden className="size-4" />}
                  isBusy={start.isPending}
                  onClick={() => start.mutate({ role })}
                >
                  {text.pairing.start}
                </Button>
              </div>
            </div>
          )}
        </Locked>
      </div>
    </Panel>
  );
}

type ShownProps = { pairing: Pairing; isStopping: boolean; onStop: () => void; onAgain: () => void };

function Shown({ pairing, isStopping, onStop, onAgain }: ShownProps) {
  const now = useNow(1000);
  const left_ms = pairing.expires_at_ms - now;
  if (left_ms <= 0) {
    return (
      <div className="flex flex-col items-start gap-3">
        <p role="status">{text.pairing.over}</p>
        <Button variant="primary" onClick={onAgain}>
          {text.pairing.again}
        </Button>
      </div>
    );
  }
  return (
    <div className="flex flex-wrap items-start gap-6">
      {/* A camera needs dark on light, whatever the theme is. As a picture, nothing in it can run. */}
      <img
        alt={text.pairing.picture}
        src={`data:image/svg+xml,${encodeURIComponent(pairing.qr_svg)}`}
        className="size-56 rounded-lg border border-line bg-white p-3"
      />
      <div className="flex min-w-56 flex-1 flex-col gap-3">
        <div>
          <p className="text-xs font-medium text-muted">{text.pairing.code}</p>
          <p className="font-mono text-2xl font-semibold tracking-widest select-all">{pairing.code}</p>
        </div>
        <div className="flex items-center gap-1">
          <Code className="flex-1">{pairing.url}</Code>
          <IconButton
            label={text.copy}
            icon={<Copy aria-hidden className="size-4" />}
            onClick={() => void copy(pairing.url)}
          />
        </div>
        <p role="timer" className="tabular text-muted">
          {text.pairing.left(duration(left_ms))}
        </p>
        <div>
          <Button isBusy={isStopping} onClick={onStop}>
            {text.pairing.stop}
          </Button>
        </div>
      </div>
    </div>
  );
}

/** Notices that a device has come in while a code is shown: the code is used up then. */
function usePaired(isShown: boolean, onPaired: () => void) {
  const devices = useApiQuery("device_list", null, { isEnabled: isShown });
  const known = useRef<ReadonlySet<number> | null>(null);
  const latest = useRef(onPaired);
  useEffect(() => {
    latest.current = onPaired;
  });
  useEffect(() => {
    if (!isShown || !devices.data) {
      known.current = null;
      return;
    }
    const before = known.current;
    const come = before && devices.data.find(({ id }) => !before.has(id));
    known.current = new Set(devices.data.map(({ id }) => id));
    if (!come) return;
    toast({ tone: "success", title: text.pairing.done, description: text.pairing.doneHint(come.name) });
    latest.current();
  }, [isShown, devices.data]);
}
