import { AlertDialog as Radix } from "radix-ui";
import { type ReactNode, useId, useState } from "react";
import { Button } from "./Button.tsx";
import { cx } from "./cx.ts";
import { OVERLAY, SURFACE } from "./Dialog.tsx";
import { Input } from "./Input.tsx";

type Props = {
  isOpen: boolean;
  onClose: () => void;
  title: string;
  /** What will happen, and whether it can be undone. */
  description: ReactNode;
  confirmLabel: string;
  cancelLabel?: string;
  /** The confirm button stays off until the person has typed exactly this. */
  typed?: string;
  /** How the field for the typed word is labelled. */
  typedLabel?: string;
  isBusy?: boolean;
  onConfirm: () => void;
};

/** Asks before something that cannot be taken back easily. The focus starts on the harmless button. */
export function AlertDialog(props: Props) {
  return (
    <Radix.Root open={props.isOpen} onOpenChange={(open) => !open && props.onClose()}>
      <Radix.Portal>
        <Radix.Overlay className={OVERLAY} />
        <Radix.Content className={cx(SURFACE, "max-w-md")}>
          <Body {...props} />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

function Body({
  title,
  description,
  confirmLabel,
  cancelLabel = "Cancel",
  typed,
  typedLabel,
  isBusy = false,
  onConfirm,
}: Props) {
  const [text, setText] = useState("");
  const id = useId();
  const mayConfirm = typed === undefined || text === typed;
  return (
    <form
      className="p-5"
      onSubmit={(event) => {
        event.preventDefault();
        if (mayConfirm) onConfirm();
      }}
    >
      <Radix.Title className="text-base font-semibold">{title}</Radix.Title>
      <Radix.Description asChild>
        <div className="mt-2 text-muted">{description}</div>
      </Radix.Description>
      {typed !== undefined && (
        <div className="mt-4">
          <label htmlFor={id} className="mb-1.5 block text-muted">
            {typedLabel ?? `Type ${typed} to confirm`}
          </label>
          <Input
            id={id}
            value={text}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setText(event.target.value)}
          />
        </div>
      )}
      <div className="mt-5 flex justify-end gap-2">
        <Radix.Cancel asChild>
          <Button>{cancelLabel}</Button>
        </Radix.Cancel>
        <Button type="submit" variant="danger" disabled={!mayConfirm} isBusy={isBusy}>
          {confirmLabel}
        </Button>
      </div>
    </form>
  );
}
