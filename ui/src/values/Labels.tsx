// Labels and aliases as chips.

export function Labels({ labels, most }: { labels: Readonly<Record<string, string>>; most?: number }) {
  const pairs = Object.entries(labels);
  if (pairs.length === 0) return <span className="muted">–</span>;
  const shown = most === undefined ? pairs : pairs.slice(0, most);
  return (
    <span className="labels">
      {shown.map(([key, value]) => (
        <span key={key} className="label" title={`${key}=${value}`}>
          <bdi className="label-key">{key}</bdi>
          <bdi>{value}</bdi>
        </span>
      ))}
      {pairs.length > shown.length && (
        <span className="muted" title={pairs.map((pair) => pair.join("=")).join("\n")}>
          +{pairs.length - shown.length}
        </span>
      )}
    </span>
  );
}

/** The aliases of a version: production, latest. */
export function Aliases({ aliases, most }: { aliases: readonly string[]; most?: number }) {
  if (aliases.length === 0) return <span className="muted">–</span>;
  const shown = aliases.slice(0, most);
  return (
    <span className="labels">
      {shown.map((alias) => (
        <bdi key={alias} className="alias" title={`Alias: ${alias}`}>
          {alias}
        </bdi>
      ))}
      {aliases.length > shown.length && (
        <span className="muted" title={aliases.join("\n")}>
          +{aliases.length - shown.length}
        </span>
      )}
    </span>
  );
}
