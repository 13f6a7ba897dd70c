// @vitest-environment happy-dom
import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it } from "vitest";
import type { Node } from "../src/api/shapes";
import { useViewed } from "../src/app/viewed";
import { LineageStrip } from "../src/artifact/LineageStrip";
import { Start } from "../src/lineage/Start";
import { drawAt, rowOf, serve } from "./drawing";

afterEach(() => localStorage.clear());

const nothing = { items: [], missing: [], next_cursor: null, total: 0, complete: true };

function Look({ id, name }: { id: number; name: string }) {
  useViewed({ key: `a${id}`, name });
  return null;
}

describe("lineage without a focus", () => {
  it("offers the newest models and what was viewed here last, if it is still the same record", async () => {
    drawAt("/x", <Look id={3} name="model-3" />);
    drawAt("/x", <Look id={4} name="another name" />);
    serve({
      artifacts: { ...nothing, items: [rowOf(9)] },
      "artifacts/batch": { items: [rowOf(3), rowOf(4)], missing: [] },
    });
    drawAt("/lineage", <Start />);
    expect((await screen.findByRole("link", { name: /model-9/ })).getAttribute("href")).toBe("/lineage?focus=a9");
    await screen.findByRole("link", { name: /model-3/ });
    expect(screen.queryByRole("link", { name: /model-4/ })).toBeNull();
  });

  it("opens the first record that is found by Enter", async () => {
    const card = rowOf(7, { name: "churn" });
    const asked = serve({
      artifacts: nothing,
      find: { by_id: [], by_uri: [], runs: [], names: [{ newest: card, count: 1, match: "exact" }] },
    });
    const { here } = drawAt("/lineage", <Start />);
    await userEvent.type(await screen.findByRole("combobox"), "churn");
    await screen.findByRole("option", { name: /churn/ });
    expect(asked).toContain("find?text=churn&limit=8");
    expect(screen.queryByText(/type more/)).toBeNull();
    await userEvent.keyboard("{Enter}");
    await waitFor(() => expect(here()).toContain("focus=a7"));
  });
});

describe("a search that finds more names than it lists", () => {
  it("says so", async () => {
    const names = Array.from({ length: 8 }, (_, at) => ({
      newest: rowOf(at + 1, { name: `churn-${at}` }),
      count: 1,
      match: "prefix",
    }));
    serve({ artifacts: nothing, find: { by_id: [], by_uri: [], runs: [], names } });
    drawAt("/lineage", <Start />);
    await userEvent.type(await screen.findByRole("combobox"), "churn");
    await screen.findByText("More names may fit than the first 8: type more.");
  });
});

describe("made from", () => {
  const relative = (id: number, distance: number, type: string) => ({
    ...rowOf(id, { type, name: `r${id}` }),
    distance,
  });

  it("names the direct inputs first, then further ones with their distance", async () => {
    const up = {
      items: [
        relative(2, 2, "model"),
        relative(3, 2, "data_set"),
        relative(4, 4, "data_set"),
        relative(5, 6, "data_set"),
      ],
      total: 347,
      exact: true,
      cuts: [],
    };
    const none = { items: [], total: 0, exact: true, cuts: [] };
    serve({
      "lineage/relatives": (query: URLSearchParams) => (query.get("direction") === "up" ? up : none),
      "artifacts/1/events": { items: [], next_cursor: null, total: 0 },
    });
    drawAt("/artifacts/1", <LineageStrip artifact={rowOf(1) as unknown as Node} />);
    await screen.findByText("Direct inputs");
    const listed = screen.getAllByRole("listitem").map(({ textContent }) => textContent);
    expect(listed).toEqual(["r3", "r2", "r42 steps back", "r53 steps back"]);
    expect(screen.getByRole("link", { name: "all 347 ancestors" })).toBeTruthy();
  });

  const none = { items: [], total: 0, exact: true, cuts: [] };
  const NO_EVENTS = { items: [], next_cursor: null, total: 0 };

  it("says how many direct inputs there are beyond those that it lists, and leads to them", async () => {
    const inputs = Array.from({ length: 80 }, (_, at) => relative(at + 2, 2, "data_set"));
    const all = [...inputs, relative(99, 4, "data_set")];
    serve({
      "lineage/relatives": (query: URLSearchParams) => {
        if (query.get("direction") === "down") return none;
        return { items: all.slice(0, Number(query.get("limit"))), total: 81, exact: true, cuts: [] };
      },
      "artifacts/1/events": NO_EVENTS,
    });
    drawAt("/artifacts/1", <LineageStrip artifact={rowOf(1) as unknown as Node} />);
    const more = await screen.findByRole("link", { name: "and 68 more" });
    expect(more.getAttribute("href")).toBe("/lineage?focus=a1&up=1&down=0");
  });

  it("says of all users how many it does not list, and not of the first page alone", async () => {
    const user = (id: number) => ({ node: { ...rowOf(id, { name: `u${id}` }), kind: "execution", key: `e${id}` } });
    const events = { items: Array.from({ length: 60 }, (_, at) => user(at)), next_cursor: "60", total: 200 };
    serve({
      "lineage/relatives": none,
      "artifacts/1/events": (query: URLSearchParams) => (query.get("direction") === "input" ? events : NO_EVENTS),
    });
    drawAt("/artifacts/1", <LineageStrip artifact={rowOf(1) as unknown as Node} />);
    const more = await screen.findByRole("link", { name: "and 194 more" });
    expect(more.getAttribute("href")).toBe("/lineage?focus=a1&up=0&down=1");
  });
});
