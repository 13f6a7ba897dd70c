// Changes of records on the server: one at a time, with the tag of the record as it was read, and how each is undone.

import { api, dataOf, queryClient } from "../api/client";
import { fetchNode } from "../api/details";
import { Problem } from "../api/problem";
import type { Node } from "../api/shapes";
import { clashes, type Edit, type Patch, reverseOf } from "./fields";
import { fetchHolders } from "./holders";

export type ApiKind = "artifacts" | "executions" | "contexts";

/** What takes a change back: another change, of the record as it is after the first. */
export interface Reverse {
  readonly kind: ApiKind;
  readonly id: string;
  readonly edit: Edit;
  /** The record whose state decides whether it can be done, as it is after the change. */
  readonly after: Node;
}

export interface Done {
  readonly record: Node;
  readonly reverse: Reverse;
}

/** Somebody else has changed the same field since the record was read. */
export class Clash extends Error {
  constructor(
    readonly now: Node,
    readonly fields: ReturnType<typeof clashes>,
  ) {
    super(fields.map(({ field, theirs }) => `${field}: ${theirs}`).join("; "));
  }
}

export function apiKindOf(record: Pick<Node, "kind">): ApiKind {
  return `${record.kind}s`;
}

/**
 * Make one change of a record as it was read.
 * @throws Clash where somebody else has changed the same field meanwhile; Problem for all other failures.
 */
export async function change(read: Node, edit: Edit): Promise<Done> {
  const kind = apiKindOf(read);
  if ("patch" in edit) {
    const record = await sendPatch(read, edit.patch);
    const reverse = { patch: reverseOf(read, edit.patch) };
    return { record, reverse: { kind, id: read.id, edit: reverse, after: record } };
  }
  const reverse = await sendAlias(read, edit.alias, edit.isGiven);
  const record = await fetchNode(kind, read.id);
  return { record, reverse: { kind, ...reverse, after: record } };
}

const MOST_ATTEMPTS = 4;

async function sendPatch(read: Node, patch: Patch): Promise<Node> {
  let known = read;
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
    try {
      return await patchNode(known, patch);
    } catch (error) {
      if (!isStale(error)) throw error;
    }
    known = await fetchNode(apiKindOf(read), read.id);
    const fields = clashes(read, known, patch);
    if (fields.length > 0) throw new Clash(known, fields);
    // Something else of the record is different, which this change leaves as it is.
  }
  throw new Problem(
    "refused",
    "Others change this record",
    "Others change this record right now. Try again in a moment.",
  );
}

async function patchNode(read: Node, patch: Patch): Promise<Node> {
  const answer = api.PATCH(`/api/v1/${apiKindOf(read) as "artifacts"}/{node_id}`, {
    params: { path: { node_id: read.id }, header: { "if-match": `"${read.tag}"` } },
    body: patch as never,
  });
  const { response } = await answer;
  if (response.status === 412) throw STALE;
  return dataOf(answer) as Promise<Node>;
}

const STALE = new Error("The record is different from what was read.");

function isStale(error: unknown): boolean {
  return error === STALE;
}

/** Give or take an alias; return the record and the change that take this back. */
async function sendAlias(read: Node, alias: string, isGiven: boolean): Promise<{ id: string; edit: Edit }> {
  const params = { path: { node_id: read.id, alias } };
  const path = "/api/v1/artifacts/{node_id}/aliases/{alias}";
  if (!isGiven) {
    const { response, error } = await api.DELETE(path, { params });
    if (!response.ok) throw Problem.fromResponse(response, error);
    return { id: read.id, edit: { alias, isGiven: true } };
  }
  const { previous_artifact_id: previous } = await dataOf(api.PUT(path, { params }));
  if (previous === null || previous === read.id) return { id: read.id, edit: { alias, isGiven: false } };
  return { id: previous, edit: { alias, isGiven: true } };
}

/**
 * Take a change back, if what it changed is still as it left it.
 * @throws Problem that says why it cannot be undone.
 */
export async function undo({ kind, id, edit, after }: Reverse): Promise<void> {
  if ("patch" in edit) {
    await change(after, edit).catch(refuse);
    return;
  }
  const now = await fetchNode(kind, after.id);
  const isSame = now.aliases.includes(edit.alias) === after.aliases.includes(edit.alias);
  if (!isSame || (await isHeldByOther(now, edit.alias)))
    throw noLonger(`the alias ${edit.alias} has moved again since`);
  await change(id === after.id ? now : await fetchNode(kind, id), edit).catch(refuse);
}

async function isHeldByOther(record: Node, alias: string): Promise<boolean> {
  return (await fetchHolders(record)).some(({ aliases }) => aliases.includes(alias));
}

function refuse(error: unknown): never {
  if (error instanceof Clash) throw noLonger(`somebody else has changed it since (${error.message})`);
  throw error;
}

function noLonger(why: string): Problem {
  return new Problem("refused", "This can no longer be undone", `It can no longer be undone: ${why}.`);
}

/** What no change of a record changes: how a filter is read and written, who asks, and the selection of a bulk edit. */
const KEPT: readonly unknown[] = ["search", "edit", "filter-with", "caller", "connection", "bulk"];

/** Ask again for everything that may show changed records; a record that is known is shown at once. */
export function refreshAfter(records: readonly Node[]): void {
  for (const record of records) queryClient.setQueryData(["node", apiKindOf(record), record.id], record);
  void queryClient.invalidateQueries({ predicate: ({ queryKey }) => !KEPT.includes(queryKey[0]) });
}
