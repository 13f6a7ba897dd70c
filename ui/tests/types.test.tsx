// @vitest-environment happy-dom
// The page of types: what each is for, an example, its records, and how to make one.

import { fireEvent, screen } from "@testing-library/react";
import { beforeAll, describe, expect, it } from "vitest";
import type { TypeInfo } from "../src/api/shapes";
import { purposeOf, pythonToMake } from "../src/types/about";
import TypesPage from "../src/types/TypesPage";
import { drawAt, giveSizes, rowOf, serve } from "./drawing";

beforeAll(giveSizes);

function typeOf(given: Partial<TypeInfo>): TypeInfo {
  const own = { id: "1", kind: "artifact", name: "kubeflow.org/alpha/model", version: null, description: null };
  return { ...own, properties: {}, base_type: null, count: 3, archived: 0, ...given } as TypeInfo;
}

describe("a type", () => {
  it.each([
    ["kubeflow.org/alpha/data_set", /^Data that/],
    ["system.Dataset", /^Data that/],
    ["system.ClassificationMetrics", /classifier/],
    ["kubeflow.org/Pod/v1", /pod of a Kubernetes/],
    ["openlineage.Run", /^One run of a job/],
    ["my.own.Thing", undefined],
  ])("%s says what it is for", (name, says) => {
    const purpose = purposeOf({ name, description: null });
    if (says) expect(purpose).toMatch(says);
    else expect(purpose).toBeUndefined();
  });

  it("says of itself what it is for, before what is known of its name", () => {
    expect(purposeOf({ name: "model", description: "Our forecasts." })).toBe("Our forecasts.");
  });

  it("can be made in Python, with a property that it declares", () => {
    expect(pythonToMake(typeOf({}), "grpcs://host:9090")).toContain('metadata.Store(url="grpcs://host:9090")');
    const own = pythonToMake(typeOf({ name: 'a "b"', properties: { rows: "INT" } }), "grpc://host:9090");
    expect(own).toContain('lineal.connect("grpc://host:9090")');
    expect(own).toContain('get_artifact_type("a \\"b\\"")');
    expect(own).toContain('record.properties["rows"].int_value = 1');
  });
});

describe("the page", () => {
  it("leads to the records of a type and shows its newest one on request", async () => {
    serve({
      types: { items: [typeOf({ properties: { learning_rate: "DOUBLE" } })] },
      artifacts: {
        items: [rowOf(9, { name: "churn" })],
        next_cursor: null,
        complete: true,
        headline: null,
        columns: null,
      },
      connection: { grpc_port: 9090, http_port: 80, tls: true, login: [], local_only: false },
    });
    drawAt("/", <TypesPage />);
    expect((await screen.findByRole("link", { name: "3 records" })).getAttribute("href")).toContain("/artifacts?");
    fireEvent.click(screen.getByRole("button", { name: "Model" }));
    expect((await screen.findByRole("link", { name: /churn/ })).getAttribute("href")).toBe("/artifacts/9");
    expect(screen.getByRole("region", { name: "Properties" }).textContent).toContain("Learning rate");
    expect(await screen.findByRole("button", { name: "Copy the Python" })).toBeTruthy();
    expect(screen.getByRole("region", { name: "In Python" }).textContent).toMatch(/url="grpcs:\/\/.*:9090"/);
  });
});
