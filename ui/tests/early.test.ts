// The first requests of an address, and that each answer is taken once by the request that it was sent for.

import { afterEach, describe, expect, it, vi } from "vitest";
import { askEarly, fetchOnce } from "../src/api/early";
import { firstRequests } from "../src/app/firstRequests";

const HERE = "http://lineal.test/";

afterEach(() => vi.unstubAllGlobals());

function countingFetch() {
  const fetched: string[] = [];
  vi.stubGlobal("fetch", (asked: string | Request) => {
    fetched.push(typeof asked === "string" ? asked : asked.url);
    return Promise.resolve(new Response(String(fetched.length)));
  });
  return fetched;
}

describe("the first requests", () => {
  it("of a list are its rows and its facets, under its filter", () => {
    expect(firstRequests("artifacts", "?filter=type=model&sort=name&columns=!name,metric.auc")).toEqual([
      "api/v1/artifacts?q=type%3Dmodel+-has%3Aarchived&order_by=name&limit=100&columns=metric.auc",
      "api/v1/artifacts/facets?q=type%3Dmodel+-has%3Aarchived",
      "api/v1/search/parse?q=type%3Dmodel",
    ]);
  });

  it("of a list with the word archived in its filter ask first what the word means there", () => {
    expect(firstRequests("artifacts", "?filter=name:archived&columns=!name")).toEqual([
      "api/v1/search/parse?q=name%3Aarchived",
    ]);
  });

  it("of a list whose columns depend on the type in its filter ask for that type first", () => {
    const kept = { "lineal.columns.artifacts.model": '["!name"]' };
    vi.stubGlobal("localStorage", Object.assign(Object.create({ getItem: () => null }), kept));
    expect(firstRequests("artifacts", "?filter=type=model")).toEqual([
      "api/v1/search/parse?q=type%3Dmodel",
      "api/v1/artifacts/facets?q=type%3Dmodel+-has%3Aarchived",
    ]);
  });

  it("of the home view are what failed, what is in production, what ran, and whether there is anything", () => {
    const asked = firstRequests("", "?span=7d");
    expect(asked.map((each) => each.replace(/since=\d+/, "since=T"))).toEqual([
      "api/v1/home/executions?since=T&limit=8&state=FAILED",
      "api/v1/home/models?limit=8",
      "api/v1/home/executions?since=T&limit=8",
      "api/v1/totals",
    ]);
    expect(firstRequests("", "?filter=x")[0]).toMatch(/^api\/v1\/artifacts\?/);
  });

  it("of a graph are its opening", () => {
    expect(firstRequests("lineage", "?focus=a1&up=0&down=all")).toEqual([
      "api/v1/lineage?focus=a1&up=0&down=10000&limit=5000",
    ]);
  });

  it("of a stored view or another page are none", () => {
    expect([
      firstRequests("artifacts", "?v=x"),
      firstRequests("artifacts", "?where=[]"),
      firstRequests("artifacts/3", ""),
      firstRequests("lineage", ""),
    ]).toEqual([[], [], [], []]);
  });
});

describe("an early answer", () => {
  it("is taken by the same request, whatever the order of its parameters, and only once", async () => {
    const fetched = countingFetch();
    askEarly(`${HERE}api/v1/artifacts?limit=100&q=a%20b`);
    const request = () => fetchOnce(new Request(`${HERE}api/v1/artifacts?q=a+b&limit=100`)).then((it) => it.text());
    expect([await request(), await request()]).toEqual(["1", "2"]);
    expect(fetched).toHaveLength(2);
  });

  it("is not taken by another request", async () => {
    const fetched = countingFetch();
    askEarly(`${HERE}api/v1/artifacts?limit=100`);
    await fetchOnce(new Request(`${HERE}api/v1/artifacts?limit=60`));
    expect(fetched).toHaveLength(2);
  });

  it("is let go of if nobody takes it", async () => {
    vi.useFakeTimers();
    const answer = new Response("kept waiting");
    vi.stubGlobal("fetch", () => Promise.resolve(answer));
    askEarly(`${HERE}api/v1/nobody`);
    const cancelled = vi.spyOn(answer.body as ReadableStream, "cancel");
    await vi.advanceTimersByTimeAsync(60_000);
    vi.useRealTimers();
    expect(cancelled).toHaveBeenCalledOnce();
  });
});
