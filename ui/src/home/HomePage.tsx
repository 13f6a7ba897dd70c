// The home view: what ran and what failed in a span of time, models in production, what was made last, workspaces.

import { NativeSelect } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useTotals } from "../api/listing";
import { useTitle } from "../app/useTitle";
import { WhatFailed, WhatRan } from "./Executions";
import { MadeLast, Production, WorkspacesPanel } from "./Records";
import { Start } from "./Start";
import { SPANS, saySince, spanOf } from "./span";
import { useBeginning } from "./useBeginning";

export default function HomePage() {
  useTitle("Home");
  const { span: asked } = useSearch({ strict: false }) as { span?: string };
  const span = spanOf(asked);
  const since = useBeginning(span);
  const totals = useTotals();
  if (totals.data && totals.data.artifacts + totals.data.executions + totals.data.contexts === 0) return <Start />;
  return (
    <div className="home">
      <header className="home-head">
        <h1>Home</h1>
        <SpanChoice span={span} since={since} />
      </header>
      <div className="home-panels">
        <div className="home-column">
          <WhatFailed span={span} since={since} />
          <WhatRan span={span} since={since} />
        </div>
        <div className="home-column">
          <Production />
          <MadeLast />
          <WorkspacesPanel />
        </div>
      </div>
    </div>
  );
}

function SpanChoice({ span, since }: { span: string; since: number }) {
  const navigate = useNavigate();
  return (
    <p className="home-span">
      <label htmlFor="span">What ran</label>
      <NativeSelect
        id="span"
        value={span}
        data={[...SPANS]}
        onChange={({ currentTarget: { value } }) =>
          void navigate({ to: "/", search: { span: value === "night" ? undefined : value } as never, replace: true })
        }
      />
      <span className="muted">{saySince(since)}</span>
    </p>
  );
}
