import { useState } from "react";
import { Button } from "@/ui/Button.tsx";
import { Choices } from "@/ui/Choices.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { Field } from "@/ui/Field.tsx";
import { Input } from "@/ui/Input.tsx";
import { text } from "./messages.ts";
import { KINDS, type Kind, fileOfName, specNameProblem } from "./spec-name.ts";

type Props = { isOpen: boolean; taken: readonly string[]; onClose: () => void; onCreate: (name: string) => void };

/** Asks what another specification is about. Nothing is written before its text is saved. */
export function CreateSpec({ isOpen, onClose, ...rest }: Props) {
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={text.create.title} description={text.create.text}>
      {isOpen && <Form onClose={onClose} {...rest} />}
    </Dialog>
  );
}

function Form({ taken, onClose, onCreate }: Omit<Props, "isOpen">) {
  const free = KINDS.filter((kind) => !taken.includes(kind));
  const [kind, setKind] = useState<Kind>(free[0] ?? "custom");
  const [typed, setTyped] = useState("");
  const [isTried, setTried] = useState(false);
  const name = kind === "custom" ? typed.trim() : kind;
  const problem = specNameProblem(name, taken);
  const words = problem && (problem !== "empty" || isTried) ? text.create.problem[problem] : undefined;
  return (
    <form
      className="flex flex-col gap-4"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (problem) setTried(true);
        else onCreate(name);
      }}
    >
      <Choices
        label={text.create.kind}
        columns={2}
        value={kind}
        options={free.map((value) => ({ value, label: text.create.kinds[value] }))}
        onChange={setKind}
      />
      {kind === "custom" && (
        <Field
          label={text.create.name}
          hint={problem ? undefined : text.create.nameHint(fileOfName(name))}
          error={words}
        >
          {(wiring) => (
            <Input
              {...wiring}
              value={typed}
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => setTyped(event.target.value)}
            />
          )}
        </Field>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{text.create.cancel}</Button>
        <Button type="submit" variant="primary">
          {text.create.action}
        </Button>
      </div>
    </form>
  );
}
