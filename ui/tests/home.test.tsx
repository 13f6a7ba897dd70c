// @vitest-environment happy-dom
// The span of the home view, the first steps for an empty store, and the timeline of a run.

import { act, renderHook } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { durationOf, hasTimes } from "../src/api/shapes";
import { axisOf, oldestFirst, placeOf, ranAt, ticksOf } from "../src/context/timeline";
import { accessNote, firstSteps, tutorialCommand } from "../src/home/firstSteps";
import { beginningOf, saySince, spanOf } from "../src/home/span";
import { useBeginning } from "../src/home/useBeginning";
import { sayFailure, withoutReason } from "../src/values/Failure";
import { formatDuration } from "../src/values/times";
import { rowOf } from "./drawing";

const MORNING = new Date(2026, 10, 28, 9, 30, 12).getTime();

describe("the span", () => {
  it("begins at 18:00 of yesterday unless somebody chooses another one", () => {
    expect(saySince(beginningOf(spanOf(undefined), MORNING))).toBe("since 27 Nov 2026, 18:00");
    expect(saySince(beginningOf("24h", MORNING))).toBe("since 27 Nov 2026, 09:30");
    expect(saySince(beginningOf("7d", MORNING))).toBe("since 21 Nov 2026, 09:30");
    expect(spanOf("forever")).toBe("night");
  });
});

describe("the beginning of the span", () => {
  afterEach(() => void vi.useRealTimers());

  it("moves on while the view stays open", () => {
    vi.useFakeTimers({ now: new Date(2026, 10, 28, 23, 59, 30) });
    const { result } = renderHook(() => useBeginning("night"));
    const before = result.current;
    act(() => void vi.advanceTimersByTime(120_000));
    expect(result.current - before).toBe(24 * 3_600_000);
  });
});

describe("the first steps", () => {
  const server = { grpc_port: 9090, http_port: 8081, tls: false, login: [], local_only: false };
  const here = { hostname: "lab-7", port: "8081", protocol: "http:" };

  it("have the host of the page and the port that the server says", () => {
    expect(firstSteps(server, here)).toContain('url="grpc://lab-7:9090"');
    expect(tutorialCommand(server, here)).toBe("lineal tutorial --server lab-7:9090");
    expect(accessNote(server, here)).toEqual([]);
  });

  it("say when TLS, a token or another address is needed", () => {
    const safe = { ...server, tls: true, login: ["token"], http_port: 443 };
    const page = { hostname: "[::1]", port: "", protocol: "https:" };
    expect(firstSteps(safe, page)).toContain('url="grpcs://[::1]:9090"');
    expect(tutorialCommand(safe, page)).toBe("lineal tutorial --server grpcs://[::1]:9090");
    expect(accessNote(safe, page).join(" ")).toMatch(/LINEAL_TOKEN.*encrypted/);
    expect(accessNote(server, page).join(" ")).toMatch(/proxy.*port 9090/);
  });
});

describe("a timeline", () => {
  const recorded = { kind: "execution", start_is_recorded: true } as const;
  const over = { state: "COMPLETE", created: 900, started: 1000, ended: 3000, end_is_recorded: true } as const;
  const done = rowOf(1, { ...recorded, ...over });
  const runs = rowOf(2, { ...recorded, state: "RUNNING", created: 500, started: 500, ended: null });

  it("has one axis, and executions that run last until now", () => {
    expect(axisOf([done, runs], 4000)).toEqual({ start: 500, end: 4000 });
    expect(oldestFirst([done, runs], 4000).map(({ id }) => id)).toEqual(["2", "1"]);
    expect(placeOf(ranAt(runs, 4000), { start: 500, end: 4000 })).toEqual({ left: 0, width: 100 });
  });

  it("has a few marks at round times", () => {
    expect(ticksOf({ start: 0, end: 7_500_000 })).toEqual([0, 1_800_000, 3_600_000, 5_400_000, 7_200_000]);
    expect(ticksOf({ start: 5, end: 5 })).toEqual([0, 1]);
  });

  it("has no length where a start or an end is not recorded", () => {
    expect(durationOf(done)).toBe(2000);
    expect(durationOf(runs, 4000)).toBe(3500);
    for (const lacking of [{ start_is_recorded: false }, { end_is_recorded: false }]) {
      const row = { ...done, ...lacking };
      expect(durationOf(row, 4000)).toBeUndefined();
      expect(hasTimes(row)).toBe(false);
      expect(ranAt(row, 4000)).toEqual({ start: 1000, end: 1000 });
    }
    expect([done, runs].every(hasTimes)).toBe(true);
    expect(durationOf({ ...runs, start_is_recorded: false }, 4000)).toBeUndefined();
  });
});

describe("the page of an execution that failed", () => {
  it("does not repeat the texts of its reason among labels and properties", () => {
    const text = (value: string) => ({ kind: "string" as const, value });
    const failure = { type: "OOMKilled", message: "exit code 137", is_cut: false, traceback: null };
    const node = {
      ...rowOf(1, { kind: "execution", failure }),
      labels: { failure_type: "OOMKilled", team: "risk" },
      properties: { name: text("train") },
      custom_properties: { failure_message: text("exit code 137"), note: text("OOM") },
    };
    const shown = withoutReason(node as never);
    expect(shown.labels).toEqual({ team: "risk" });
    expect(Object.keys({ ...shown.properties, ...shown.custom_properties })).toEqual(["name", "note"]);
    expect(sayFailure(failure)).toBe("OOMKilled: exit code 137");
  });
});

describe("a duration", () => {
  it("is said in the two units that matter", () => {
    const said = [0, 850, 999.6, 4200, 59_999, 65_000, 3_600_000, 7_500_000, 100_800_000, 259_200_000, 270_000_000];
    expect(said.map(formatDuration)).toEqual([
      "0 ms",
      "850 ms",
      "999 ms",
      "4.2 s",
      "59 s",
      "1 min 5 s",
      "1 h",
      "2 h 5 min",
      "1 day 4 h",
      "3 days",
      "3 days",
    ]);
  });
});
