import { Trash2 } from "lucide-react";
import { useState } from "react";
import type { PolicyEffect, PolicyEntry, PolicyFileView, PolicyRule } from "@/api/bindings.ts";
import { useApiMutation, useApiQuery } from "@/api/context.tsx";
import { asSentence, failureTitle, reasonOf } from "@/api/failure.ts";
import { Badge } from "@/ui/Badge.tsx";
import { Button } from "@/ui/Button.tsx";
import { ErrorState } from "@/ui/ErrorState.tsx";
import { Field } from "@/ui/Field.tsx";
import { IconButton } from "@/ui/IconButton.tsx";
import { Input } from "@/ui/Input.tsx";
import { Select } from "@/ui/Select.tsx";
import { SkeletonRows } from "@/ui/Skeleton.tsx";
import { toast } from "@/ui/toast.ts";
import { EFFECTS, EFFECT_TONES } from "./effects.ts";
import { text } from "./messages.ts";
import { Group } from "./Sections.tsx";
import { TryCommand } from "./TryCommand.tsx";

/** What agents may run in this project: a box to try a command in, the entries that count, and the built-in rules. */
export function Policy({ project }: { project: number }) {
  const view = useApiQuery("policy_view", { project });
  return (
    <>
      <TryCommand project={project} />
      {view.isPending && <SkeletonRows label={text.policy.loading} />}
      {view.error && !view.data && (
        <ErrorState
          title={text.policy.failed}
          message={`${failureTitle(view.error)}. ${asSentence(view.error.message)}`}
          hint={view.error.hint}
          incident={view.error.incident}
          onRetry={() => void view.refetch()}
        />
      )}
      {view.data?.problem && (
        <p role="alert" className="rounded-md bg-danger-soft px-3 py-2 text-danger">
          {text.policy.problem} {view.data.problem}
        </p>
      )}
      {view.data?.files.map((file) => (
        <File key={file.path} project={project} file={file} />
      ))}
      {view.data && <Rules rules={view.data.rules} />}
    </>
  );
}

function File({ project, file }: { project: number; file: PolicyFileView }) {
  const add = useApiMutation("policy_entry_add", { failureTitle: text.policy.addFailed });
  const remove = useApiMutation("policy_entry_remove", {
    failureTitle: text.policy.removeFailed,
    onSuccess: (_, { effect, entry }) => {
      const again = () => add.mutate({ project, effect, entry });
      toast({ title: text.policy.removed(entry), action: { label: text.keys.undo, run: again } });
    },
  });
  const isProject = file.scope === "project";
  return (
    <Group title={isProject ? text.policy.ofProject : text.policy.ofOrganisation} hint={<FileHint file={file} />}>
      {file.entries.length === 0 ? (
        <p className="text-muted">{text.policy.noEntries}</p>
      ) : (
        <ul
          aria-label={isProject ? text.policy.ofProject : text.policy.ofOrganisation}
          className="divide-y divide-line rounded-md border border-line"
        >
          {file.entries.map((entry) => (
            <Entry
              key={`${entry.effect} ${entry.entry}`}
              entry={entry}
              onRemove={file.is_writable ? () => remove.mutate({ project, ...entry }) : null}
            />
          ))}
        </ul>
      )}
      {file.is_writable && <AddEntry project={project} />}
    </Group>
  );
}

function FileHint({ file }: { file: PolicyFileView }) {
  return (
    <>
      {file.is_writable ? text.policy.writable : text.policy.readOnly}{" "}
      <span className="font-mono break-all select-all">{file.path}</span>
    </>
  );
}

function Entry({ entry, onRemove }: { entry: PolicyEntry; onRemove: (() => void) | null }) {
  return (
    <li className="flex items-center gap-3 px-3 py-1.5">
      <span className="w-20 shrink-0">
        <Badge tone={EFFECT_TONES[entry.effect]}>{text.policy.effects[entry.effect]}</Badge>
      </span>
      <code className="min-w-0 flex-1 font-mono text-xs break-all">{entry.entry}</code>
      {onRemove && (
        <IconButton
          size="sm"
          label={text.policy.remove(entry.entry)}
          icon={<Trash2 aria-hidden className="size-3.5" />}
          onClick={onRemove}
        />
      )}
    </li>
  );
}

function AddEntry({ project }: { project: number }) {
  const [effect, setEffect] = useState<PolicyEffect>("ask");
  const [entry, setEntry] = useState("");
  const add = useApiMutation("policy_entry_add", { failureTitle: null, onSuccess: () => setEntry("") });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (entry.trim() !== "") add.mutate({ project, effect, entry: entry.trim() });
      }}
    >
      <Field
        label={text.policy.add}
        hint={text.policy.addHint}
        error={add.error && `${text.policy.addFailed}. ${reasonOf(add.error)}`}
      >
        {(wiring) => (
          <div className="flex gap-2">
            <div className="w-32 shrink-0">
              <Select
                label={text.policy.effect}
                value={effect}
                options={EFFECTS.map((value) => ({ value, label: text.policy.effects[value] }))}
                onChange={setEffect}
              />
            </div>
            <Input
              {...wiring}
              value={entry}
              placeholder="terraform plan"
              spellCheck={false}
              autoComplete="off"
              className="font-mono text-xs"
              onChange={(event) => setEntry(event.target.value)}
            />
            <Button type="submit" disabled={entry.trim() === ""} isBusy={add.isPending}>
              {text.policy.addButton}
            </Button>
          </div>
        )}
      </Field>
    </form>
  );
}

function Rules({ rules }: { rules: readonly PolicyRule[] }) {
  const [words, setWords] = useState("");
  const wanted = words.trim().toLowerCase();
  const shown = rules.filter((rule) => `${rule.id} ${rule.words}`.toLowerCase().includes(wanted));
  return (
    <Group title={text.policy.rules} hint={text.policy.rulesHint}>
      <Input
        type="search"
        aria-label={text.policy.searchRules}
        placeholder={text.policy.searchRules}
        value={words}
        onChange={(event) => setWords(event.target.value)}
      />
      {shown.length === 0 && <p className="text-muted">{text.policy.noRules}</p>}
      <dl className="max-h-96 divide-y divide-line overflow-y-auto pr-3">
        {shown.map((rule) => (
          <div key={rule.id} className="grid gap-x-3 py-1.5 md:grid-cols-[14rem_minmax(0,1fr)]">
            <dt className="font-mono text-xs text-muted">{rule.id}</dt>
            <dd className="text-xs">{rule.words}</dd>
          </div>
        ))}
      </dl>
    </Group>
  );
}
