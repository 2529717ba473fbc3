import { X } from "lucide-react";
import { useEffect, useState } from "react";
import type { ImageBrief } from "@/api/bindings.ts";
import { useApiMutation, useApiQuery } from "@/api/context.tsx";
import { Dialog } from "@/ui/Dialog.tsx";
import { IconButton } from "@/ui/IconButton.tsx";
import { Panel } from "@/ui/Panel.tsx";
import { toast } from "@/ui/toast.ts";
import { text } from "./messages.ts";
import { addressOf, picturesIn, readPicture, refusalOf } from "./picture.ts";
import { ChooseFiles } from "./PicturesField.tsx";

type Props = { project: number; feature: number; images: readonly ImageBrief[] };

/** The pictures on a card. More are pasted anywhere on its page, or chosen here. */
export function Pictures({ project, feature, images }: Props) {
  const [shown, setShown] = useState<ImageBrief | null>(null);
  const add = useApiMutation("image_add", { failureTitle: text.pictures.addFailed });
  const put = async (files: readonly File[]) => {
    let many = images.length;
    for (const file of files) {
      const refusal = refusalOf(file, many);
      if (refusal) {
        toast({ tone: "danger", title: text.pictures.addFailed, description: refusal });
        continue;
      }
      many += 1;
      const picture = await readPicture(file).catch(() => null);
      if (!picture)
        toast({ tone: "danger", title: text.pictures.addFailed, description: text.pictures.unreadable(file.name) });
      // A failure is told by the mutation, and the others are put there all the same.
      else await add.mutateAsync({ project, feature, name: picture.name, data: picture.data }).catch(() => undefined);
    }
  };
  useEffect(() => {
    const pasted = (event: ClipboardEvent) => {
      // What is pasted into a field of a dialog is that dialog's.
      const isElsewhere = event.target instanceof Element && event.target.closest('[role="dialog"]') !== null;
      const files = picturesIn(event.clipboardData?.files ?? []);
      if (isElsewhere || files.length === 0) return;
      event.preventDefault();
      void put(files);
    };
    document.addEventListener("paste", pasted);
    return () => document.removeEventListener("paste", pasted);
  });
  return (
    <Panel
      title={text.pictures.title}
      actions={<ChooseFiles isBusy={add.isPending} onFiles={(files) => void put(files)} />}
    >
      {images.length === 0 ? (
        <p className="text-faint">{text.pictures.none}</p>
      ) : (
        <ul className="flex flex-wrap gap-3">
          {images.map((image) => (
            <li key={image.id}>
              <Thumbnail project={project} feature={feature} image={image} onOpen={() => setShown(image)} />
            </li>
          ))}
        </ul>
      )}
      {shown && (
        <Dialog isOpen onClose={() => setShown(null)} title={shown.name} size="lg">
          <Whole project={project} image={shown} />
        </Dialog>
      )}
    </Panel>
  );
}

type ThumbnailProps = { project: number; feature: number; image: ImageBrief; onOpen: () => void };

function Thumbnail({ project, feature, image, onOpen }: ThumbnailProps) {
  const bytes = useApiQuery("image_get", { project, image: image.id });
  const add = useApiMutation("image_add", { failureTitle: text.pictures.addFailed });
  const remove = useApiMutation("image_remove", {
    failureTitle: text.pictures.removeFailed,
    onSuccess: () => {
      const data = bytes.data?.data;
      const again = data && { label: text.undo, run: () => add.mutate({ project, feature, name: image.name, data }) };
      toast({ title: text.pictures.removed(image.name), ...(again && { action: again }) });
    },
  });
  return (
    <span className="relative block">
      <button
        type="button"
        aria-label={text.pictures.open(image.name)}
        onClick={onOpen}
        className="flex size-28 items-center justify-center overflow-hidden rounded-md border border-line bg-canvas hover:border-accent"
      >
        {bytes.data ? (
          <img
            src={addressOf({ media_type: image.media_type, data: bytes.data.data })}
            alt=""
            className="size-full object-cover"
          />
        ) : (
          <span className="p-2 text-xs text-faint">{bytes.error ? text.pictures.gone : text.loading}</span>
        )}
      </button>
      <span className="absolute -top-2 -right-2 rounded-full bg-raised">
        <IconButton
          size="sm"
          label={text.pictures.remove(image.name)}
          icon={<X aria-hidden className="size-3.5" />}
          onClick={() => remove.mutate({ project, image: image.id })}
        />
      </span>
    </span>
  );
}

function Whole({ project, image }: { project: number; image: ImageBrief }) {
  const bytes = useApiQuery("image_get", { project, image: image.id });
  if (!bytes.data) return <p className="text-faint">{bytes.error ? text.pictures.gone : text.loading}</p>;
  return (
    <img
      src={addressOf({ media_type: image.media_type, data: bytes.data.data })}
      alt={image.name}
      className="mx-auto max-h-[75vh] max-w-full object-contain"
    />
  );
}
