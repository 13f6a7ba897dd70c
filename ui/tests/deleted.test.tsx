// @vitest-environment happy-dom
// What is said of a record that is not there.

import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { Problem } from "../src/api/problem";
import { Failed } from "../src/state/States";
import { drawAt, serve } from "./drawing";

const missing = (fields: object) =>
  Problem.fromResponse(new Response(null, { status: 404 }), {
    title: "There is no such thing",
    detail: "gone",
    ...fields,
  });

describe("a record that is not there", () => {
  it("is said to be deleted, when and by whom, with a way to the audit log for those who may read it", async () => {
    serve({ caller: { may_read_audit: true } });
    drawAt("/artifacts/3", <Failed error={missing({ deleted: 1_700_000_000_000, deleted_by: "ada (token 3f2a)" })} />);
    const alert = await screen.findByRole("alert");
    expect(alert.textContent).toMatch(/This record was deleted.*2023, \d\d:\d\d:\d\d UTC.*by ada \(token 3f2a\)/);
    const link = await screen.findByRole("link");
    expect(link.getAttribute("href")).toMatch(/audit\?subject=artifact&id=3/);
  });

  it("is only said not to be there where the server says no more", async () => {
    drawAt("/artifacts/3", <Failed error={missing({})} />);
    expect((await screen.findByRole("alert")).textContent).toContain("There is no such thing");
  });
});
