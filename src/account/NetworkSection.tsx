import { Copy, TriangleAlert } from "lucide-react";
import { useState } from "react";
import type { LanStatus } from "@/api/bindings.ts";
import { useApiMutation, useApiQuery, useRefusal } from "@/api/context.tsx";
import { asSentence, failureTitle } from "@/api/failure.ts";
import { Code } from "@/ui/Code.tsx";
import { ErrorState } from "@/ui/ErrorState.tsx";
import { Field } from "@/ui/Field.tsx";
import { IconButton } from "@/ui/IconButton.tsx";
import { Input } from "@/ui/Input.tsx";
import { Locked } from "@/ui/Locked.tsx";
import { Notice } from "@/ui/Notice.tsx";
import { Panel } from "@/ui/Panel.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { Switch } from "@/ui/Switch.tsx";
import { text } from "./access-messages.ts";
import { copy } from "./copy.ts";
import { DeviceList } from "./DeviceList.tsx";
import { PairingPanel } from "./PairingPanel.tsx";

/** The door to the network, a way in for one more device, and the devices that are in. */
export function NetworkSection() {
  const lan = useApiQuery("lan_status", null);
  return (
    <>
      <Panel title={text.network.title}>
        <div className="flex flex-col gap-4">
          <p className="text-muted">{text.network.what}</p>
          {lan.isPending && <SkeletonRows label={text.network.loading} count={2} />}
          {lan.error && !lan.data && (
            <ErrorState
              title={text.network.failed}
              message={`${failureTitle(lan.error)}. ${lan.error.message}`}
              hint={lan.error.hint}
              incident={lan.error.incident}
              onRetry={() => void lan.refetch()}
            />
          )}
          {lan.data && <Door lan={lan.data} />}
        </div>
      </Panel>
      {lan.data?.is_on && <PairingPanel />}
      <DeviceList />
    </>
  );
}

function Door({ lan }: { lan: LanStatus }) {
  const refusal = useRefusal("lan_start");
  const [address, setAddress] = useState("");
  const [isTls, setTls] = useState(true);
  const open = useApiMutation("lan_start", { failureTitle: text.network.switchFailed });
  const shut = useApiMutation("lan_stop", { failureTitle: text.network.switchFailed });
  return (
    <>
      {lan.problem && (
        <Notice tone="warning" icon={<TriangleAlert aria-hidden />}>
          {asSentence(lan.problem)}
        </Notice>
      )}
      {lan.can_switch ? (
        <Locked reason={refusal}>
          <Switch
            label={text.network.open}
            hint={text.network.openHint}
            isOn={lan.is_on}
            isDisabled={open.isPending || shut.isPending || refusal !== null}
            onChange={(isOn) =>
              isOn ? open.mutate({ address: address.trim() || null, is_tls: isTls }) : shut.mutate(null)
            }
          />
          {!lan.is_on && (
            <>
              <Switch
                label={text.network.tls}
                hint={text.network.tlsHint}
                isOn={isTls}
                isDisabled={refusal !== null}
                onChange={setTls}
              />
              <div className="max-w-xs">
                <Field label={text.network.address} hint={text.network.addressHint} isOptional>
                  {(wiring) => (
                    <Input
                      {...wiring}
                      value={address}
                      placeholder="0.0.0.0:8888"
                      autoComplete="off"
                      spellCheck={false}
                      className="font-mono"
                      onChange={(event) => setAddress(event.target.value)}
                    />
                  )}
                </Field>
              </div>
            </>
          )}
        </Locked>
      ) : (
        <p className="text-muted">{text.network.elsewhere}</p>
      )}
      <p role="status" className="font-medium">
        {!lan.is_on ? text.network.isOff : isOwn(lan) ? text.network.isOwn : text.network.isOn}
      </p>
      {lan.is_on && <Reached lan={lan} />}
    </>
  );
}

/** Whether nobody but this machine itself reaches it. */
function isOwn({ address }: LanStatus): boolean {
  return /^(127\.|\[::1\]|localhost)/.test(address ?? "");
}

function Reached({ lan }: { lan: LanStatus }) {
  return (
    <dl className="flex flex-col gap-3">
      <div className="flex flex-col gap-1.5">
        <dt className="text-xs font-medium text-muted">{isOwn(lan) ? text.network.reachOwn : text.network.reach}</dt>
        {(lan.urls.length > 0 ? lan.urls : [lan.address ?? ""]).map((url) => (
          <dd key={url} className="flex items-center gap-1">
            <Code>{url}</Code>
            <IconButton
              label={text.copy}
              icon={<Copy aria-hidden className="size-4" />}
              onClick={() => void copy(url)}
            />
          </dd>
        ))}
      </div>
      {lan.fingerprint && (
        <div className="flex flex-col gap-1.5">
          <dt className="text-xs font-medium text-muted">{text.network.fingerprint}</dt>
          <dd className="flex">
            <Code>{lan.fingerprint}</Code>
          </dd>
        </div>
      )}
      {!lan.is_tls && !isOwn(lan) && <dd className="text-warning">{text.network.plain}</dd>}
    </dl>
  );
}
