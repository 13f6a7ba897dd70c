// What an entry of a record's history says that changed, by the names that people know. No drawing here.

import type { AuditEntry } from "../api/audit";
import { changesOf, type FieldChange } from "../audit/changes";

const JSON_FIELDS = ["properties.__ALL_META__", "properties.labels"];
const OWN_NAMES: Readonly<Record<string, string>> = { __archived__: "archived", __aliases__: "aliases" };

/** The changed fields: members of the SDK's JSON each by itself, and the time of update only where nothing else changed. */
export function historyFields(entry: Pick<AuditEntry, "old" | "new">): readonly FieldChange[] {
  const changes = changesOf(entry);
  const expanded = changes.flatMap((change) =>
    JSON_FIELDS.includes(change.field) ? members(change) : [named(change)],
  );
  const unique = expanded.filter(({ field }, place) => expanded.findIndex((other) => other.field === field) === place);
  const told = unique.filter(({ field }) => !field.startsWith("last_update_time"));
  return told.length > 0 ? told : unique;
}

function named({ field, before, after }: FieldChange): FieldChange {
  const plain = field.replace(/^(custom_)?properties\./, "");
  return { field: OWN_NAMES[plain] ?? plain, before, after };
}

function members({ field, before, after }: FieldChange): FieldChange[] {
  const [old, present] = [flat(before), flat(after)];
  if (!old || !present) return [named({ field, before, after })];
  const prefix = field === "properties.labels" ? "labels." : "";
  const keys = [...new Set([...Object.keys(old), ...Object.keys(present)])].sort();
  const changed = keys.filter((key) => JSON.stringify(old[key]) !== JSON.stringify(present[key]));
  return changed.map((key) => ({ field: prefix + key, before: old[key], after: present[key] }));
}

/** A JSON object with the members of its objects beside its own, as labels.team; undefined for what is none. */
function flat(text: unknown): Readonly<Record<string, unknown>> | undefined {
  if (text === undefined || text === null) return {};
  const found = typeof text === "string" ? parsed(text) : text;
  if (typeof found !== "object" || found === null || Array.isArray(found)) return undefined;
  return Object.fromEntries(
    Object.entries(found).flatMap(([name, value]) => {
      if (value === null) return [];
      if (typeof value !== "object" || Array.isArray(value)) return [[name, value]];
      return Object.entries(value).map(([inner, item]) => [`${name}.${inner}`, item]);
    }),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const ACTIONS: Readonly<Record<string, string>> = {
  create: "Created",
  update: "Changed",
  promote: "Alias given",
  "lose alias": "Alias moved to another version",
  "remove alias": "Alias removed",
  metrics: "Metric values added",
  facets: "Facets of OpenLineage written",
  event: "Event added",
  attribution: "Added to a context",
  association: "Added to a context",
  parent: "Parent context added",
  tombstone: "Deleted, kept as a tombstone",
  delete: "Deleted",
};

export function sayAction(action: string): string {
  return ACTIONS[action] ?? action;
}
