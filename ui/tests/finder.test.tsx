// @vitest-environment happy-dom
// The fields that find while one types, while the answer is late: what Enter opens is what is typed.

import { fireEvent, screen } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { Search } from "../src/app/Search";
import { Find } from "../src/lineage/Find";
import { Start } from "../src/lineage/Start";
import { drawAt, rowOf, serve } from "./drawing";

const IDS: Readonly<Record<string, number>> = { churn: 1, fraud: 2 };

/** A promise and what ends it. */
function later() {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { ended, end };
}

const found = (text: string) => ({
  names: [text, `${text}-2`].map((name, at) => ({
    newest: rowOf((IDS[text] ?? 0) + 10 * at, { name }),
    count: 1,
    match: at === 0 ? "exact" : "prefix",
  })),
  by_id: [],
  by_uri: [],
  runs: [],
});

/** What is in a field, and where its keys lead. */
async function keysOf(router: ReturnType<typeof drawAt>["router"]) {
  const box = (await screen.findByRole("combobox")) as HTMLInputElement;
  const went: string[] = [];
  router.subscribe("onBeforeNavigate", ({ toLocation }) => void went.push(toLocation.href));
  const type = (value: string) => fireEvent.change(box, { target: { value } });
  const press = (key: string, more = {}) => fireEvent.keyDown(box, { key, code: key, ...more });
  const chosen = (name: RegExp) => screen.findByRole("option", { name, selected: true, hidden: true });
  return { box, went, type, press, chosen };
}

/** Draw a field that asks the whole store; "churn" is found at once, and "fraud" when `answer` is called. */
async function draw(content: React.ReactNode) {
  const { ended, end } = later();
  const asked = serve({
    artifacts: { items: [], missing: [], next_cursor: null, total: 0, complete: true },
    find: (query: URLSearchParams) => {
      const text = query.get("text") ?? "";
      return text === "churn" ? Response.json(found(text)) : ended.then(() => found(text));
    },
  });
  const field = await keysOf(drawAt("/", content).router);
  field.type("churn");
  await field.chosen(/^churn(?!-)/);
  const isAsked = () => vi.waitFor(() => expect(asked.some((one) => /text=fraud(&|$)/.test(one))).toBe(true), 10_000);
  return { ...field, answer: end, isAsked };
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 50));

describe.each([
  ["the search of the whole store", <Search key="search" />, (id: number) => `/artifacts/${id}`],
  ["lineage without a focus", <Start key="start" />, (id: number) => `/lineage?focus=a${id}`],
])("Enter in %s", (_name, content, address) => {
  it("opens what is found, once, and what the arrow keys have reached", async () => {
    const { press, went, chosen } = await draw(content);
    press("ArrowDown");
    await chosen(/churn-2/);
    press("Enter");
    await vi.waitFor(() => expect(went).toEqual([address(11)]));
  });

  it("before the answer waits for it, says so, and opens nothing of the text before", async () => {
    const { answer, type, press, went } = await draw(content);
    press("ArrowDown");
    type("fraud");
    press("Enter");
    press("Enter");
    await screen.findByText("Searching…");
    expect(went).toEqual([]);
    answer();
    await vi.waitFor(() => expect(went).toEqual([address(2)]));
    await pause();
    expect(went).toHaveLength(1);
  });

  it("opens nothing where the field is left before the answer", async () => {
    const { box, answer, isAsked, type, press, went } = await draw(content);
    type("fraud");
    press("Enter");
    fireEvent.blur(box);
    await isAsked();
    answer();
    await pause();
    expect(went).toEqual([]);
  });

  it("opens nothing where another text is typed before the answer", async () => {
    const { answer, isAsked, type, press, went } = await draw(content);
    type("fraud");
    press("Enter");
    type("fraud-");
    type("fraud");
    await isAsked();
    answer();
    await pause();
    expect(went).toEqual([]);
  });

  it("that ends a composed character opens nothing", async () => {
    const { press, went, box } = await draw(content);
    press("Enter", { isComposing: true });
    press("Enter", { keyCode: 229 });
    await pause();
    expect(went).toEqual([]);
    expect(box.value).toBe("churn");
  });
});

describe("a search for a text that is no longer there", () => {
  it("is given up", async () => {
    const { type } = await draw(<Search />);
    const requests: Request[] = [];
    const answer = fetch;
    globalThis.fetch = ((request: Request) => {
      requests.push(request);
      return answer(request);
    }) as typeof fetch;
    type("fraud");
    await vi.waitFor(() => expect(requests).toHaveLength(1));
    type("churn");
    await vi.waitFor(() => expect(requests[0]?.signal.aborted).toBe(true));
  });
});

describe("find in the lineage", () => {
  async function drawFind(total: number) {
    const { ended, end } = later();
    const relatives = (text: string, sum: number) => ({
      items: Array.from({ length: Math.min(sum, 60) }, (_, at) => ({
        ...rowOf((IDS[text] ?? 0) + at, { name: `${text}-${at}` }),
        distance: 2,
      })),
      total: sum,
      exact: true,
      cuts: [],
    });
    serve({
      "lineage/relatives": (query: URLSearchParams) => {
        const isAsked = query.get("direction") === "up" && query.get("kind") === "artifact";
        const text = query.get("q") ?? "any";
        const answer = relatives(text, isAsked ? total : 0);
        return text === "fraud" ? ended.then(() => answer) : answer;
      },
    });
    const went: string[] = [];
    const { router } = drawAt("/lineage", <Find focus="a9" onFound={(key) => went.push(key)} />);
    fireEvent.click(await screen.findByRole("button", { name: "Find" }));
    await screen.findByRole("combobox", { hidden: true });
    return { ...(await keysOf(router)), went, answer: end };
  }

  it("walks by arrow keys and chooses by Enter", async () => {
    const { press, chosen, went } = await drawFind(3);
    await chosen(/any-0/);
    press("ArrowDown");
    await chosen(/any-1/);
    press("Enter");
    await vi.waitFor(() => expect(went).toEqual(["a1"]));
  });

  it("waits for the answer to what is typed", async () => {
    const { press, type, chosen, went, answer } = await drawFind(3);
    await chosen(/any-0/);
    type("fraud");
    press("Enter");
    await pause();
    expect(went).toEqual([]);
    answer();
    await vi.waitFor(() => expect(went).toEqual(["a2"]));
  });

  it("says how many of all it shows", async () => {
    await drawFind(1200);
    await screen.findByText("40 of 1,200: type more");
  });
});
