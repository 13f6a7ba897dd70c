// @vitest-environment happy-dom
// What the monitor says of names and executions that it does not list.

import { render } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { ListLimits } from "../src/monitor/LinePicker";
import { othersRun } from "../src/monitor/Running";

const said = (names: number, groups: number) =>
  render(<ListLimits names={names} groups={groups} />).container.textContent;

describe("a list of names in the monitor", () => {
  it("says how many it shows at a time, and how many it does not know", () => {
    expect(said(200, 200)).toBe("");
    expect(said(201, 201)).toBe("The list shows 200 of 201 at a time: write a part of the name.");
    expect(said(1000, 1001)).toContain("1 older one is not in the list: narrow it with the filter.");
    expect(said(1000, 3500)).toContain("2,500 older ones are not in the list: narrow them with the filter.");
  });
});

describe("the executions that run beside those listed", () => {
  it.each([
    [1, false, "1 more is running"],
    [20, false, "20 more are running"],
    [1, true, "1 or more others are running"],
    [80, true, "80 or more others are running"],
  ])("%i, more: %s", (number, isMore, words) => {
    expect(othersRun(number, isMore)).toBe(words);
  });
});
