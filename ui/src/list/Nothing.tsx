// A list with no rows: the store is empty, or nothing fits the filter. Each says what to do.

import { Button } from "@mantine/core";
import { useOwnTerms } from "../api/searches";
import type { ListKind } from "../api/shapes";
import { Empty } from "../state/States";
import { CopyButton } from "../values/CopyButton";

function firstSteps(): string {
  const host = location.hostname || "localhost";
  return `from kubeflow.metadata import metadata

store = metadata.Store(grpc_host="${host}", grpc_port=8080)
workspace = metadata.Workspace(store=store, name="first-steps")
run = metadata.Run(workspace=workspace, name="run-1")
training = metadata.Execution(name="train", workspace=workspace, run=run)
training.log_input(metadata.DataSet(name="orders", uri="file:///data/orders.csv"))
training.log_output(metadata.Model(name="forecast", uri="file:///models/forecast", version="1"))
`;
}

export function EmptyStore() {
  const python = firstSteps();
  return (
    <Empty title="Nothing has been logged yet">
      <p>Log a first data set and the model that was trained on it, from any Python with Lineal installed:</p>
      <div className="snippet">
        <pre>{python}</pre>
        <CopyButton value={python} label="Copy the Python" />
      </div>
      <p className="muted">
        Then reload. <code>lineal tutorial</code> fills the store with a small example.
      </p>
      <Button onClick={() => location.reload()}>Reload</Button>
    </Empty>
  );
}

interface NoMatchProps {
  readonly kind: ListKind;
  readonly filter: string;
  readonly onFilter: (filter: string) => void;
}

export function NoMatch({ kind, filter, onFilter }: NoMatchProps) {
  const terms = useOwnTerms(filter) ?? [];
  if (!filter) return <Empty title={`There are no ${kind} yet`} />;
  return (
    <Empty title={`No ${kind} fit this filter`}>
      <p>Look again without one of its terms:</p>
      <div className="chips" key={filter}>
        {terms.map(({ text, start, without }) => (
          <Button key={start} onClick={() => onFilter(without)}>
            without <code>{text}</code>
          </Button>
        ))}
        {terms.length > 1 && <Button onClick={() => onFilter("")}>without any filter</Button>}
      </div>
    </Empty>
  );
}
