// What the monitor's address says, and what it shows without being told. What stays out: drawing and asking.

import type { components } from "../api/schema";
import { joinList, type MonitorSearch, splitList } from "../app/search";

type Column = components["schemas"]["Column"];
type SeriesName = components["schemas"]["SeriesName"];
export type MetricSeries = components["schemas"]["MetricSeries"];

/** How many lines a person can tell apart: as many as there are colours. */
export const READABLE = 6;
/** As many lines as can be chosen. */
export const MOST_LINES = 50;
export const NO_GROUP = "none";
const OF_RECORDS = ["name", "version", "type", "workspace", "run", "metrics_type"];

/** The metrics that records have, the most reported first. */
export function metricsOf(columns: readonly Column[] | undefined): string[] {
  return (columns ?? []).filter(({ key }) => key.startsWith("metric.")).map(({ key }) => key.slice("metric.".length));
}

/** The keys that values can be grouped by: the name, then the labels, most filled first, then other fields. */
export function groupsOf(columns: readonly Column[] | undefined): string[] {
  const labels = (columns ?? []).filter(({ key }) => key.startsWith("label.")).map(({ key }) => key);
  return ["name", ...labels, ...OF_RECORDS.slice(1)];
}

/** The metrics to plot: those of the address, else the most reported one. */
export function plottedMetrics(search: MonitorSearch, known: readonly string[]): string[] {
  return search.metrics ? splitList(search.metrics) : known.slice(0, 1);
}

/** The key whose values have a line each; undefined for one line in all. */
export function groupKey(search: MonitorSearch): string | undefined {
  if (search.group === NO_GROUP) return undefined;
  return search.group || "name";
}

/** The threshold of a metric: one that is named in the address, or one number for all metrics. */
export function thresholdOf(search: MonitorSearch, metric: string): number | undefined {
  const own = new Map(splitList(search.threshold).map(splitThreshold));
  const text = own.get(metric) ?? own.get("");
  return text !== undefined && text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : undefined;
}

/** The thresholds of an address after a change of one. */
export function withThreshold(search: MonitorSearch, metric: string, value: number | undefined): string {
  const own = new Map(splitList(search.threshold).map(splitThreshold));
  if (value === undefined) own.set(metric, "");
  else own.set(metric, String(value));
  const kept = [...own].filter(([name, text]) => text !== "" || (own.get("") && name !== ""));
  return joinList(kept.map(([name, text]) => (name === "" ? text : `${name}:${text}`))) ?? "";
}

function splitThreshold(item: string): [metric: string, value: string] {
  const at = item.lastIndexOf(":");
  return at < 0 ? ["", item] : [item.slice(0, at), item.slice(at + 1)];
}

/** All lines that answers know, those with the newest values first: what can be chosen. */
export function lineNames(answers: readonly (MetricSeries | undefined)[]): string[] {
  const newest = new Map<string, number>();
  const note = (group: SeriesName["group"], time: number) => {
    const value = Object.values(group)[0] ?? "";
    newest.set(value, Math.max(time, newest.get(value) ?? 0));
  };
  for (const answer of answers) {
    for (const { group, points } of answer?.series ?? []) note(group, points.at(-1)?.time ?? 0);
    for (const { group, newest: time } of answer?.others ?? []) note(group, time);
  }
  return [...newest].sort((left, right) => right[1] - left[1]).map(([name]) => name);
}

/** What a plot does not draw, in words with numbers; empty if it draws every value. */
export function samplingNotes(answer: MetricSeries, words: (count: number, noun: string) => string): string[] {
  const total = answer.series.reduce((sum, each) => sum + each.total, 0);
  const drawn = answer.series.reduce((sum, each) => sum + each.points.length, 0);
  const notes = [];
  if (answer.series.some(({ downsampled }) => downsampled))
    notes.push(
      `${words(drawn, "point")} of ${words(total, "value")} drawn: the least, greatest, first and last of each span of time. Zoom in for all.`,
    );
  if (answer.left_out > 0)
    notes.push(
      `${words(answer.left_out, "value")} of the store ${answer.left_out === 1 ? "was" : "were"} not looked at: those recorded in the time shown come first, the newest before others. Zoom in to see more.`,
    );
  return notes;
}
