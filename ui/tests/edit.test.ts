// @vitest-environment happy-dom
// What people change of records, without a server: what a change sends, what takes it back, what a bulk edit will do.

import { describe, expect, it } from "vitest";
import { leavesOutArchived, selectionParams } from "../src/api/asks";
import { type Caller, whyNot } from "../src/api/caller";
import { aliasMistake, clashes, labelMistake, labelsPatch, patched, reverseOf } from "../src/edit/fields";
import { aliasChangeOf, historyFields, sayAction } from "../src/edit/historyFields";
import { planOf, sayPlan, stageEdits } from "../src/edit/plan";
import { nodeOf } from "./drawing";

const text = (value: string) => ({ kind: "string" as const, value });

describe("a change of a record", () => {
  it("sends only the labels that differ, and null for those that are gone", () => {
    expect(labelsPatch({ a: "1", b: "2" }, { a: "1", c: "3" })).toEqual({ labels: { b: null, c: "3" } });
    expect(labelsPatch({ a: "1" }, { a: "1" })).toBeUndefined();
  });

  it("is taken back by what the record had before", () => {
    const before = nodeOf(1, { labels: { a: "1" }, state: "LIVE", properties: { description: text("old") } });
    const patch = { labels: { a: "2", b: "3" }, state: null, description: "new", archived: true };
    const reverse = reverseOf(before, patch);
    expect(reverse).toEqual({ labels: { a: "1", b: null }, state: "LIVE", description: "old", archived: false });
    expect(patched(patched(before, patch), reverse)).toMatchObject({
      labels: { a: "1" },
      state: "LIVE",
      archived: null,
    });
  });

  it("clashes only with changes of the same field", () => {
    const [read, now] = [nodeOf(1, { labels: { a: "1", b: "1" } }), nodeOf(1, { labels: { a: "2", b: "1" } })];
    expect(clashes(read, now, { labels: { b: "5" }, description: "x" })).toEqual([]);
    expect(clashes(read, now, { labels: { a: "5" } })).toEqual([{ field: "Label a", theirs: "2" }]);
  });

  it("says the server's rules before it is sent", () => {
    expect(aliasMistake("a,b")).toContain("comma");
    expect(aliasMistake("x".repeat(256))).toContain("255");
    expect(labelMistake(nodeOf(1), "__own", "x")).toContain("__");
    expect(labelMistake(nodeOf(1, { meta: {} }), "team", "x".repeat(300))).toBeUndefined();
    for (const key of ["param.lr", "git.commit", "env.host"]) {
      expect(labelMistake(nodeOf(1), key, "x")).toContain("Choose another name");
      expect(labelMistake(nodeOf(1, { type: "mlflow.Run" }), key, "x")).toBeUndefined();
      expect(labelMistake(nodeOf(1, { meta: {} }), key, "x")).toBeUndefined();
    }
  });
});

describe("a bulk edit", () => {
  const records = [nodeOf(1, { labels: { team: "a" } }), nodeOf(2), nodeOf(3, { name: "model-1", type_id: "1" })];

  it("says how many change, how many are so already and which cannot", () => {
    const act = { act: "label", key: "team", value: "a" } as const;
    const plan = planOf(records, act, ({ id }) => (id === "3" ? "no" : undefined));
    expect([plan.changes.length, plan.same, plan.refused.length]).toEqual([1, 1, 1]);
    expect(sayPlan(plan, act, "artifact")).toBe(
      "1 of 3 artifacts will get the label team=a. 1 is so already. 1 cannot be changed.",
    );
  });

  it("moves no two versions of one name to a stage", () => {
    const plan = planOf(records, { act: "stage", stage: "production" }, () => undefined);
    expect(plan.changes.map(({ record }) => record.id)).toEqual(["2"]);
    expect(plan.refused.map(({ record }) => record.id)).toEqual(["1", "3"]);
  });

  it("takes a version from the stage before", () => {
    expect(stageEdits({ aliases: ["staging", "best"] }, "production")).toEqual([
      { alias: "production", isGiven: true },
      { alias: "staging", isGiven: false },
    ]);
  });
});

describe("who may change what", () => {
  const caller = { may_change: true, why_not: null, workspaces: ["mine"] } as unknown as Caller;

  it("keeps a limited caller from records of another workspace", () => {
    expect(whyNot(caller, nodeOf(1, { custom_properties: { __kf_workspace__: text("theirs") } }))).toContain("theirs");
    expect(whyNot(caller, nodeOf(1, { custom_properties: { __kf_workspace__: text("mine") } }))).toBeUndefined();
    expect(whyNot({ ...caller, may_change: false, why_not: "a reader" }, nodeOf(1))).toBe("a reader");
  });
});

describe("lists without archived records", () => {
  it("send it as a term, unless the address or the filter says something of them", () => {
    const asked = { kind: "artifacts", filter: "type:model", query: undefined } as const;
    expect(selectionParams({ ...asked, unarchived: true })).toEqual({ q: "type:model -has:archived" });
    expect(leavesOutArchived("artifacts", {}, [])).toBe(true);
    expect(leavesOutArchived("artifacts", {}, [{ named_keys: ["name"] }])).toBe(true);
    expect(leavesOutArchived("artifacts", {}, [{ named_keys: ["type"] }, { named_keys: ["archived"] }])).toBe(false);
    expect(leavesOutArchived("artifacts", { archived: "shown" }, [])).toBe(false);
  });
});

describe("the history of a record", () => {
  it("names the members of the SDK's JSON that changed", () => {
    const json = (team: string) => JSON.stringify({ name: "m", labels: { team } });
    const entry = {
      old: JSON.stringify({ "properties.__ALL_META__": json("a"), last_update_time_since_epoch: 1 }),
      new: JSON.stringify({ "properties.__ALL_META__": json("b"), last_update_time_since_epoch: 2 }),
    };
    expect(historyFields(entry)).toEqual([{ field: "labels.team", before: "a", after: "b" }]);
  });

  it("leaves out what stayed the same, and tells what changed in an environment", () => {
    const json = (peak: number) => JSON.stringify({ platform: "Linux", packages: { numpy: `${peak}` } });
    const entry = {
      old: JSON.stringify({ state: "LIVE", "custom_properties.__environment__": json(1) }),
      new: JSON.stringify({ state: "LIVE", "custom_properties.__environment__": json(2) }),
    };
    expect(historyFields(entry)).toEqual([{ field: "packages.numpy", before: "1", after: "2" }]);
  });

  it("takes numbers for times by whole names, since a user's property may be called as a field of tokens", () => {
    const times = (values: object) =>
      historyFields({ old: null, new: JSON.stringify(values) }).flatMap(({ field, isTime }) => (isTime ? field : []));
    expect(times({ expires: 30, role: "reader" })).toEqual(["expires"]);
    const users = { "custom_properties.expires": 30, "custom_properties.started": 5, "properties.time": 1 };
    expect(times({ ...users, "custom_properties.__ended__": 7 })).toEqual(["ended"]);
  });

  it("says whether an event was added or removed, and of which kind it was", () => {
    const entry = { action: "event", old: JSON.stringify({ artifact_id: 3, type: 4 }), new: null };
    expect(sayAction(entry)).toBe("Event removed");
    expect(sayAction({ ...entry, old: null, new: entry.old })).toBe("Event added");
    expect(historyFields(entry)).toContainEqual({ field: "type", before: "output", after: undefined });
  });

  it("says which version had an alias, and which one got it", () => {
    const [old, given] = [4, 5].map((id) => JSON.stringify({ alias: "production", artifact_id: id }));
    const told = (action: string, own: string, before: string | undefined, after: string | undefined) =>
      aliasChangeOf({ action, node_id: own, old: before ?? null, new: after ?? null });
    expect(told("promote", "5", old, given)).toEqual({ alias: "production", other: "4", way: "from" });
    expect(told("lose alias", "4", old, given)).toEqual({ alias: "production", other: "5", way: "to" });
    expect(told("promote", "5", given, given)?.way).toBe("same");
    expect(told("promote", "5", undefined, given)?.way).toBe("none");
    expect(told("remove alias", "5", given, undefined)).toMatchObject({ alias: "production", way: "none" });
    expect(told("update", "5", old, given)).toBeUndefined();
  });
});
