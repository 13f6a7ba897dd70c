// Metrics over time and versions, what runs now, and how the store grows. Polls; a pause stops it.

import { Button } from "@mantine/core";
import { IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import "./monitor.css";
import type { MonitorSearch } from "../app/search";
import { useTitle } from "../app/useTitle";
import { Growth } from "./Growth";
import { MetricPanel } from "./MetricPanel";
import { Running } from "./Running";

const EVERY = 15_000;

export default function MonitorPage() {
  useTitle("Monitor");
  const search = useSearch({ strict: false }) as MonitorSearch;
  const navigate = useNavigate();
  const [isPaused, setIsPaused] = useState(false);
  const refresh = isPaused ? false : EVERY;
  const change = (changes: MonitorSearch) =>
    void navigate({ to: "/monitor", search: (old) => ({ ...old, ...changes }) as never, replace: true });
  const Icon = isPaused ? IconPlayerPlay : IconPlayerPause;
  return (
    <article className="monitor">
      <header className="compare-head">
        <h1>Monitor</h1>
        <Button leftSection={<Icon size={14} />} onClick={() => setIsPaused(!isPaused)} aria-pressed={isPaused}>
          {isPaused ? "Resume" : "Pause"}
        </Button>
        <span className="muted">{isPaused ? "No updates" : "Updates every 15 s"}</span>
      </header>
      <MetricPanel search={search} change={change} refresh={refresh} />
      <Running refresh={refresh} />
      <Growth refresh={refresh} />
    </article>
  );
}
