// The files of a record, loaded when they are looked at, and whether the server keeps any for it.

import { lazy, Suspense } from "react";
import type { Node } from "../api/shapes";
import { loadPart } from "../app/loadPart";
import { familyOf } from "../lineage/looks";
import { Loading } from "../state/States";

const Files = lazy(() => loadPart(() => import("./Files")));
const KEPT_HERE = /^mlflow-artifacts:\/(\/\/)?[^/]/;

/** Whether a record names a place in the server's artifacts root, as the server reads it (catalogue/files.py). */
export function namesFiles(record: Node): boolean {
  const custom = record.custom_properties;
  const named =
    record.kind === "execution"
      ? [record.properties.artifact_uri, custom.artifact_uri]
      : [{ value: record.uri }, record.properties.__mlflow_place__, custom.__mlflow_place__];
  return record.kind !== "context" && named.some((place) => KEPT_HERE.test(String(place?.value ?? "")));
}

export function LateFiles({ record }: { record: Node }) {
  return (
    <Suspense fallback={<Loading rows={4} label="Loading the files" />}>
      <Files
        holder={{ kind: record.kind === "execution" ? "executions" : "artifacts", id: record.id }}
        isOfFiles={familyOf(record.type, record.kind) === "model"}
      />
    </Suspense>
  );
}

/** The same as a section of a page without tabs; nothing for a record without files. */
export function FilesSection({ record }: { record: Node }) {
  if (!namesFiles(record)) return null;
  return (
    <section aria-label="Files">
      <h2>Files</h2>
      <LateFiles record={record} />
    </section>
  );
}
