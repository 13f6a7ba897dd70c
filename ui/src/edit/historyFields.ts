// What an entry of the history or of the audit log says that changed, by the names that people know. No drawing here.

import type { AuditEntry } from "../api/audit";
import { changesOf, type FieldChange } from "../audit/changes";

const JSON_FIELDS = ["properties.__ALL_META__", "properties.labels"];
/** JSON of which a change is told by its members; a new one stays whole, since it lists every package. */
const LONG_JSON_FIELDS = ["custom_properties.__environment__"];
const OWN_NAMES: Readonly<Record<string, string>> = {
  __archived__: "archived",
  __aliases__: "aliases",
  __started__: "started",
  __ended__: "ended",
  milliseconds_since_epoch: "time",
};
/** The whole names of times: `expires` and `revoked` are of tokens, since users' properties have a prefix. */
const TIMES =
  /^(milliseconds_since_epoch|last_update_time_since_epoch|expires|revoked|(custom_)?properties\.(__(archived|started|ended)__|lineal\.deleted))$/;

/** A field, and whether its numbers are milliseconds since the epoch. */
export interface HistoryField extends FieldChange {
  readonly isTime?: boolean;
}

/** The changed fields: members of the SDK's JSON each by itself, and the time of update only where nothing else changed. */
export function historyFields(
  entry: Pick<AuditEntry, "old" | "new"> & Partial<Pick<AuditEntry, "action">>,
): readonly HistoryField[] {
  const changes = changesOf(entry)
    .flatMap(withoutSame)
    .map((change) => inWords(change, entry.action === "event"));
  const expanded = changes.flatMap((change) => (isToldByMembers(change) ? members(change) : [named(change)]));
  const unique = expanded.filter(({ field }, place) => expanded.findIndex((other) => other.field === field) === place);
  const told = unique.filter(({ field }) => !field.startsWith("last_update_time"));
  return told.length > 0 ? told : unique;
}

/** The kinds of events by their numbers: output, input and others. */
const EVENTS = [
  "unknown",
  "declared output",
  "declared input",
  "input",
  "output",
  "internal input",
  "internal output",
  "pending output",
];

/** The kind of an event in words; other values as they are. */
function inWords(change: FieldChange, isEvent: boolean): FieldChange {
  if (!isEvent || change.field !== "type") return change;
  const word = (value: unknown) => (typeof value === "number" ? (EVENTS[value] ?? value) : value);
  return { ...change, before: word(change.before), after: word(change.after) };
}

/** Nothing of a field that stayed the same; the path of a file that was replaced says which one it was. */
function withoutSame(change: FieldChange): FieldChange[] {
  if (JSON.stringify(change.before) !== JSON.stringify(change.after)) return [change];
  return change.field === "path" ? [{ ...change, before: undefined }] : [];
}

function isToldByMembers({ field, before, after }: FieldChange): boolean {
  if (JSON_FIELDS.includes(field)) return true;
  return LONG_JSON_FIELDS.includes(field) && before !== undefined && after !== undefined;
}

function named({ field, before, after }: FieldChange): HistoryField {
  const plain = field.replace(/^(custom_)?properties\./, "");
  const found = { field: OWN_NAMES[plain] ?? plain, before, after };
  return TIMES.test(field) ? { ...found, isTime: true } : found;
}

function members({ field, before, after }: FieldChange): HistoryField[] {
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

/** An alias that was given, moved or taken, and the other version that it came from or went to. */
export interface AliasChange {
  readonly alias: string;
  /** The id of the other version; undefined where there is none. */
  readonly other: string | undefined;
  readonly way: "from" | "to" | "same" | "none";
}

const ALIAS_ACTIONS = ["promote", "lose alias", "remove alias"];

/** What an entry says of an alias; undefined where it is about something else. */
export function aliasChangeOf({ action, node_id: own, ...entry }: AliasEntry): AliasChange | undefined {
  if (!ALIAS_ACTIONS.includes(action)) return undefined;
  const fields = new Map(changesOf(entry).map((change) => [change.field, change]));
  const [name, id] = [fields.get("alias"), fields.get("artifact_id")];
  const alias = name?.after ?? name?.before;
  if (typeof alias !== "string") return undefined;
  const other = action === "promote" ? id?.before : action === "lose alias" ? id?.after : undefined;
  if (other === undefined || other === null) return { alias, other: undefined, way: "none" };
  if (String(other) === own) return { alias, other: undefined, way: "same" };
  return { alias, other: String(other), way: action === "promote" ? "from" : "to" };
}

type AliasEntry = Pick<AuditEntry, "action" | "node_id" | "old" | "new">;

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
  "replace file": "File replaced",
  "delete file": "File deleted",
  tombstone: "Deleted, kept as a tombstone",
  delete: "Deleted",
};

const REMOVED: Readonly<Record<string, string>> = {
  event: "Event removed",
  attribution: "Removed from a context",
  association: "Removed from a context",
  parent: "Parent context removed",
};

/** What was done, in words; a link that has values before and none after was removed. */
export function sayAction({ action, old, new: present }: Pick<AuditEntry, "action" | "old" | "new">): string {
  const isRemoval = old !== null && present === null;
  return (isRemoval && REMOVED[action]) || (ACTIONS[action] ?? action);
}
