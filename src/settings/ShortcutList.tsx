import { RotateCcw, X } from "lucide-react";
import { type KeyboardEvent, useState } from "react";
import { ACTIONS, ACTION_IDS, type ActionId, keysOf } from "@/ui/actions.ts";
import { Badge } from "@/ui/Badge.tsx";
import { Button } from "@/ui/Button.tsx";
import { IconButton } from "@/ui/IconButton.tsx";
import { Kbd, keyLabels } from "@/ui/Kbd.tsx";
import { strokeOf } from "@/ui/keys.ts";
import { toast } from "@/ui/toast.ts";
import { text } from "./messages.ts";
import { Group } from "./Sections.tsx";
import { type ChosenKeys, type KeyProblem, conflicts, keyProblem, withKeys, withoutChoice } from "./shortcuts.ts";

type Props = { chosen: ChosenKeys; onChange: (chosen: Record<string, string>) => void };

/** Every action with its keys, and ways to change, take away and restore them. */
export function ShortcutList({ chosen, onChange }: Props) {
  const [recording, setRecording] = useState<ActionId | null>(null);
  const [refused, setRefused] = useState<{ action: ActionId; words: string } | null>(null);
  const groups = [...new Set(ACTION_IDS.map((id) => ACTIONS[id].group))];
  const wrong = new Map(conflicts(chosen).map(({ action, problem }) => [action, problem]));

  const press = (action: ActionId, event: KeyboardEvent) => {
    if (event.key === "Tab") return setRecording(null);
    const keys = strokeOf(event.nativeEvent);
    if (keys === null) return;
    event.preventDefault();
    event.stopPropagation();
    if (keys === "escape") return setRecording(null);
    const problem = keyProblem(action, keys, chosen);
    if (problem) return setRefused({ action, words: problemWords(problem, keys) });
    setRefused(null);
    setRecording(null);
    onChange(withKeys(chosen, action, keys));
  };
  const resetAll = () => {
    const before = { ...chosen };
    onChange({});
    toast({ title: text.keys.resetAllDone, action: { label: text.keys.undo, run: () => onChange(before) } });
  };

  return (
    <>
      <div className="flex items-center justify-between gap-4">
        <p className="text-muted">{text.keys.hint}</p>
        <Button disabled={Object.keys(chosen).length === 0} onClick={resetAll}>
          {text.keys.resetAll}
        </Button>
      </div>
      {groups.map((group) => (
        <Group key={group} title={group}>
          <ul className="-my-2 divide-y divide-line">
            {ACTION_IDS.filter((id) => ACTIONS[id].group === group).map((action) => {
              const problem = wrong.get(action);
              const keys = keysOf(action, chosen);
              return (
                <Row
                  key={action}
                  action={action}
                  keys={keys}
                  isChanged={action in chosen}
                  isRecording={recording === action}
                  problem={
                    refused?.action === action ? refused.words : problem && keys ? problemWords(problem, keys) : null
                  }
                  onRecord={() => {
                    setRefused(null);
                    setRecording(action);
                  }}
                  onLeave={() => setRecording(null)}
                  onPress={(event) => press(action, event)}
                  onNone={() => onChange(withKeys(chosen, action, null))}
                  onReset={() => onChange(withoutChoice(chosen, action))}
                />
              );
            })}
          </ul>
        </Group>
      ))}
    </>
  );
}

function problemWords(problem: KeyProblem, keys: string): string {
  const label = keyLabels(keys).join(" ");
  return problem.why === "reserved" ? text.keys.reserved(label) : text.keys.taken(label, ACTIONS[problem.by].title);
}

type RowProps = {
  action: ActionId;
  keys: string | null;
  isChanged: boolean;
  isRecording: boolean;
  problem: string | null;
  onRecord: () => void;
  onLeave: () => void;
  onPress: (event: KeyboardEvent) => void;
  onNone: () => void;
  onReset: () => void;
};

function Row({ action, keys, isChanged, isRecording, problem, onRecord, onLeave, onPress, onNone, onReset }: RowProps) {
  const { title } = ACTIONS[action];
  return (
    <li className="flex min-h-9 flex-wrap items-center gap-x-3 py-1">
      <span className="min-w-0 flex-1 max-md:basis-full">
        {title}
        {isChanged && <Badge className="ml-2">{text.keys.changed}</Badge>}
      </span>
      <span className="min-w-16 text-right">
        {keys ? <Kbd keys={keys} /> : <span className="text-xs text-faint">{text.keys.none}</span>}
      </span>
      <span className="flex items-center gap-1">
        <Button
          size="sm"
          aria-label={isRecording ? text.keys.press : text.keys.changeLabel(title)}
          aria-pressed={isRecording}
          className="w-28 aria-pressed:border-accent aria-pressed:text-accent"
          onClick={onRecord}
          onBlur={onLeave}
          {...(isRecording ? { onKeyDown: onPress } : {})}
        >
          {isRecording ? text.keys.press : text.keys.change}
        </Button>
        <IconButton
          size="sm"
          label={text.keys.noneLabel(title)}
          icon={<X aria-hidden className="size-3.5" />}
          disabled={keys === null}
          onClick={onNone}
        />
        <IconButton
          size="sm"
          label={text.keys.resetLabel(title)}
          icon={<RotateCcw aria-hidden className="size-3.5" />}
          disabled={!isChanged}
          onClick={onReset}
        />
      </span>
      {isRecording && <span className="w-full text-right text-xs text-faint">{text.keys.pressHint}</span>}
      {problem && (
        <span role="alert" className="w-full text-right text-xs text-danger">
          {problem}
        </span>
      )}
    </li>
  );
}
