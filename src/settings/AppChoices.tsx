import { useState } from "react";
import type { AppSettings, NotifySettings, Theme } from "@/api/bindings.ts";
import { useHost } from "@/host/host.ts";
import { Button } from "@/ui/Button.tsx";
import { Choices } from "@/ui/Choices.tsx";
import { Field } from "@/ui/Field.tsx";
import { Input } from "@/ui/Input.tsx";
import { Switch } from "@/ui/Switch.tsx";
import { toast } from "@/ui/toast.ts";
import { useReducedMotion } from "@/ui/useReducedMotion.ts";
import { text } from "./messages.ts";
import { Group } from "./Sections.tsx";
import type { Change } from "./SettingsPage.tsx";

type Props = { settings: AppSettings; change: Change };

const THEMES: readonly Theme[] = ["system", "light", "dark", "high_contrast"];
const NOTICES: readonly (keyof NotifySettings)[] = ["needs_you", "finished", "limit", "blocked"];

/** How it looks and sounds. */
export function Appearance({ settings, change }: Props) {
  const isReduced = useReducedMotion();
  return (
    <Group title={text.app.sections.appearance}>
      <Choices
        label={text.app.theme}
        value={settings.theme}
        options={THEMES.map((value) => ({ value, label: text.app.themes[value] }))}
        onChange={(theme) => change({ theme })}
      />
      <Switch
        label={text.app.sound}
        hint={isReduced ? text.app.reduced : text.app.soundHint}
        isOn={settings.is_sound_on && !isReduced}
        isDisabled={isReduced}
        onChange={(is_sound_on) => change({ is_sound_on })}
      />
      <Switch
        label={text.app.confetti}
        hint={isReduced ? text.app.reduced : text.app.confettiHint}
        isOn={settings.is_confetti_on && !isReduced}
        isDisabled={isReduced}
        onChange={(is_confetti_on) => change({ is_confetti_on })}
      />
    </Group>
  );
}

/** What the desktop tells of. */
export function Notifications({ settings, change }: Props) {
  return (
    <Group title={text.app.sections.notifications} hint={text.app.notifyHint}>
      {NOTICES.map((notice) => (
        <Switch
          key={notice}
          label={text.app.notify[notice][0]}
          hint={text.app.notify[notice][1]}
          isOn={settings.notify[notice]}
          onChange={(isOn) => change({ notify: { ...settings.notify, [notice]: isOn } })}
        />
      ))}
    </Group>
  );
}

/** What the machine does around the window. */
export function Desktop({ settings, change, isSaving }: Props & { isSaving: boolean }) {
  const { can } = useHost();
  return (
    <Group title={text.app.sections.desktop} {...(can.desktopSettings ? {} : { hint: text.app.desktopOnly })}>
      <Switch
        label={text.app.awake}
        hint={text.app.awakeHint}
        isOn={settings.keep_awake}
        isDisabled={!can.desktopSettings}
        onChange={(keep_awake) => change({ keep_awake })}
      />
      <Switch
        label={text.app.tray}
        hint={text.app.trayHint}
        isOn={settings.close_to_tray}
        isDisabled={!can.desktopSettings}
        onChange={(close_to_tray) => change({ close_to_tray })}
      />
      <Editor command={settings.editor_command} change={change} isSaving={isSaving} />
    </Group>
  );
}

function Editor({ command, change, isSaving }: { command: string | null; change: Change; isSaving: boolean }) {
  const [typed, setTyped] = useState<string | null>(null);
  const value = typed ?? command ?? "";
  const problem = value.trim() !== "" && !value.includes("{path}") ? text.app.editorNoPath : undefined;
  const save = () => {
    const editor_command = value.trim() === "" ? null : value.trim();
    change({ editor_command }, () => {
      setTyped(null);
      toast({ tone: "success", title: text.app.saved });
    });
  };
  return (
    <form
      className="flex items-end gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        if (!problem) save();
      }}
    >
      <div className="flex-1">
        <Field label={text.app.editor} hint={text.app.editorHint} error={problem} isOptional>
          {(wiring) => (
            <div className="flex gap-2">
              <Input
                {...wiring}
                value={value}
                placeholder={text.app.editorPlaceholder}
                spellCheck={false}
                autoComplete="off"
                onChange={(event) => setTyped(event.target.value)}
                className="font-mono text-xs"
              />
              <Button
                type="submit"
                disabled={typed === null || typed === (command ?? "") || problem !== undefined}
                isBusy={isSaving && typed !== null}
              >
                {text.app.save}
              </Button>
            </div>
          )}
        </Field>
      </div>
    </form>
  );
}
