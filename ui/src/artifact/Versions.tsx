// The versions of the same name, newest first, with what tells them apart. Ticked ones are compared.

import { Button, MultiSelect } from "@mantine/core";
import { IconArrowsDiff } from "@tabler/icons-react";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import "./versions.css";
import { useVersionPages } from "../api/details";
import { joinList } from "../app/search";
import { MOST_COMPARED } from "../compare/address";
import { read, write } from "../list/memory";
import { Empty, Failed, Loading } from "../state/States";
import { findOption } from "../values/findOption";
import { metricNames } from "../values/humanNames";
import { count, formatCount } from "../values/numbers";
import { useTicks } from "./useTicks";
import { VersionTable } from "./VersionTable";

const FIRST_METRICS = 4;

export default function Versions({ id, type }: { id: string; type: string }) {
  const memory = `versions.${type}`;
  const [chosen, setChosen] = useState(() => read<readonly string[] | undefined>(memory, undefined));
  const columns = chosen && (joinList(chosen.map((name) => `metric.${name}`)) ?? "");
  const versions = useVersionPages(id, columns);
  const rows = versions.data?.pages.flatMap(({ items }) => items) ?? [];
  const keys = rows.map(({ key }) => key);
  const navigate = useNavigate();
  const compare = (compared: readonly string[]) => {
    const isMany = compared.length > 1 && compared.length <= MOST_COMPARED;
    if (isMany) void navigate({ to: "/compare", search: { ids: compared.join(",") } as never });
  };
  const ticks = useTicks(keys, () => compare(keys.filter((key) => ticks.ticked.has(key))));
  if (versions.error && rows.length === 0)
    return <Failed error={versions.error} retry={() => void versions.refetch()} />;
  const [page] = versions.data?.pages ?? [];
  if (!page) return <Loading rows={6} />;
  if (rows.length === 0) return <Empty title="No versions" />;
  const metrics = chosen ?? page.metrics.slice(0, FIRST_METRICS);
  const called = metricNames([...page.metrics, ...metrics]);
  const choose = (names: readonly string[]) => {
    write(memory, names);
    setChosen(names);
  };
  return (
    <div className="versions">
      <div className="versions-tools">
        <CompareButtons keys={keys} ticked={ticks.ticked} compare={compare} />
        {page.metrics.length > 0 && (
          <MultiSelect
            size="xs"
            className="versions-metrics"
            aria-label="Metrics to show"
            placeholder="Metrics"
            data={[...called].map(([value, label]) => ({ value, label }))}
            filter={findOption}
            value={[...metrics]}
            onChange={choose}
            searchable
          />
        )}
      </div>
      {page.counted < page.total && (
        <p className="muted">The metrics of the newest {count(page.counted, "version")} are offered.</p>
      )}
      <VersionTable rows={rows} current={id} metrics={metrics} called={called} ticks={ticks} />
      {rows.length < page.total && (
        <p className="muted">
          {formatCount(rows.length)} of {count(page.total, "version")}.{" "}
          <Button loading={versions.isFetchingNextPage} onClick={() => void versions.fetchNextPage()}>
            Load {formatCount(Math.min(100, page.total - rows.length))} more
          </Button>
        </p>
      )}
    </div>
  );
}

interface CompareButtonsProps {
  readonly keys: readonly string[];
  readonly ticked: ReadonlySet<string>;
  readonly compare: (keys: readonly string[]) => void;
}

function CompareButtons({ keys, ticked, compare }: CompareButtonsProps) {
  const isTooMany = ticked.size > MOST_COMPARED;
  return (
    <>
      {keys.length > 2 && <Button onClick={() => compare(keys.slice(0, 3))}>Compare the latest three</Button>}
      <Button
        leftSection={<IconArrowsDiff size={14} />}
        disabled={ticked.size < 2 || isTooMany}
        onClick={() => compare(keys.filter((key) => ticked.has(key)))}
      >
        {ticked.size > 1 ? `Compare ${formatCount(ticked.size)} ticked` : "Compare ticked"}
      </Button>
      <span className="muted" aria-live="polite">
        {isTooMany
          ? `${formatCount(ticked.size)} are ticked; up to ${MOST_COMPARED} can be compared`
          : ticked.size < 2
            ? "Tick two or more: Space, Shift for a range, c compares"
            : ""}
      </span>
    </>
  );
}
