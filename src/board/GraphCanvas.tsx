import { Maximize, Minus, Plus } from "lucide-react";
import { type KeyboardEvent, type PointerEvent, useCallback, useEffect, useId, useLayoutEffect, useRef } from "react";
import type { FeatureId } from "@/api/bindings.ts";
import { IconButton } from "@/ui/IconButton.tsx";
import { type Layout, graphStep, nodeAt } from "./graph-layout.ts";
import { type View, fitted, opening, paint, paletteOf, showing, zoomed } from "./graph-paint.ts";
import { text } from "./messages.ts";

type Props = {
  layout: Layout;
  /** What is shown, as a person chose it: another choice begins with another view. */
  scope: string;
  critical: ReadonlySet<FeatureId>;
  current: FeatureId | null;
  onCurrent: (id: FeatureId | null) => void;
  onOpen: (id: FeatureId) => void;
};

const STEPS: ReadonlySet<string> = new Set(["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"]);
/** A press that moves less than this many pixels is a click. */
const CLICK_PX = 4;

/** The graph, drawn as one picture: moving and zooming costs the same with ten cards and with thousands. */
export function GraphCanvas({ layout, scope, critical, current, onCurrent, onOpen }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const view = useRef<View | null>(null);
  const drawn = useRef<string | null>(null);
  const asked = useRef(0);
  const grab = useRef<{ x: number; y: number; view: View; isMoved: boolean } | null>(null);
  const hint = useId();
  const node = current === null ? undefined : layout.byId.get(current);

  const draw = useCallback(() => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (!element || !context) return;
    const { clientWidth: width, clientHeight: height } = element;
    const ratio = window.devicePixelRatio || 1;
    if (element.width !== Math.round(width * ratio) || element.height !== Math.round(height * ratio)) {
      element.width = Math.round(width * ratio);
      element.height = Math.round(height * ratio);
    }
    // Cards that change while a run goes on must not take the view away from a person.
    if (!view.current || drawn.current !== scope) view.current = opening(layout, width, height);
    drawn.current = scope;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    paint(context, { layout, view: view.current, palette: paletteOf(element), width, height, current, critical });
  }, [layout, scope, critical, current]);

  // However often something moves, it is drawn once in a frame.
  const redraw = useCallback(() => {
    cancelAnimationFrame(asked.current);
    asked.current = requestAnimationFrame(draw);
  }, [draw]);

  const move = useCallback(
    (next: View) => {
      view.current = next;
      redraw();
    },
    [redraw],
  );

  useLayoutEffect(() => {
    draw();
    const element = canvas.current;
    if (!element) return;
    const observer = new ResizeObserver(redraw);
    observer.observe(element);
    const themes = new MutationObserver(redraw);
    themes.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    void document.fonts?.ready.then(redraw);
    return () => {
      observer.disconnect();
      themes.disconnect();
      cancelAnimationFrame(asked.current);
    };
  }, [draw, redraw]);

  useEffect(() => {
    const element = canvas.current;
    if (node && element && view.current) move(showing(view.current, node, element.clientWidth, element.clientHeight));
  }, [node, move]);

  // React listens for the wheel passively, and then the page would zoom with the graph.
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const wheel = (event: WheelEvent) => {
      if (!view.current) return;
      event.preventDefault();
      const box = element.getBoundingClientRect();
      if (event.ctrlKey || event.metaKey) {
        move(zoomed(view.current, Math.exp(-event.deltaY / 300), event.clientX - box.left, event.clientY - box.top));
      } else move({ ...view.current, x: view.current.x - event.deltaX, y: view.current.y - event.deltaY });
    };
    element.addEventListener("wheel", wheel, { passive: false });
    return () => element.removeEventListener("wheel", wheel);
  }, [move]);

  const zoom = (factor: number) => {
    const element = canvas.current;
    if (element && view.current) move(zoomed(view.current, factor, element.clientWidth / 2, element.clientHeight / 2));
  };
  const fit = () => {
    const element = canvas.current;
    if (element) move(fitted(layout, element.clientWidth, element.clientHeight));
  };
  const under = (event: { clientX: number; clientY: number }) => {
    const box = canvas.current?.getBoundingClientRect();
    if (!box || !view.current) return null;
    const { x, y, scale } = view.current;
    return nodeAt(layout, (event.clientX - box.left - x) / scale, (event.clientY - box.top - y) / scale);
  };

  const press = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (STEPS.has(event.key)) {
      const next = graphStep(layout, current, event.key);
      if (next !== null) onCurrent(next);
    } else if (event.key === "Enter" && current !== null) onOpen(current);
    else if (event.key === "Escape") onCurrent(null);
    else if (event.key === "+" || event.key === "=") zoom(1.25);
    else if (event.key === "-") zoom(0.8);
    else if (event.key === "0") fit();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div ref={frame} className="relative min-h-0 min-w-0 flex-1">
      <p id={hint} className="sr-only">
        {text.graphs.hint}
      </p>
      <div
        role="application"
        aria-label={text.graphs.canvas(layout.nodes.length)}
        aria-describedby={hint}
        tabIndex={0}
        className="absolute inset-0 touch-none -outline-offset-2"
        onKeyDown={press}
        onPointerDown={(event: PointerEvent<HTMLDivElement>) => {
          if (event.button !== 0 || !view.current) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          grab.current = { x: event.clientX, y: event.clientY, view: view.current, isMoved: false };
        }}
        onPointerMove={(event) => {
          const held = grab.current;
          if (!held) return;
          const dx = event.clientX - held.x;
          const dy = event.clientY - held.y;
          if (Math.abs(dx) + Math.abs(dy) > CLICK_PX) held.isMoved = true;
          if (held.isMoved) move({ ...held.view, x: held.view.x + dx, y: held.view.y + dy });
        }}
        onPointerUp={(event) => {
          if (grab.current && !grab.current.isMoved) onCurrent(under(event)?.id ?? null);
          grab.current = null;
        }}
        onDoubleClick={(event) => {
          const found = under(event);
          if (found) onOpen(found.id);
        }}
      >
        <canvas ref={canvas} aria-hidden className="block size-full" />
      </div>
      <p role="status" className="sr-only">
        {node &&
          text.graphs.nodeLabel(
            node.id,
            node.name,
            text.statuses[node.status],
            layout.needs.get(node.id)?.length ?? 0,
            layout.dependents.get(node.id)?.length ?? 0,
          )}
      </p>
      <div className="absolute bottom-3 left-3 flex gap-1 rounded-lg border border-line bg-raised p-1 shadow-raised">
        <IconButton
          size="sm"
          label={text.graphs.zoomOut}
          icon={<Minus aria-hidden className="size-4" />}
          onClick={() => zoom(0.8)}
        />
        <IconButton
          size="sm"
          label={text.graphs.zoomIn}
          icon={<Plus aria-hidden className="size-4" />}
          onClick={() => zoom(1.25)}
        />
        <IconButton
          size="sm"
          label={text.graphs.fit}
          icon={<Maximize aria-hidden className="size-4" />}
          onClick={fit}
        />
      </div>
    </div>
  );
}
