// @vitest-environment happy-dom
// One notice for what is wrong with the server, and trying again: growing pauses, at once when the browser is online.

import { MantineProvider } from "@mantine/core";
import { QueryClientProvider, useQuery } from "@tanstack/react-query";
import { act, cleanup, render, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { api, dataOf, queryClient } from "../src/api/client";
import { connection, fetchWatched } from "../src/api/connection";
import { Problem } from "../src/api/problem";
import { Notices } from "../src/state/Notices";
import { PAUSES } from "../src/state/retries";
import { Failed } from "../src/state/States";
import { serve, serveNothing } from "./drawing";

const broken = (id: string) => new Problem("broken", "Something went wrong", "It is in the log.", id);

function draw(errors: readonly Problem[], retry = vi.fn()) {
  render(
    <MantineProvider env="test">
      {errors.map((error) => (
        <Failed key={error.requestId} error={error} retry={retry} />
      ))}
      <Notices />
    </MantineProvider>,
  );
  return retry;
}

function Part({ path = "any" }: { path?: string }) {
  const ask = () => dataOf(api.GET(`/api/v1/${path}` as never));
  const query = useQuery({ queryKey: ["part", path], queryFn: ask, retry: false });
  return query.isError ? <Failed error={query.error} retry={query.refetch} /> : <p>Loading</p>;
}

/** What a failing server answers. */
const failure = (id: string) =>
  Response.json(
    { title: "Something went wrong" },
    { status: 500, headers: { "content-type": "application/problem+json", "x-request-id": id } },
  );

/** Draw parts that ask the server, and fail before they ever had an answer. */
function drawPart(...paths: string[]): void {
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={queryClient}>
        {(paths.length > 0 ? paths : ["any"]).map((path) => (
          <Part key={path} path={path} />
        ))}
        <Notices />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

beforeEach(() => {
  vi.useFakeTimers();
  serve({});
});

afterEach(async () => {
  cleanup();
  vi.useRealTimers();
  serve({});
  await fetchWatched(new Request("http://localhost/healthz"));
});

describe("what is wrong with the server", () => {
  it("is one notice for three parts, which say that they wait", async () => {
    draw([broken("1"), broken("2"), broken("3")]);
    await act(() => vi.advanceTimersByTimeAsync(10));
    expect(screen.getAllByRole("alert")).toHaveLength(1);
    expect(screen.getByRole("alert").textContent).toContain("3 parts of this page could not be loaded");
    expect(screen.getAllByText("Could not be loaded, and is retried")).toHaveLength(3);
  });

  it("says when the server last answered", async () => {
    await fetchWatched(new Request("http://localhost/healthz"));
    serveNothing();
    await fetchWatched(new Request("http://localhost/healthz")).catch(() => undefined);
    draw([]);
    expect(screen.getByRole("alert").textContent).toMatch(
      /The server does not answerWhat you see is from \d+ \w+ \d{4}/,
    );
  });

  it("is not that a request was given up", async () => {
    const stop = new AbortController();
    stop.abort();
    serveNothing();
    await fetchWatched(new Request("http://localhost/x", { signal: stop.signal })).catch(() => undefined);
    expect(connection().isDown).toBe(false);
  });
});

describe("trying again", () => {
  it("happens by itself with growing pauses", async () => {
    const retry = draw([broken("1")]);
    await act(() => vi.advanceTimersByTimeAsync(10));
    for (const [tries, pause] of PAUSES.entries()) {
      await act(() => vi.advanceTimersByTimeAsync(pause - 100));
      expect(retry).toHaveBeenCalledTimes(tries);
      await act(() => vi.advanceTimersByTimeAsync(100));
      expect(retry).toHaveBeenCalledTimes(tries + 1);
    }
  });

  it("keeps its growing pauses, and its notice, while a part that never had an answer is asked again", async () => {
    const asked = serve({ any: () => new Promise((done) => setTimeout(() => done(failure("1")), 300)) });
    drawPart();
    await act(() => vi.advanceTimersByTimeAsync(1500));
    const tries: number[] = [];
    for (let second = 0; second < 16; second += 1) {
      const before = asked.length;
      await act(() => vi.advanceTimersByTimeAsync(1000));
      if (asked.length > before) tries.push(second);
      expect(screen.getAllByRole("alert")).toHaveLength(1);
    }
    expect(tries).toHaveLength(3);
  });

  it("shows what fails meanwhile, though one part waits for its answer for ever", async () => {
    let tries = 0;
    const hang = () => new Promise(() => undefined);
    const late = () => new Promise((done) => setTimeout(() => done(failure("2")), 5000));
    serve({ any: () => (tries++ === 0 ? failure("1") : hang()), other: late });
    drawPart("any", "other");
    await act(() => vi.advanceTimersByTimeAsync(4000));
    expect(tries).toBe(2);
    await act(() => vi.advanceTimersByTimeAsync(2000));
    expect(screen.getByRole("alert").textContent).toContain("2 parts of this page could not be loaded");
  });

  it("ends the notice of a server that answers again, though one part still waits", async () => {
    serveNothing();
    drawPart();
    await act(() => vi.advanceTimersByTimeAsync(500));
    expect(screen.getByRole("alert").textContent).toContain("The server does not answer");
    vi.stubGlobal("fetch", ({ url }: Request) =>
      url.endsWith("/healthz") ? Promise.resolve(Response.json({})) : new Promise(() => undefined),
    );
    await act(() => vi.advanceTimersByTimeAsync(3000));
    await act(() => fetchWatched(new Request("http://localhost/healthz")));
    await act(() => vi.advanceTimersByTimeAsync(100));
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("begins with short pauses again after the browser was online again", async () => {
    const retry = draw([broken("1")]);
    await act(() => vi.advanceTimersByTimeAsync(10 + 2000 + 4000));
    expect(retry).toHaveBeenCalledTimes(2);
    act(() => void dispatchEvent(new Event("online")));
    expect(retry).toHaveBeenCalledTimes(3);
    await act(() => vi.advanceTimersByTimeAsync(2000));
    expect(retry).toHaveBeenCalledTimes(4);
  });

  it("happens at once when the browser is online or in sight again", async () => {
    const retry = draw([broken("1")]);
    await act(() => vi.advanceTimersByTimeAsync(10));
    act(() => void dispatchEvent(new Event("online")));
    expect(retry).toHaveBeenCalledTimes(1);
    act(() => void document.dispatchEvent(new Event("visibilitychange")));
    expect(retry).toHaveBeenCalledTimes(2);
  });
});
