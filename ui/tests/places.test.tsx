// @vitest-environment happy-dom
// Where newcomers look for models and data sets, and for a way to promote one.

import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { Shell } from "../src/app/Shell";
import { Fields } from "../src/edit/Fields";
import { drawAt, nodeOf, serve } from "./drawing";

const MODELS = "/artifacts?filter=type:model";

describe("the navigation", () => {
  const here = async () => {
    await screen.findByRole("link", { name: "Models" });
    return screen.getAllByRole("link", { current: "page" }).map(({ textContent }) => textContent);
  };

  it("leads to models and data sets, and says on which of its lists one is", async () => {
    serve({});
    const drawn = drawAt("/", <Shell>nothing</Shell>);
    await userEvent.click(await screen.findByRole("link", { name: "Models" }));
    expect(drawn.here()).toBe(MODELS);
    expect(await here()).toEqual(["Models"]);
    await userEvent.click(screen.getByRole("link", { name: "Artifacts" }));
    expect(drawn.here()).toBe("/artifacts");
    expect(await here()).toEqual(["Artifacts"]);
  });

  it("says Artifacts where they are filtered otherwise", async () => {
    serve({});
    drawAt("/artifacts?filter=alias%3Dproduction", <Shell>nothing</Shell>);
    expect(await here()).toEqual(["Artifacts"]);
  });
});

describe("promote", () => {
  const draw = (may_change: boolean) => {
    serve({ caller: { may_change, why_not: null, workspaces: null } });
    drawAt("/", <Fields record={nodeOf(1, { name: "churn" })} />);
  };

  it("opens the editor of the aliases", async () => {
    draw(true);
    await userEvent.click(await screen.findByRole("button", { name: "Promote" }));
    expect(await screen.findByRole("combobox", { name: "New alias" })).toBe(document.activeElement);
  });

  it("is not offered to those who may not change the record", async () => {
    draw(false);
    await screen.findByText(/You can read this record/);
    expect(screen.queryByRole("button", { name: "Promote" })).toBeNull();
  });
});
