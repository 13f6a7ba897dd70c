// The metrics of records in groups: system metrics apart, others by the first part of their names (train/loss).

import type { MetricName } from "../api/curves";

const SYSTEM = "system/";

/** Whether a metric is one of the machine: processor, memory, network, disk. */
export function isSystem(name: string): boolean {
  return name.startsWith(SYSTEM);
}

export interface CurveGroup {
  /** What the names have before their slash; "" for those without one. */
  readonly name: string;
  readonly metrics: readonly MetricName[];
}

/** Metrics by what stands before the slash in their names; those of the machine by what they measure. */
export function groupsOf(metrics: readonly MetricName[]): CurveGroup[] {
  const groups = new Map<string, MetricName[]>();
  for (const metric of metrics) {
    const name = isSystem(metric.name) ? machinePart(metric.name) : partOf(metric.name);
    groups.set(name, [...(groups.get(name) ?? []), metric]);
  }
  return [...withoutLonely(groups)]
    .sort(([one], [other]) => one.localeCompare(other, "en", { numeric: true }))
    .map(([name, listed]) => ({ name, metrics: listed }));
}

/** A metric that is alone in its group needs no heading: it stands among those without one, under its whole name. */
function withoutLonely(groups: ReadonlyMap<string, MetricName[]>): Map<string, MetricName[]> {
  const isKept = ([name, listed]: [string, MetricName[]]) => name === "" || listed.length > 1;
  const lonely = [...groups].filter((group) => !isKept(group)).flatMap(([, listed]) => listed);
  const kept = new Map([...groups].filter(isKept));
  const rest = [...(kept.get("") ?? []), ...lonely].sort((one, other) => one.name.localeCompare(other.name, "en"));
  return rest.length > 0 ? kept.set("", rest) : kept;
}

function partOf(name: string): string {
  const at = name.indexOf("/");
  return at > 0 ? name.slice(0, at) : "";
}

/** gpu_0_utilization_percentage → GPU 0. */
function machinePart(name: string): string {
  const own = name.slice(SYSTEM.length);
  const gpu = /^gpu_(\d+)_/.exec(own);
  if (gpu) return `GPU ${gpu[1]}`;
  if (own.startsWith("cpu_")) return "Processor";
  if (/memory|swap/.test(own)) return "Memory";
  if (own.startsWith("network_")) return "Network";
  return own.startsWith("disk_") ? "Disk" : "Other";
}

/** Those of the metrics whose names have a text, whatever its capitals. */
export function found(metrics: readonly MetricName[], text: string): MetricName[] {
  const wanted = text.trim().toLowerCase();
  return metrics.filter(({ name }) => name.toLowerCase().includes(wanted));
}
