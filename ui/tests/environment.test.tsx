// @vitest-environment happy-dom
// Where executions ran, as their pages say it, and what differs between them.

import { screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { compareRows } from "../src/compare/table";
import { EnvironmentSection } from "../src/environment/EnvironmentSection";
import {
  compareFields,
  comparePackages,
  type Environment,
  fieldsOf,
  tally,
  withoutEnvironment,
} from "../src/environment/environment";
import { drawAt, nodeOf } from "./drawing";

function environmentOf(given: Partial<Environment> = {}): Environment {
  const texts = { commit: null, branch: null, repository: null, command: null, notebook: null, python: null };
  const machine = { platform: null, host: null, user: null, image: null };
  return { ...texts, ...machine, is_dirty: null, peak_mib: null, packages: {}, missing: {}, ...given };
}

const PROPERTIES = {
  "git.commit": { kind: "string" as const, value: "4f2a" },
  "env.host": { kind: "string" as const, value: "oven" },
  __environment__: { kind: "string" as const, value: "{}" },
  note: { kind: "string" as const, value: "x" },
};

describe("the environment of an execution", () => {
  it("is said field by field, in words, without what nobody recorded", () => {
    const fields = fieldsOf(environmentOf({ commit: "4f2a", is_dirty: true, python: "3.12.1", peak_mib: 2048 }));
    expect(fields).toEqual([
      ["Commit", "4f2a"],
      ["Changed files", "yes: files differed from the commit"],
      ["Python", "3.12.1"],
      ["Peak memory", "2.0 GiB"],
    ]);
    expect(fieldsOf(environmentOf({ is_dirty: false, peak_mib: 300.5 }))).toEqual([
      ["Changed files", "no"],
      ["Peak memory", "301 MiB"],
    ]);
  });

  it("is shown with its packages folded and what is missing", async () => {
    const packages = { numpy: "2.4.1", Babel: "1" };
    const environment = environmentOf({ commit: "4f2a", packages, missing: { image: "LINEAL_IMAGE is not set" } });
    drawAt("/executions/1", <EnvironmentSection execution={nodeOf(1, { kind: "execution", environment })} />);
    const section = await screen.findByRole("region", { name: "Environment" });
    expect(section.textContent).toContain("Not recorded: image: LINEAL_IMAGE is not set");
    const folded = within(section).getByText("2 imported packages").closest("details") as HTMLDetailsElement;
    expect(folded.open).toBe(false);
    expect([...folded.querySelectorAll("dt")].map((each) => each.textContent)).toEqual(["Babel", "numpy"]);
  });

  it("takes the place of the properties that it is read from", () => {
    const execution = nodeOf(1, { kind: "execution", custom_properties: PROPERTIES, environment: environmentOf() });
    expect(Object.keys(withoutEnvironment(execution).custom_properties)).toEqual(["note"]);
    expect(withoutEnvironment({ ...execution, environment: null }).custom_properties).toBe(PROPERTIES);
    const names = compareRows([execution], [[]]).map(({ name }) => name);
    expect(names).toContain("note");
    expect(names.filter((name) => /^(git|env)\./.test(name))).toEqual([]);
  });
});

describe("environments that are compared", () => {
  const [one, other] = [
    environmentOf({ python: "3.12.1", host: "oven", packages: { numpy: "2.4.1", pandas: "3.0", torch: "2.9" } }),
    environmentOf({ python: "3.11.7", host: "oven", packages: { numpy: "2.4.1", pandas: "3.1", jax: "0.10" } }),
  ];

  it("differ where one says another thing than another, or nothing", () => {
    const fields = compareFields([one, other]);
    expect(fields.differing).toEqual([{ title: "Python", values: ["3.12.1", "3.11.7"] }]);
    expect(fields.equal).toEqual([{ title: "Host", values: ["oven", "oven"] }]);
    expect(compareFields([one, null]).equal).toEqual([]);
  });

  it("differ in packages that only one has, and in versions", () => {
    const packages = comparePackages([one, other]);
    expect(packages.differing).toEqual([
      { title: "jax", values: [undefined, "0.10"] },
      { title: "pandas", values: ["3.0", "3.1"] },
      { title: "torch", values: ["2.9", undefined] },
    ]);
    expect(packages.equal.map(({ title }) => title)).toEqual(["numpy"]);
  });

  it("are counted by value where there are many", () => {
    expect(tally({ title: "Python", values: ["a", undefined, "b", undefined, undefined, "b"] })).toEqual([
      { value: "b", times: 2 },
      { value: "a", times: 1 },
      { value: undefined, times: 3 },
    ]);
  });
});
