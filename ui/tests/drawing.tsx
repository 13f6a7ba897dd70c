// What tests of components share: rows, a server that answers from a table, a place in the web UI to draw something in.

import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import {
  createMemoryHistory,
  createRootRoute,
  createRoute,
  createRouter,
  Outlet,
  RouterProvider,
} from "@tanstack/react-router";
import { configure, render } from "@testing-library/react";
import type { ReactNode } from "react";
import { vi } from "vitest";
import { queryClient } from "../src/api/client";
import type { Node, Row } from "../src/api/shapes";
import { parseSearch, stringifySearch } from "../src/app/search";

// A crowded machine takes longer than a second to draw what was asked for.
configure({ asyncUtilTimeout: 10_000 });

/** An artifact as a list shows it. */
export function rowOf(id: number, given: Partial<Row> = {}): Row {
  return {
    key: `a${id}`,
    kind: "artifact",
    id: String(id),
    name: `model-${id}`,
    type: "model",
    type_id: "1",
    version: null,
    state: null,
    uri: null,
    external_id: null,
    created: 1_700_000_000_000,
    updated: 1_700_000_000_000,
    started: null,
    ended: null,
    start_is_recorded: false,
    end_is_recorded: false,
    duration: null,
    failure: null,
    workspace: null,
    run: null,
    aliases: [],
    archived: null,
    missing: false,
    values: {},
    metrics: {},
    made_by: null,
    labels: {},
    ...given,
  };
}

/** An artifact as its page shows it. */
export function nodeOf(id: number, given: Partial<Node> = {}): Node {
  const { made_by: _, ...card } = rowOf(id);
  const rest = { properties: {}, custom_properties: {}, labels: {}, meta: null, contexts: [], inputs: 0, outputs: 0 };
  return { ...card, ...rest, unindexed: null, facets: [], tag: "1.x", ...given } as Node;
}

/** What a path under api/v1 answers; a function sees what was asked. A Response is sent as it is. */
export type Answers = Readonly<Record<string, unknown | ((query: URLSearchParams) => unknown)>>;

/** Answer requests from a table, the others with 404. Returns the addresses that were asked for. */
export function serve(answers: Answers): string[] {
  const asked: string[] = [];
  queryClient.clear();
  vi.stubGlobal("fetch", (request: Request) => {
    const { pathname, search, searchParams } = new URL(request.url);
    const path = pathname.replace(/^.*\/api\/v1\//, "");
    asked.push(path + search);
    const answer = answers[path];
    if (answer === undefined) return Promise.resolve(Response.json({ title: "No such thing" }, { status: 404 }));
    const found = typeof answer === "function" ? answer(searchParams) : answer;
    return Promise.resolve(found).then((body) => (body instanceof Response ? body : Response.json(body)));
  });
  return asked;
}

/** Let every request fail as it does where no server listens. */
export function serveNothing(): void {
  queryClient.clear();
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("fetch failed")));
}

/** The document as it would be on a screen: without sizes no row is in sight. */
export function giveSizes(): void {
  for (const [name, size] of [
    ["clientHeight", 600],
    ["clientWidth", 1000],
  ] as const) {
    Object.defineProperty(HTMLElement.prototype, name, { configurable: true, get: () => size });
  }
}

/** Draw something at an address; the router says where one is now. */
export function drawAt(address: string, content: ReactNode) {
  queryClient.clear();
  const root = createRootRoute({ component: Outlet });
  const anywhere = createRoute({ getParentRoute: () => root, path: "$", component: () => content });
  const router = createRouter({
    routeTree: root.addChildren([anywhere]),
    history: createMemoryHistory({ initialEntries: [address] }),
    parseSearch,
    stringifySearch,
  });
  const drawn = render(
    <MantineProvider env="test">
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { ...drawn, router, here: () => decodeURIComponent(router.state.location.href) };
}
