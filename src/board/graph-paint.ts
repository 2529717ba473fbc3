import type { FeatureId, Progress } from "@/api/bindings.ts";
import { type Layout, NODE, type PlacedNode } from "./graph-layout.ts";

export type View = { x: number; y: number; scale: number };

/** The colours of the theme, as a canvas wants them. */
export type Palette = Record<"canvas" | "raised" | "line" | "strong" | "text" | "muted" | "accent" | Progress, string>;

export function paletteOf(element: Element): Palette {
  const style = getComputedStyle(element);
  const of = (name: string) => style.getPropertyValue(name).trim();
  return {
    canvas: of("--canvas"),
    raised: of("--raised"),
    line: of("--line"),
    strong: of("--line-strong"),
    text: of("--text"),
    muted: of("--faint"),
    accent: of("--accent"),
    pending: of("--faint"),
    in_progress: of("--accent"),
    needs_input: of("--warning"),
    blocked: of("--danger"),
    passing: of("--success"),
  };
}

/** Below this scale letters cannot be read, and are left out. */
const READABLE_SCALE = 0.42;
/** How large it is at least to begin with: titles are read then, and not only seen. */
const OPENING_SCALE = 0.8;

const LEAST_SCALE = 0.05;
const MOST_SCALE = 2;

/** The view that shows the whole layout with some room around it; never enlarged. */
export function fitted(layout: Layout, width: number, height: number): View {
  const room = 32;
  const scale = Math.min(
    1,
    (width - 2 * room) / Math.max(1, layout.width),
    (height - 2 * room) / Math.max(1, layout.height),
  );
  const kept = Math.max(LEAST_SCALE, scale);
  return { scale: kept, x: (width - layout.width * kept) / 2, y: (height - layout.height * kept) / 2 };
}

/** The view to begin with: everything, if it can be read then; else the upper left, where work begins. */
export function opening(layout: Layout, width: number, height: number): View {
  const whole = fitted(layout, width, height);
  if (whole.scale >= OPENING_SCALE) return whole;
  const scale = OPENING_SCALE;
  const tall = layout.height * scale;
  return { scale, x: 32, y: Math.max(32, (height - tall) / 2) };
}

/** The view after zooming by `factor` around a point of the window, which stays where it is. */
export function zoomed(view: View, factor: number, x: number, y: number): View {
  const scale = Math.min(MOST_SCALE, Math.max(LEAST_SCALE, view.scale * factor));
  const ratio = scale / view.scale;
  return { scale, x: x - (x - view.x) * ratio, y: y - (y - view.y) * ratio };
}

/** The view moved as little as is needed to show a card whole. */
export function showing(view: View, { x, y }: PlacedNode, width: number, height: number): View {
  const room = 24;
  const left = view.x + x * view.scale;
  const top = view.y + y * view.scale;
  const right = left + NODE.width * view.scale;
  const bottom = top + NODE.height * view.scale;
  const dx = left < room ? room - left : right > width - room ? width - room - right : 0;
  const dy = top < room ? room - top : bottom > height - room ? height - room - bottom : 0;
  return dx === 0 && dy === 0 ? view : { ...view, x: view.x + dx, y: view.y + dy };
}

type Wanted = {
  layout: Layout;
  view: View;
  palette: Palette;
  width: number;
  height: number;
  current: FeatureId | null;
  critical: ReadonlySet<FeatureId>;
};

/** Draws what of the graph is in view. */
export function paint(context: CanvasRenderingContext2D, wanted: Wanted): void {
  const { layout, view, palette, width, height, current, critical } = wanted;
  context.fillStyle = palette.canvas;
  context.fillRect(0, 0, width, height);
  context.save();
  context.translate(view.x, view.y);
  context.scale(view.scale, view.scale);
  const left = -view.x / view.scale;
  const top = -view.y / view.scale;
  const right = left + width / view.scale;
  const bottom = top + height / view.scale;

  drawEdges(context, wanted, { left, top, right, bottom });
  const isReadable = view.scale >= READABLE_SCALE;
  context.textBaseline = "middle";
  for (const node of layout.nodes) {
    if (node.x > right || node.x + NODE.width < left || node.y > bottom || node.y + NODE.height < top) continue;
    drawNode(context, node, palette, isReadable, node.id === current, critical.has(node.id));
  }
  context.restore();
}

type Box = { left: number; top: number; right: number; bottom: number };

function drawEdges(
  context: CanvasRenderingContext2D,
  { layout, view, palette, current, critical }: Wanted,
  box: Box,
): void {
  const plain = new Path2D();
  const long = new Path2D();
  const near = new Path2D();
  for (const { feature, needs } of layout.edges) {
    const from = layout.byId.get(needs);
    const to = layout.byId.get(feature);
    if (!from || !to) continue;
    const x1 = from.x + NODE.width;
    const y1 = from.y + NODE.height / 2;
    const y2 = to.y + NODE.height / 2;
    if (Math.min(x1, to.x) > box.right || Math.max(x1, to.x) < box.left) continue;
    if (Math.min(y1, y2) > box.bottom || Math.max(y1, y2) < box.top) continue;
    const isNear = feature === current || needs === current;
    const path = isNear ? near : critical.has(feature) && critical.has(needs) ? long : plain;
    const bend = Math.max(30, (to.x - x1) / 2);
    path.moveTo(x1, y1);
    path.bezierCurveTo(x1 + bend, y1, to.x - bend, y2, to.x, y2);
  }
  const thin = 1 / Math.max(0.35, view.scale);
  stroke(context, plain, palette.strong, thin, current === null ? 0.9 : 0.4);
  stroke(context, long, palette.needs_input, thin * 2, 0.9);
  stroke(context, near, palette.accent, thin * 2, 1);
}

function stroke(context: CanvasRenderingContext2D, path: Path2D, colour: string, width: number, alpha: number): void {
  context.globalAlpha = alpha;
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.stroke(path);
  context.globalAlpha = 1;
}

function drawNode(
  context: CanvasRenderingContext2D,
  node: PlacedNode,
  palette: Palette,
  isReadable: boolean,
  isCurrent: boolean,
  isCritical: boolean,
): void {
  const { x, y, progress } = node;
  context.beginPath();
  context.roundRect(x, y, NODE.width, NODE.height, 7);
  context.fillStyle = palette.raised;
  context.fill();
  context.strokeStyle = isCurrent ? palette.accent : isCritical ? palette.needs_input : palette.strong;
  context.lineWidth = isCurrent ? 2.5 : isCritical ? 1.5 : 1;
  context.stroke();
  context.fillStyle = palette[progress];
  if (!isReadable) {
    context.globalAlpha = 0.55;
    context.fill();
    context.globalAlpha = 1;
    return;
  }
  context.beginPath();
  context.roundRect(x + 8, y + 10, 4, NODE.height - 20, 2);
  context.fill();
  context.font = '500 11px "Inter Variable", sans-serif';
  context.fillStyle = palette.muted;
  context.fillText(`#${node.id}`, x + 20, y + 12);
  if (node.unblocks > 0) {
    context.textAlign = "right";
    context.fillText(`→ ${node.unblocks}`, x + NODE.width - 9, y + 12);
    context.textAlign = "left";
  }
  context.font = '12px "Inter Variable", sans-serif';
  context.fillStyle = progress === "passing" ? palette.muted : palette.text;
  context.fillText(shortened(node.name), x + 20, y + 26);
}

/** Letters of a title that fit into a box. */
const LETTERS = 24;

function shortened(name: string): string {
  return name.length > LETTERS ? `${name.slice(0, LETTERS - 1).trimEnd()}…` : name;
}
