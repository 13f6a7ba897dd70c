// @vitest-environment happy-dom
import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { Problem } from "../src/api/problem";
import { Shell } from "../src/app/Shell";
import { Failed } from "../src/state/States";
import { drawAt, serve } from "./drawing";

// Relative to the base element, and so below any prefix under which a proxy shows the web UI.
const ADDRESS = "./docs/";

describe("the link to the documentation", () => {
  it("is in the menu More", async () => {
    serve({});
    drawAt("/", <Shell>nothing</Shell>);
    await userEvent.click(await screen.findByRole("button", { name: "More" }));
    expect((await screen.findByRole("menuitem", { name: "Docs" })).getAttribute("href")).toBe(ADDRESS);
  });

  it("is with an error that has a page, below the prefix that a proxy shows", async () => {
    const body = { detail: "wrong", page: "/unknown/prefix/docs/operations/security.html#tokens" };
    const problem = Problem.fromResponse(new Response(null, { status: 400 }), body);
    drawAt("/", <Failed error={problem} />);
    const link = await screen.findByRole("link", { name: "More about it" });
    expect(link.getAttribute("href")).toBe("./docs/operations/security.html#tokens");
  });

  it("is in the help", async () => {
    serve({ "search/keys": { items: [] } });
    drawAt("/", <Shell>nothing</Shell>);
    await userEvent.click(await screen.findByRole("button", { name: "Help and keys" }));
    expect((await screen.findByRole("link", { name: "Documentation" })).getAttribute("href")).toBe(ADDRESS);
  });
});
