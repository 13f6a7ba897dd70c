// What a bulk edit will do: which of the records change, which are so already, which cannot be changed. Pure.

import { type Node, titleOf } from "../api/shapes";
import { count } from "../values/numbers";
import { type Edit, labelMistake, STAGES, STATES, sayState } from "./fields";

/** What is done to every record of a selection. */
export type Act =
  | { readonly act: "label"; readonly key: string; readonly value: string }
  | { readonly act: "unlabel"; readonly key: string }
  | { readonly act: "state"; readonly state: string }
  | { readonly act: "stage"; readonly stage: string }
  | { readonly act: "archive" }
  | { readonly act: "restore" };

interface Refused {
  readonly record: Node;
  readonly why: string;
}

export interface Plan {
  readonly changes: readonly { readonly record: Node; readonly edits: readonly Edit[] }[];
  /** How many records are so already. */
  readonly same: number;
  readonly refused: readonly Refused[];
}

/** The changes that bring a version to a stage, "" for none. */
export function stageEdits(record: Pick<Node, "aliases">, stage: string): Edit[] {
  const left = STAGES.filter((each) => each !== stage && record.aliases.includes(each));
  const given = stage !== "" && !record.aliases.includes(stage) ? [{ alias: stage, isGiven: true }] : [];
  return [...given, ...left.map((alias) => ({ alias, isGiven: false }))];
}

/** @param whyNot says why a record cannot be changed; undefined if it can. */
export function planOf(records: readonly Node[], act: Act, whyNot: (record: Node) => string | undefined): Plan {
  const changes: { record: Node; edits: readonly Edit[] }[] = [];
  const refused: Refused[] = [];
  let same = 0;
  for (const record of records) {
    const why = whyNot(record) ?? refusal(record, act, records);
    const edits = why === undefined ? editsOf(record, act) : [];
    if (why !== undefined) refused.push({ record, why });
    else if (edits.length > 0) changes.push({ record, edits });
    else same += 1;
  }
  return { changes, same, refused };
}

function editsOf(record: Node, act: Act): readonly Edit[] {
  switch (act.act) {
    case "label":
      return record.labels[act.key] === act.value ? [] : [{ patch: { labels: { [act.key]: act.value } } }];
    case "unlabel":
      return act.key in record.labels ? [{ patch: { labels: { [act.key]: null } } }] : [];
    case "state":
      return (record.state ?? "") === act.state ? [] : [{ patch: { state: act.state || null } }];
    case "stage":
      return stageEdits(record, act.stage);
    default: {
      const archived = act.act === "archive";
      return (record.archived !== null) === archived ? [] : [{ patch: { archived } }];
    }
  }
}

function refusal(record: Node, act: Act, records: readonly Node[]): string | undefined {
  if (act.act === "label") return labelMistake(record, act.key, act.value);
  if (act.act === "state" && !(STATES[record.kind] as readonly string[]).includes(act.state) && act.state)
    return `A ${record.kind} has no state ${sayState(act.state)}.`;
  if (act.act !== "stage") return undefined;
  if (record.kind !== "artifact" || !record.name) return "Only versions of a name have a stage, and this has no name.";
  const rivals = records.filter((other) => act.stage !== "" && identity(other) === identity(record));
  return rivals.length > 1
    ? `${count(rivals.length, "version")} of ${record.name} are selected; one can be in ${act.stage}.`
    : undefined;
}

function identity({ type_id, name, custom_properties }: Node): string {
  return JSON.stringify([custom_properties.__kf_workspace__?.value ?? "", type_id, name]);
}

/** What the act does, after "will": "get the label team=fraud". */
export function sayAct(act: Act): string {
  switch (act.act) {
    case "label":
      return `get the label ${act.key}=${act.value}`;
    case "unlabel":
      return `lose the label ${act.key}`;
    case "state":
      return `get the state ${sayState(act.state)}`;
    case "stage":
      return act.stage ? `move to ${act.stage}; other versions of their names leave it` : "leave their stage";
    case "archive":
      return "be archived, and left out of lists";
    case "restore":
      return "be restored";
  }
}

/** What was done, for the message after it: "Label team=fraud on 12 artifacts". */
export function sayDone(act: Act, number: number, noun: string): string {
  const many = count(number, noun);
  switch (act.act) {
    case "label":
      return `Label ${act.key}=${act.value} on ${many}`;
    case "unlabel":
      return `Label ${act.key} removed from ${many}`;
    case "state":
      return `State of ${many}: ${sayState(act.state)}`;
    case "stage":
      return act.stage ? `${many} moved to ${act.stage}` : `${many} left their stage`;
    case "archive":
      return `${many} archived`;
    case "restore":
      return `${many} restored`;
  }
}

/** The sentence before it: how many change, how many are so already, how many cannot. */
export function sayPlan({ changes, same, refused }: Plan, act: Act, noun: string): string {
  const all = changes.length + same + refused.length;
  const parts = [`${changes.length} of ${count(all, noun)} will ${sayAct(act)}.`];
  if (same > 0) parts.push(same === 1 ? "1 is so already." : `${same} are so already.`);
  if (refused.length > 0) parts.push(`${refused.length} cannot be changed.`);
  return parts.join(" ");
}

export function nameOf(record: Node): string {
  return record.version ? `${titleOf(record)} ${record.version}` : titleOf(record);
}
