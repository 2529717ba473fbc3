import { MonitorSmartphone } from "lucide-react";
import { useState } from "react";
import type { DeviceView } from "@/api/bindings.ts";
import { useApiMutation, useApiQuery } from "@/api/context.tsx";
import { AlertDialog } from "@/ui/AlertDialog.tsx";
import { Badge } from "@/ui/Badge.tsx";
import { Button } from "@/ui/Button.tsx";
import { ago, moment } from "@/ui/format.ts";
import { Panel } from "@/ui/Panel.tsx";
import { toast } from "@/ui/toast.ts";
import { useNow } from "@/ui/useNow.ts";
import { text } from "./access-messages.ts";
import { Listed, Named } from "./Listed.tsx";

/** The devices that are signed in, and a way to cut each off. */
export function DeviceList() {
  const devices = useApiQuery("device_list", null);
  const now = useNow(30_000);
  const [asked, setAsked] = useState<DeviceView | null>(null);
  const revoke = useApiMutation("device_revoke", {
    failureTitle: text.devices.revokeFailed,
    onSuccess: () => asked && toast({ tone: "success", title: text.devices.revoked(asked.name) }),
    onSettled: () => setAsked(null),
  });
  return (
    <Panel title={text.devices.title} isFlush>
      <Listed query={devices} texts={text.devices} icon={<MonitorSmartphone aria-hidden />}>
        {(device) => (
          <>
            <Named
              name={device.name}
              badges={
                <>
                  <Badge>{text.roles[device.role][0]}</Badge>
                  {device.is_current && <Badge tone="accent">{text.devices.here}</Badge>}
                </>
              }
              facts={[
                device.user_name === null ? text.devices.nobody : text.devices.of(device.user_name),
                device.address,
                text.devices.seen(ago(device.seen_at_ms, now)),
                text.devices.since(moment(device.created_at_ms)),
              ]}
            />
            <Button size="sm" aria-label={text.devices.revokeLabel(device.name)} onClick={() => setAsked(device)}>
              {text.devices.revoke}
            </Button>
          </>
        )}
      </Listed>
      <AlertDialog
        isOpen={asked !== null}
        onClose={() => setAsked(null)}
        title={asked ? text.devices.revokeTitle(asked.name) : ""}
        description={[text.devices.revokeText, asked?.is_current ? text.devices.revokeOwn : ""].join(" ")}
        confirmLabel={text.devices.revoke}
        cancelLabel={text.cancel}
        isBusy={revoke.isPending}
        onConfirm={() => asked && revoke.mutate({ device: asked.id })}
      />
    </Panel>
  );
}
