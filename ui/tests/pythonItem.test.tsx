// @vitest-environment happy-dom
// The Python that a record offers to copy: what is said where the server's address is unknown, or may be another one.

import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, it } from "vitest";
import { RecordHeader } from "../src/values/RecordHeader";
import { drawAt, nodeOf, serve } from "./drawing";

async function openMenu(answers: Parameters<typeof serve>[0]) {
  serve(answers);
  drawAt("/artifacts/1", <RecordHeader record={nodeOf(1)} />);
  await userEvent.click(await screen.findByRole("button", { name: "Copy" }));
}

describe("the Python of a record", () => {
  it("says why it cannot be copied, and tries again", async () => {
    await openMenu({});
    await screen.findByText("Python: the server’s address could not be read. Try again");
  });

  it("has a note on gRPC where a proxy lies between", async () => {
    await openMenu({ connection: { http_port: 9, grpc_port: 9091, tls: false, login: [], local_only: false } });
    await screen.findByText(/through a proxy. gRPC listens on port 9091/);
  });
});
