// Draws curves on the canvas of a chart: lines with gaps, the unsmoothed ones faint behind, marks for what is no number.

import type UPlot from "uplot";
import { colour, seriesColour, seriesDash } from "../values/seriesLooks";
import type { Chart } from "./chart";
import { type CurveLine, nearestTo, type Places } from "./lines";

const FAINT = 0.38;
/** From how few points on each has a dot: lines of a few points are read point by point. */
const FEW = 40;
const MARK = 4;

export function paint(plot: UPlot, chart: Chart): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  // The one that stands out is drawn last, above the others.
  const order = [...chart.lines].sort((one, other) => rank(one, chart) - rank(other, chart));
  for (const line of order) paintLine(plot, line, chart);
  ctx.restore();
}

function rank({ key, look }: CurveLine, { marked }: Chart): number {
  return key === marked ? 1 : -look;
}

function paintLine(plot: UPlot, line: CurveLine, chart: Chart): void {
  const { ctx } = plot;
  const ratio = devicePixelRatio || 1;
  const isBehind = chart.marked !== undefined && chart.marked !== line.key;
  ctx.strokeStyle = ctx.fillStyle = colour(seriesColour(line.look));
  ctx.lineJoin = "round";
  ctx.setLineDash(seriesDash(line.look).map((length) => length * ratio));
  if (line.smooth) {
    ctx.globalAlpha = isBehind ? FAINT / 3 : FAINT;
    ctx.lineWidth = ratio;
    trace(plot, line, chart);
  }
  ctx.globalAlpha = isBehind ? FAINT : 1;
  ctx.lineWidth = (chart.marked === line.key ? 2.5 : 1.75) * ratio;
  const places = line.smooth ?? line;
  trace(plot, places, chart);
  ctx.setLineDash([]);
  dots(plot, places, chart);
  marks(plot, line, chart);
  ctx.globalAlpha = 1;
}

/** The places of an axis that a chart shows, and one before and behind them, so that lines go on to the frame. */
function shown({ xs }: Places, { extent: [first, last] }: Chart): [from: number, to: number] {
  const [from, to] = [nearestTo(xs, first), nearestTo(xs, last)];
  return [Math.max(0, from - 1), Math.min(xs.length - 1, to + 1)];
}

function canStand(y: number, isLog: boolean): boolean {
  return Number.isFinite(y) && !(isLog && y <= 0);
}

function trace(plot: UPlot, places: Places, chart: Chart): void {
  const { ctx } = plot;
  const [from, to] = shown(places, chart);
  let isDrawing = false;
  ctx.beginPath();
  for (let at = from; at <= to; at += 1) {
    const y = places.ys[at] as number;
    if (!canStand(y, chart.isLog)) {
      isDrawing = false;
      continue;
    }
    const [left, top] = [plot.valToPos(places.xs[at] as number, "x", true), plot.valToPos(y, "y", true)];
    if (isDrawing) ctx.lineTo(left, top);
    else ctx.moveTo(left, top);
    isDrawing = true;
  }
  ctx.stroke();
}

/** Dots where there are few points, and for a point that stands alone between gaps, which no line would show. */
function dots(plot: UPlot, places: Places, chart: Chart): void {
  const { ctx } = plot;
  const [from, to] = shown(places, chart);
  const isFew = to - from < FEW;
  const stands = (at: number) => at >= from && at <= to && canStand(places.ys[at] as number, chart.isLog);
  for (let at = from; at <= to; at += 1) {
    if (!stands(at) || !(isFew || !(stands(at - 1) || stands(at + 1)))) continue;
    const [left, top] = [
      plot.valToPos(places.xs[at] as number, "x", true),
      plot.valToPos(places.ys[at] as number, "y", true),
    ];
    ctx.beginPath();
    ctx.arc(left, top, 2.5 * (devicePixelRatio || 1), 0, 2 * Math.PI);
    ctx.fill();
  }
}

/** Where a value is no number: a cross at the lower edge for NaN, a triangle at the edge towards which it is infinite. */
function marks(plot: UPlot, line: CurveLine, chart: Chart): void {
  if (line.notFinite === 0) return;
  const { ctx, bbox } = plot;
  const ratio = devicePixelRatio || 1;
  const size = MARK * ratio;
  const [from, to] = shown(line, chart);
  ctx.lineWidth = 1.5 * ratio;
  for (let at = from; at <= to; at += 1) {
    const y = line.ys[at] as number;
    if (Number.isFinite(y)) continue;
    const left = plot.valToPos(line.xs[at] as number, "x", true);
    const isUp = y === Number.POSITIVE_INFINITY;
    const top = isUp ? bbox.top + 2 * size : bbox.top + bbox.height - 2 * size;
    ctx.beginPath();
    if (Number.isNaN(y)) {
      ctx.moveTo(left - size, top - size);
      ctx.lineTo(left + size, top + size);
      ctx.moveTo(left + size, top - size);
      ctx.lineTo(left - size, top + size);
      ctx.stroke();
    } else {
      const tip = isUp ? -size : size;
      ctx.moveTo(left, top + tip);
      ctx.lineTo(left - size, top - tip);
      ctx.lineTo(left + size, top - tip);
      ctx.fill();
    }
  }
}
