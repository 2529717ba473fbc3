import { type FormEvent, useId, useState } from "react";
import { useApiMutation } from "@/api/context.tsx";
import { Button } from "@/ui/Button.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { Field } from "@/ui/Field.tsx";
import { Input } from "@/ui/Input.tsx";
import { toast } from "@/ui/toast.ts";
import { checkpointText as text } from "./messages.ts";

type Props = { project: number; onClose: () => void; onCreated: (checkpoint: number) => void };

/** Saves the project as it is under a name. */
export function CreateCheckpoint({ project, onClose, onCreated }: Props) {
  const form = useId();
  const [name, setName] = useState("");
  const [isMissing, setMissing] = useState(false);
  const create = useApiMutation("checkpoint_create", {
    failureTitle: text.createFailed,
    onSuccess: ({ id, left_out }) => {
      toast({
        title: text.created(id),
        tone: "success",
        ...(left_out.length > 0
          ? { description: `${text.notHeld}: ${left_out.map((one) => one.path).join(", ")}` }
          : {}),
      });
      onCreated(id);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() === "") setMissing(true);
    else create.mutate({ project, name: name.trim() });
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      size="sm"
      title={text.createTitle}
      description={text.createWhat}
      footer={
        <>
          <Button onClick={onClose}>{text.cancel}</Button>
          <Button variant="primary" type="submit" form={form} isBusy={create.isPending}>
            {text.save}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} noValidate>
        <Field label={text.name} hint={text.nameHint} error={isMissing && text.nameMissing}>
          {(wiring) => (
            <Input
              {...wiring}
              autoFocus
              value={name}
              onChange={(event) => {
                setMissing(false);
                setName(event.target.value);
              }}
            />
          )}
        </Field>
      </form>
    </Dialog>
  );
}
