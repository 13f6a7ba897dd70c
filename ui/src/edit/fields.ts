// What of a record people change: its present values, rules for new ones, and the patch that takes a change back. Pure.

import type { Node } from "../api/shapes";
import { withoutReason } from "../values/Failure";

export type Field = "description" | "labels" | "aliases" | "stage" | "state";
export type Labels = Readonly<Record<string, string>>;

/** A JSON merge patch of a record: what is given is changed, and null removes. */
export interface Patch {
  readonly labels?: Readonly<Record<string, string | null>>;
  readonly description?: string | null;
  readonly state?: string | null;
  readonly archived?: boolean;
}

/** One change: a patch, or an alias that is given or taken away. */
export type Edit = { readonly patch: Patch } | { readonly alias: string; readonly isGiven: boolean };

/** Aliases that mean how far a version has come, in the order in which versions come there. */
export const STAGES: readonly string[] = ["staging", "production"];
const LONGEST = 255;
/** What MLflow's clients describe a run or an experiment by. */
const MLFLOW_NOTE = "tag.mlflow.note.content";
/** How the names of parameters, and of what is said of code and environment, begin: such properties are no labels. */
export const GIVEN_PREFIXES: readonly string[] = ["param.", "git.", "env."];

export const STATES = {
  artifact: ["PENDING", "LIVE", "MARKED_FOR_DELETION", "DELETED", "ABANDONED", "REFERENCE"],
  execution: ["NEW", "RUNNING", "COMPLETE", "FAILED", "CACHED", "CANCELED"],
  context: [],
} as const satisfies Record<Node["kind"], readonly string[]>;

/** A state as people write it: "Marked for deletion". */
export function sayState(state: string | null): string {
  if (!state || state === "UNKNOWN") return "Not set";
  const words = state.replace(/_/g, " ").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function descriptionOf(record: Node): string {
  const own = record.custom_properties;
  const value = (record.properties.description ?? own[MLFLOW_NOTE] ?? own.description)?.value;
  const stated = value ?? record.meta?.description;
  return typeof stated === "string" ? stated : "";
}

/** Its labels; the description and the reason of a failure of other writers are custom properties, and shown as such. */
export function labelsOf(record: Node): Labels {
  const isDescription = record.custom_properties.description !== undefined;
  const labels = Object.entries(withoutReason(record).labels);
  return Object.fromEntries(labels.filter(([key]) => !(isDescription && key === "description")));
}

export function stageOf(record: Pick<Node, "aliases">): string {
  return [...STAGES].reverse().find((stage) => record.aliases.includes(stage)) ?? "";
}

/** What a label must not be; undefined if it can be one. */
export function labelMistake(
  record: Pick<Node, "meta" | "type" | "external_id">,
  key: string,
  value: string,
): string | undefined {
  if (!key.trim()) return "Write the name of the label.";
  if (record.meta !== null) return undefined;
  if (key.startsWith("__")) return "Names that begin with __ are kept by Lineal. Choose another name.";
  const prefix = GIVEN_PREFIXES.find((each) => key.startsWith(each));
  if (prefix && !isKnownToMlflow(record))
    return `Names that begin with ${prefix} are parameters, or say something of the code and the environment. Choose another name.`;
  if (value.length > LONGEST) return `The value has ${value.length} characters; ${LONGEST} are allowed.`;
  return undefined;
}

/** Whether its labels are tags of MLflow, whose names are free. */
function isKnownToMlflow({ type, external_id }: Pick<Node, "type" | "external_id">): boolean {
  return type.startsWith("mlflow.") || (external_id ?? "").startsWith("mlflow:");
}

/** What an alias must not be; undefined if it can be one. */
export function aliasMistake(alias: string): string | undefined {
  if (!alias.trim()) return "Write an alias, such as production.";
  if (alias.length > LONGEST) return `It has ${alias.length} characters; ${LONGEST} are allowed.`;
  if (alias.includes(",")) return "An alias cannot have a comma.";
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what an alias cannot have
  if (/[\u0000-\u001f\u007f]/.test(alias)) return "An alias cannot have control characters.";
  return undefined;
}

/** What changes from some labels to others: nothing of those that stay. */
export function labelsPatch(before: Labels, after: Labels): Patch | undefined {
  const gone = Object.keys(before).filter((key) => !(key in after));
  const set = Object.entries(after).filter(([key, value]) => before[key] !== value);
  if (gone.length + set.length === 0) return undefined;
  return { labels: Object.fromEntries([...gone.map((key) => [key, null] as const), ...set]) };
}

/** The patch that brings back what a record had before a patch. */
export function reverseOf(before: Node, patch: Patch): Patch {
  const labels = patch.labels && Object.keys(patch.labels).map((key) => [key, before.labels[key] ?? null] as const);
  return {
    ...(labels && { labels: Object.fromEntries(labels) }),
    ...("description" in patch && { description: descriptionOf(before) || null }),
    ...("state" in patch && { state: before.state }),
    ...("archived" in patch && { archived: before.archived !== null }),
  };
}

/** A record as it will be after a patch: what is shown until the server has answered. */
export function patched(record: Node, patch: Patch): Node {
  const labels = Object.entries({ ...record.labels, ...patch.labels }).filter(([, value]) => value !== null);
  const description = { kind: "string" as const, value: patch.description ?? "" };
  const isDeclared = record.properties.description !== undefined || record.meta !== null;
  const place = isDeclared ? "properties" : "custom_properties";
  return {
    ...record,
    labels: Object.fromEntries(labels) as Node["labels"],
    ...("state" in patch && { state: patch.state ?? null }),
    ...("archived" in patch && { archived: patch.archived ? Date.now() : null }),
    ...("description" in patch && { [place]: { ...record[place], description } }),
  };
}

/** Of what a patch changes, the fields that somebody else has changed since a record was read, with their values. */
export function clashes(read: Node, now: Node, patch: Patch): readonly { field: string; theirs: string }[] {
  const keys = Object.keys(patch.labels ?? {}).filter((key) => read.labels[key] !== now.labels[key]);
  const found = keys.map((key) => ({ field: `Label ${key}`, theirs: now.labels[key] ?? "removed" }));
  if ("description" in patch && descriptionOf(read) !== descriptionOf(now))
    found.push({ field: "Description", theirs: descriptionOf(now) || "removed" });
  if ("state" in patch && read.state !== now.state) found.push({ field: "State", theirs: sayState(now.state) });
  // Archiving never clashes: where somebody else has archived or restored it as well, both wanted the same.
  return found;
}
