// How the store grows: how many artifacts and executions were recorded in each span of time.

import { useTotals } from "../api/listing";
import { useGrowth } from "../api/metrics";
import { count } from "../values/numbers";
import { Plot } from "../values/Plot";

export function Growth({ refresh }: { refresh: number | false }) {
  const [artifacts, executions] = useGrowth(refresh);
  const totals = useTotals(refresh || undefined);
  return (
    <section aria-label="Growth">
      <h2>Growth</h2>
      {totals.data && (
        <ul className="tiles">
          {(["artifacts", "executions", "contexts", "events"] as const).map((kind) => (
            <li key={kind} className="tile">
              <div>
                <strong>{count(totals.data[kind], kind.slice(0, -1))}</strong>
              </div>
            </li>
          ))}
        </ul>
      )}
      <div className="plots">
        {[artifacts, executions].map(
          (growth) =>
            growth?.data && (
              <Plot
                key={growth.data.kind}
                title={`New ${growth.data.kind}s`}
                xs={growth.data.spans.map(({ start }) => start / 1000)}
                lines={[{ name: `${growth.data.kind}s`, values: growth.data.spans.map(({ count }) => count) }]}
                height={160}
              />
            ),
        )}
      </div>
    </section>
  );
}
