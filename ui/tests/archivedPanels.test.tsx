// @vitest-environment happy-dom
// Panels whose links lead to lists without archived records: they ask and count without them, too.

import { fireEvent, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { Members } from "../src/context/Members";
import { MadeLast } from "../src/home/Records";
import { Running } from "../src/monitor/Running";
import TypesPage from "../src/types/TypesPage";
import { drawAt, rowOf, serve } from "./drawing";

const UNARCHIVED = "-has:archived";
const PAGE = { items: [rowOf(1)], next_cursor: null, complete: true };
const NOTHING = { ...PAGE, items: [] };

/** Answers of lists that have one record more if they are asked for archived ones. */
function listed(query: URLSearchParams) {
  return query.get("q")?.includes(UNARCHIVED) ? PAGE : { ...PAGE, items: [rowOf(1), rowOf(2)] };
}

function counted(query: URLSearchParams) {
  const q = query.get("q") ?? "";
  return { count: q.includes(UNARCHIVED) ? 7 : q.includes("has:archived") ? 2 : 9, exact: true };
}

describe("a panel", () => {
  it("of what was made last counts what its list shows", async () => {
    const asked = serve({ artifacts: listed, "artifacts/count": counted });
    drawAt("/", <MadeLast />);
    expect(await screen.findByText(/1 of 7/)).toBeTruthy();
    expect(asked.every((address) => decodeURIComponent(address).includes(UNARCHIVED))).toBe(true);
  });

  it("of what a workspace holds leaves out archived records, says how many, and shows them", async () => {
    serve({ artifacts: listed, "artifacts/count": counted });
    drawAt("/", <Members kind="artifacts" context="1" total={9} />);
    expect(await screen.findByText(/2 archived artifacts are hidden/)).toBeTruthy();
    expect(screen.queryByText("model-2")).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: "Show" }));
    expect(await screen.findByText("model-2")).toBeTruthy();
    expect(screen.getByText(/2 archived artifacts are shown/)).toBeTruthy();
  });

  it("of what failed last asks as its link does", async () => {
    const asked = serve({ "monitor/running": { items: [] }, executions: () => NOTHING });
    drawAt("/monitor", <Running refresh={false} />);
    expect(await screen.findByText("Nothing has failed.")).toBeTruthy();
    expect(asked.map(decodeURIComponent).find((address) => address.includes("FAILED"))).toContain(UNARCHIVED);
  });

  it("of a type counts the records that its list shows, and says what is archived besides", async () => {
    const type = { id: "1", kind: "artifact", name: "model", version: null, description: null, base_type: null };
    serve({ types: { items: [{ ...type, properties: {}, count: 9, archived: 2 }] } });
    drawAt("/types", <TypesPage />);
    expect(await screen.findByText("7 records")).toBeTruthy();
    expect(screen.getByText("and 2 archived")).toBeTruthy();
  });

  it("of types leads to the records of a type's whole name, and shows the newest of these", async () => {
    const type = { id: "1", kind: "artifact", name: "Model", version: null, description: null, base_type: null };
    const asked = serve({
      types: { items: [{ ...type, properties: {}, count: 1, archived: 0 }] },
      artifacts: () => NOTHING,
      connection: { grpc_port: 9090, http_port: 80, tls: true, login: [], local_only: false },
    });
    drawAt("/", <TypesPage />);
    const link = await screen.findByRole("link", { name: "1 record" });
    expect(decodeURIComponent(link.getAttribute("href") ?? "")).toContain('"type=="');
    fireEvent.click(screen.getByRole("button", { name: "Model" }));
    await screen.findByText("None that is not archived.");
    expect(asked.map(decodeURIComponent).some((address) => address.includes('type=="Model"'))).toBe(true);
  });
});
