import { ImagePlus, X } from "lucide-react";
import { useId, useRef } from "react";
import { useRefusal } from "@/api/context.tsx";
import { Button } from "@/ui/Button.tsx";
import { IconButton } from "@/ui/IconButton.tsx";
import { text } from "./messages.ts";
import { KINDS, type Picture, addressOf } from "./picture.ts";

type Props = {
  pictures: readonly Picture[];
  /** Why the last one was not taken. */
  problem: string | null;
  onFiles: (files: File[]) => void;
  onRemove: (picture: Picture) => void;
};

/** The pictures of a card that is being written. They are pasted anywhere in the form, or chosen here. */
export function PicturesField({ pictures, problem, onFiles, onRemove }: Props) {
  return (
    <fieldset className="mt-4 flex flex-col gap-1.5">
      <legend className="mb-1.5 text-xs font-medium text-muted">{text.pictures.title}</legend>
      {pictures.length > 0 && (
        <ul className="flex flex-wrap gap-2">
          {pictures.map((picture) => (
            <li key={picture.key} className="relative">
              <img
                src={addressOf(picture)}
                alt={picture.name}
                className="size-20 rounded-md border border-line object-cover"
              />
              <span className="absolute -top-2 -right-2 rounded-full bg-raised">
                <IconButton
                  size="sm"
                  label={text.pictures.remove(picture.name)}
                  icon={<X aria-hidden className="size-3.5" />}
                  onClick={() => onRemove(picture)}
                />
              </span>
            </li>
          ))}
        </ul>
      )}
      <ChooseFiles onFiles={onFiles} />
      <p className="text-xs text-faint">{text.pictures.hint}</p>
      {problem && (
        <p role="alert" className="text-xs text-danger">
          {problem}
        </p>
      )}
    </fieldset>
  );
}

/** Chooses pictures from the disk. */
export function ChooseFiles({ onFiles, isBusy = false }: { onFiles: (files: File[]) => void; isBusy?: boolean }) {
  const input = useRef<HTMLInputElement>(null);
  const id = useId();
  const refusal = useRefusal("image_add");
  return (
    <div>
      <input
        ref={input}
        id={id}
        type="file"
        multiple
        accept={KINDS.join(",")}
        aria-label={text.pictures.choose}
        className="sr-only"
        tabIndex={-1}
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])]);
          // The same file may be chosen again.
          event.target.value = "";
        }}
      />
      <Button
        variant="ghost"
        size="sm"
        refusal={refusal}
        isBusy={isBusy}
        icon={<ImagePlus aria-hidden className="size-3.5" />}
        onClick={() => input.current?.click()}
      >
        {text.pictures.add}
      </Button>
    </div>
  );
}
