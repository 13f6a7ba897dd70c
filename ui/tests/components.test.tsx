// @vitest-environment happy-dom
import { MantineProvider } from "@mantine/core";
import { fireEvent, render, screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { describe, expect, it, vi } from "vitest";
import { Problem } from "../src/api/problem";
import type { SearchTerm } from "../src/api/searches";
import { storedSearch } from "../src/app/shortLinks";
import { TimeFacet } from "../src/list/TimeFacet";
import { Incomplete, Unindexed } from "../src/state/Notes";
import { Failed } from "../src/state/States";
import { Value } from "../src/values/Value";

const draw = (children: ReactNode) => render(<MantineProvider env="test">{children}</MantineProvider>);

describe("a value", () => {
  it.each(["javascript:alert(1)", " JavaScript:alert(1)", "data:text/html,<b>x</b>", "vbscript:x"])(
    "that runs code is text, not a link: %s",
    (uri) => {
      draw(<Value kind="string" value={uri} />);
      expect(screen.queryByRole("link")).toBeNull();
      expect(document.body.textContent?.replaceAll("\u200b", "")).toContain(uri);
    },
  );

  it("that is an address of the web is a link that tells nothing of this page", () => {
    draw(<Value kind="string" value="https://example.org/a?b=<c>" />);
    const link = screen.getByRole("link");
    expect(link.getAttribute("href")).toBe("https://example.org/a?b=<c>");
    expect(link.getAttribute("rel")).toContain("noopener");
  });

  it.each([
    ["int", "9223372036854775807", "9,223,372,036,854,775,807"],
    ["double", "NaN", "NaN"],
    ["double", "-Infinity", "−∞"],
    ["string", "<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"],
  ])("of kind %s is told exactly: %s", (kind, value, shown) => {
    draw(<Value kind={kind} value={value} />);
    expect(document.body.textContent?.replaceAll("\u200b", "")).toContain(shown);
    expect(document.querySelector("img")).toBeNull();
  });

  it("of many letters is folded, and unfolds", () => {
    draw(<Value kind="string" value={"x".repeat(10_000)} />);
    expect(document.querySelector("bdi")?.textContent?.length).toBeLessThan(400);
    fireEvent.click(screen.getByRole("button", { name: "Show 9,720 more characters" }));
    expect(document.querySelector("bdi")?.textContent).toBe("x".repeat(10_000));
  });
});

describe("an error", () => {
  it("offers another try, but not where it is forbidden", () => {
    const retry = vi.fn();
    const { unmount } = draw(<Failed error={new Problem("missing", "It is gone", "detail", "id7")} retry={retry} />);
    expect(screen.getByText("id7")).toBeTruthy();
    fireEvent.click(screen.getByText("Try again"));
    expect(retry).toHaveBeenCalledOnce();
    unmount();
    draw(<Failed error={new Problem("forbidden", "No", "Ask the owner")} retry={retry} />);
    expect(screen.queryByText("Try again")).toBeNull();
  });
});

describe("a note about the search index", () => {
  it("says why a record is not found", () => {
    draw(<Unindexed reason="the value is damaged" />);
    expect(screen.getByRole("note").textContent).toMatch(/Searches do not find this record .*: the value is damaged/);
  });

  it("says that a list may lack what is new", () => {
    draw(<Incomplete />);
    expect(screen.getByRole("note").textContent).toContain("new records may be missing");
  });
});

describe("the facet of time", () => {
  const spans = [0, 1, 2].map((day) => ({ start: day * 1000, end: (day + 1) * 1000, count: day }));

  const created = (low: string, high = "") => ({ choice: "range", key: "created", low, high });

  it("keeps the span that is clicked, and several that are dragged over", () => {
    const onEdit = vi.fn();
    draw(<TimeFacet spans={spans} exact terms={[]} onEdit={onEdit} />);
    const bars = screen.getAllByRole("button", { name: /^Created/ });
    fireEvent.pointerDown(bars[1] as Element);
    fireEvent.pointerUp(bars[1] as Element);
    fireEvent.pointerDown(bars[0] as Element);
    fireEvent.pointerEnter(bars[2] as Element);
    fireEvent.pointerUp(bars[2] as Element);
    expect(onEdit.mock.calls).toEqual([
      [created("1970-01-01T00:00:01.000Z", "1970-01-01T00:00:01.999Z")],
      [created("1970-01-01T00:00:00.000Z", "1970-01-01T00:00:02.999Z")],
    ]);
  });

  it("keeps what is no older than a span, and forgets it again", () => {
    const onEdit = vi.fn();
    const chosen = { form: "comparison", plain_key: "created", is_range: true, low: "7d", negated: false };
    draw(<TimeFacet spans={spans} exact terms={[chosen as SearchTerm]} onEdit={onEdit} />);
    expect(screen.getByText("7 d").getAttribute("aria-pressed")).toBe("true");
    fireEvent.click(screen.getByText("30 d"));
    fireEvent.click(screen.getByText("all times"));
    expect(onEdit.mock.calls).toEqual([[created("30d")], [{ choice: "clear", key: "created" }]]);
  });

  it("of a stored view that is gone shows what the server says of it", async () => {
    const body = { title: "There is no such thing", detail: "it may have been removed (--max-views-mib)" };
    vi.stubGlobal("fetch", () => Promise.resolve(Response.json(body, { status: 404 })));
    const error = await storedSearch("a".repeat(16)).catch((caught: unknown) => caught);
    vi.unstubAllGlobals();
    draw(<Failed error={error} />);
    expect(screen.getByText(body.detail)).toBeTruthy();
  });
});
