import { useState } from "react";
import { Button } from "@/ui/Button.tsx";
import { Field } from "@/ui/Field.tsx";
import { Textarea } from "@/ui/Input.tsx";
import { text } from "./messages.ts";
import type { StoredProps } from "./ProjectSettingsPage.tsx";
import { Group } from "./Sections.tsx";

type Typed = { readable: string; hosts: string };

const linesOf = (words: string) =>
  [...new Set(words.split("\n").map((line) => line.trim()))].filter((line) => line !== "");

/** What sessions may read and reach besides. The host refuses what no session may; what was typed stays then. */
export function Reach({ view, change, isSaving }: StoredProps) {
  const { settings } = view;
  const [typed, setTyped] = useState<Partial<Typed>>({});
  const now: Typed = {
    readable: (settings.readable ?? []).join("\n"),
    hosts: (settings.hosts ?? []).join("\n"),
    ...typed,
  };
  const isChanged = Object.keys(typed).length > 0;
  return (
    <Group title={text.project.sections.reach} hint={text.reach.hint}>
      <form
        className="flex flex-col gap-4"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (isChanged) change({ readable: linesOf(now.readable), hosts: linesOf(now.hosts) }, () => setTyped({}));
        }}
      >
        <Field label={text.reach.readable} hint={text.reach.readableHint} isOptional>
          {(wiring) => (
            <Textarea
              {...wiring}
              rows={4}
              value={now.readable}
              placeholder={"/srv/design\n~/reference"}
              spellCheck={false}
              className="font-mono text-xs"
              onChange={(event) => setTyped({ ...typed, readable: event.target.value })}
            />
          )}
        </Field>
        <Field label={text.reach.hosts} hint={text.reach.hostsHint} isOptional>
          {(wiring) => (
            <Textarea
              {...wiring}
              rows={4}
              value={now.hosts}
              placeholder={"registry.example.org\n*.example.com"}
              spellCheck={false}
              className="font-mono text-xs"
              onChange={(event) => setTyped({ ...typed, hosts: event.target.value })}
            />
          )}
        </Field>
        <div className="flex gap-2">
          <Button type="submit" variant="primary" disabled={!isChanged} isBusy={isSaving}>
            {text.app.save}
          </Button>
          {isChanged && (
            <Button variant="ghost" onClick={() => setTyped({})}>
              {text.app.reset}
            </Button>
          )}
        </div>
      </form>
    </Group>
  );
}
