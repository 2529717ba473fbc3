import { PanelLeft } from "lucide-react";
import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef, useState } from "react";
import { create } from "zustand";
import { persist } from "zustand/middleware";
import { Button } from "./Button.tsx";
import { Drawer } from "./Drawer.tsx";
import { useNarrow } from "./useNarrow.ts";

type Sizes = { sizes: Record<string, number> };

/** Widths of side panels by name, in pixels, kept for the next start. */
const useSizes = create<Sizes>()(persist<Sizes>(() => ({ sizes: {} }), { name: "panel-sizes" }));

type Props = {
  /** Under this name the width is remembered. */
  name: string;
  label: string;
  initial: number;
  least?: number;
  most?: number;
  side: ReactNode;
  children: ReactNode;
};

const STEP = 16;

/** A side panel and the rest; on a narrow screen the panel waits behind a button. */
export function Split(props: Props) {
  return useNarrow() ? <Narrow {...props} /> : <Wide {...props} />;
}

function Narrow({ label, side, children }: Props) {
  const [isOpen, setOpen] = useState(false);
  return (
    <div className="flex min-h-0 min-w-0 flex-1 flex-col">
      <div className="shrink-0 border-b border-line px-4 py-1.5">
        <Button
          variant="ghost"
          size="sm"
          icon={<PanelLeft aria-hidden className="size-4" />}
          className="-ml-2"
          onClick={() => setOpen(true)}
        >
          {label}
        </Button>
      </div>
      <Drawer isOpen={isOpen} onClose={() => setOpen(false)} title={label}>
        <div className="flex min-h-0 flex-1 flex-col overflow-hidden pt-12">{side}</div>
      </Drawer>
      {children}
    </div>
  );
}

/** The line between them is dragged, or moved with the arrow keys. */
function Wide({ name, label, initial, least = 160, most = 640, side, children }: Props) {
  const size = useSizes((state) => state.sizes[name] ?? initial);
  const start = useRef<{ x: number; size: number } | null>(null);

  const resize = (to: number) => {
    const kept = Math.round(Math.min(most, Math.max(least, to)));
    useSizes.setState(({ sizes }) => ({ sizes: { ...sizes, [name]: kept } }));
  };
  const grab = (event: PointerEvent<HTMLDivElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId);
    start.current = { x: event.clientX, size };
  };
  const drag = (event: PointerEvent) => {
    if (start.current) resize(start.current.size + event.clientX - start.current.x);
  };
  const press = (event: KeyboardEvent) => {
    const step = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    resize(size + step);
  };

  return (
    <div className="flex min-h-0 min-w-0 flex-1">
      <div className="flex shrink-0 flex-col overflow-hidden" style={{ width: size }}>
        {side}
      </div>
      <div
        role="separator"
        tabIndex={0}
        aria-label={label}
        aria-orientation="vertical"
        aria-valuenow={size}
        aria-valuemin={least}
        aria-valuemax={most}
        className="relative w-px shrink-0 cursor-col-resize bg-line before:absolute before:inset-y-0 before:-left-1 before:w-2 hover:bg-accent"
        onPointerDown={grab}
        onPointerMove={drag}
        onPointerUp={() => {
          start.current = null;
        }}
        onKeyDown={press}
      />
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">{children}</div>
    </div>
  );
}
