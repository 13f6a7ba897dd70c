// @vitest-environment happy-dom
// What files are shown as, and how much of them is read.

import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { firstBytes, type RecordFile } from "../src/api/files";
import { FileContent } from "../src/files/FileContent";
import Files from "../src/files/Files";
import { namesFiles } from "../src/files/LateFiles";
import { formatSize, shownOf, splitTable, textOf, wayOf } from "../src/files/reading";
import { drawAt, nodeOf, serve } from "./drawing";

const bytes = (text: string) => new TextEncoder().encode(text) as Uint8Array<ArrayBuffer>;
const shown = (name: string, text: string, isWhole = true) => shownOf(bytes(text), wayOf(name), isWhole);

describe("a file is shown as", () => {
  it.each([
    ["a.png", "x", "picture"],
    ["a.JPEG", "x", "picture"],
    ["a.svg", "<svg/>", "picture"],
    ["a.json", '{"a": 1}', "json"],
    ["a.json", '{"a": }', "text"],
    ["a.csv", "a,b\n1,2", "table"],
    ["a.csv", "one line", "text"],
    ["a.tsv", "a\tb\n1\t2", "table"],
    ["a.html", "<script>alert(1)</script>", "text"],
    ["a.js", "alert(1)", "text"],
    ["MLmodel", "flavors: {}", "text"],
    ["png", "no picture: it has no ending", "text"],
    ["model.pkl", "\u0080\0", "binary"],
    ["a.txt", "", "empty"],
  ])("%s (%j): %s", (name, text, kind) => {
    expect(shown(name, text).kind).toBe(kind);
  });

  it("a picture with a type of its own, whatever is inside", () => {
    expect(shown("a.png", "<script>")).toEqual({
      kind: "picture",
      source: `data:image/png;base64,${btoa("<script>")}`,
    });
  });

  it("a table of MLflow by its columns, whose names are made distinct", () => {
    expect(splitTable({ columns: ["a", "a", 3], data: [[1, "<b>", null]] })).toEqual({
      head: ["a", "a (2)", "3"],
      rows: [[1, "<b>", null]],
    });
    expect(splitTable({ columns: ["a"], data: [[1, 2]] })).toBeUndefined();
    expect(splitTable([1, 2])).toBeUndefined();
  });

  it("the whole lines of the beginning of a CSV", () => {
    expect(shown("a.csv", 'a,,a\n1,"x, y"\n2,', false)).toMatchObject({
      kind: "table",
      columns: 3,
      table: { head: ["a", "column 2", "a (2)"], rows: [["1", "x, y"]] },
    });
  });

  it("the first 60 columns of a wide table", () => {
    const head = Array.from({ length: 99 }, (_, at) => `c${at}`).join(",");
    const found = shown("a.csv", `${head}\n1,2`);
    expect(found.kind === "table" && [found.columns, found.table.head.length]).toEqual([99, 60]);
  });

  it("JSON with every digit of long integers, and with Python's NaN", () => {
    const text = '{"NaN": [NaN, -Infinity, 9223372036854775807, 1e3, 0.5], "s": "NaN 9223372036854775807 \\" 1"}';
    expect(shown("a.json", text)).toMatchObject({
      value: { NaN: ["NaN", "-Infinity", "9223372036854775807", 1000, 0.5], s: 'NaN 9223372036854775807 " 1' },
    });
  });

  it("text of JSON that is cut off", () => {
    expect(shown("a.json", '{"a": [1,', false)).toEqual({ kind: "text", text: '{"a": [1,' });
  });

  it("text without the character that is cut off at its end", () => {
    const cut = bytes("aä").slice(0, 2);
    expect([textOf(cut, false), textOf(cut, true)]).toEqual(["a", undefined]);
  });
});

describe("the beginning of a file", () => {
  it("is read, and not the rest that a proxy sends as well", async () => {
    const cancel = vi.fn();
    let pieces = 0;
    const body = new ReadableStream<Uint8Array>({
      pull: (stream) => {
        pieces += 1;
        stream.enqueue(new Uint8Array(1000).fill(pieces));
      },
      cancel,
    });
    const found = await firstBytes(body, 2500);
    expect([found.length, found[2499], cancel.mock.calls.length]).toEqual([2500, 3, 1]);
    expect(pieces).toBeLessThan(6);
  });

  it("is all of a short one", async () => {
    expect(await firstBytes(new Response("abc").body, 10)).toEqual(bytes("abc"));
    expect(await firstBytes(null, 10)).toEqual(bytes(""));
  });
});

const FILE: RecordFile = {
  name: "a.html",
  path: "a.html",
  is_dir: false,
  size: 60,
  modified: 1,
  sha256: null,
  uploaded: null,
  is_changed: false,
  download: "api/2.0/mlflow-artifacts/artifacts/w/a.html",
};

describe("what a server sends", () => {
  it("is text on the page, also where it is markup", async () => {
    const text = "<img src=x onerror='alert(1)'><script>alert(1)</script>";
    const asked = vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response(text));
    const { container } = drawAt("/", <FileContent file={{ ...FILE, size: 9_000_000 }} />);
    await waitFor(() => expect(container.querySelector("pre")?.textContent).toBe(text));
    expect(container.querySelector("img, script, iframe")).toBeNull();
    expect(screen.getByText(/Only the first 55 bytes of 9 MB are shown/)).toBeTruthy();
    expect(screen.getByText(/never run here/)).toBeTruthy();
    const request = asked.mock.calls[0]?.[0] as Request;
    expect(request.headers.get("range")).toBe("bytes=0-524287");
  });

  it("is not asked for if it is a picture that is too large", async () => {
    const asked = vi.spyOn(globalThis, "fetch").mockClear();
    drawAt("/", <FileContent file={{ ...FILE, name: "a.png", size: 9_000_000 }} />);
    await screen.findByText(/Pictures of up to 8.4 MB are shown/);
    expect(asked.mock.calls.length).toBe(0);
  });
});

describe("the files of a model", () => {
  const [now, recorded] = ["a".repeat(64), "b".repeat(64)];
  const answer = { total: 1, next_cursor: null, digest: now, no_digest: null, no_digest_of: null };

  function drawFiles(given: object, item: Partial<RecordFile> = {}, isOfFiles = true) {
    const items = [{ ...FILE, name: "rule.json", path: "rule.json", ...item }];
    const known = { recorded_digest: recorded, is_as_recorded: false, ...given };
    serve({ "artifacts/3/files": { ...answer, items, ...known } });
    return drawAt("/", <Files holder={{ kind: "artifacts", id: "3" }} isOfFiles={isOfFiles} />);
  }

  it("that were replaced are told, with both digests", async () => {
    drawFiles({});
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toMatch(/These are not the files that were recorded.*b{64}.*a{64}/);
    expect(screen.queryByText("as recorded")).toBeNull();
  });

  it("are not said to be others where the recorded digest may be of data in memory", async () => {
    drawFiles({}, {}, false);
    expect((await screen.findByRole("alert")).textContent).toMatch(/recorded SHA-256 is another one.*from memory/);
  });

  it("that are as recorded are said to be so", async () => {
    drawFiles({ recorded_digest: now, is_as_recorded: true });
    await screen.findByText(/as recorded/);
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("are not said to be as recorded where the digest in the record was changed", async () => {
    drawFiles({ recorded_digest: now, is_as_recorded: true, is_digest_changed: true });
    expect((await screen.findByRole("alert")).textContent).toMatch(/digest in the record was changed.*a{64}/);
    expect(screen.queryByText("as recorded")).toBeNull();
  });

  it("one of which was changed are marked, and the missing digest is explained", async () => {
    const gone = { digest: null, no_digest: "changed", no_digest_of: "rule.json", is_as_recorded: null };
    drawFiles(gone, { is_changed: true });
    expect((await screen.findByRole("treeitem", { name: /rule/ })).textContent).toContain("changed");
    expect(screen.getByRole("alert").textContent).toMatch(/A file is not the one that was uploaded.*no SHA-256.*b{64}/);
  });

  it("one of which was not uploaded are said to have no digest", async () => {
    drawFiles({ digest: null, no_digest: "not_uploaded", no_digest_of: "rule.json", is_as_recorded: null });
    await screen.findByText(/^No SHA-256 of all files: a file was not uploaded through this server/);
  });

  it("that are all gone are said to have been recorded", async () => {
    drawFiles({ items: [], total: 0, digest: null, no_digest: "no_files", is_as_recorded: null });
    await screen.findByText(/There are no files here, although/);
  });
});

describe("a record has files here", () => {
  const value = (text: string) => ({ kind: "string", value: text }) as const;

  it.each([
    ["mlflow-artifacts:/w/0/models/m-1/artifacts", true],
    ["mlflow-artifacts:///w/0", true],
    ["mlflow-artifacts://host/w", false],
    ["mlflow-artifacts:/", false],
    ["s3://bucket/x", false],
    [null, false],
  ])("by its uri %s: %s", (uri, has) => {
    expect(namesFiles(nodeOf(1, { uri }))).toBe(has);
  });

  it("by the place of a run, and of a version", () => {
    const place = value("mlflow-artifacts:/w/0/r/artifacts");
    expect(namesFiles(nodeOf(1, { kind: "execution", properties: { artifact_uri: place } }))).toBe(true);
    expect(namesFiles(nodeOf(1, { custom_properties: { __mlflow_place__: place } }))).toBe(true);
    expect(namesFiles(nodeOf(1, { kind: "context", uri: place.value }))).toBe(false);
  });
});

describe("a size", () => {
  it.each([
    [0, "0 bytes"],
    [1, "1 byte"],
    [999, "999 bytes"],
    [1000, "1 kB"],
    [1460, "1.5 kB"],
    [524_288, "524 kB"],
    [999_600, "1 MB"],
    [2 ** 53, "9007 TB"],
  ])("%i is %s", (size, text) => {
    expect(formatSize(size)).toBe(text);
  });
});
