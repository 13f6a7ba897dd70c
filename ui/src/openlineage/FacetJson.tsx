// The facets of a record as JSON, folded: those that Lineal does not know come first. Long ones are fetched when asked for.

import { useState } from "react";
import { type FacetsOfUse, type RecordedFacet, useFacets } from "../api/openlineage";
import { formatSize } from "../files/reading";
import { Loaded } from "../state/States";
import { Ago } from "../values/Ago";
import { count } from "../values/numbers";
import { Uri } from "../values/Plain";
import { Value } from "../values/Value";

type ApiKind = "artifacts" | "executions" | "contexts";

interface JsonProps {
  readonly kind: ApiKind;
  readonly id: string;
  readonly facets: readonly RecordedFacet[];
  readonly uses: readonly FacetsOfUse[];
}

interface Named {
  readonly key: string;
  readonly title: string;
  readonly facet: RecordedFacet;
}

export function FacetJson({ kind, id, facets, uses }: JsonProps) {
  const own = facets.map((facet) => ({ key: `${facet.of?.key ?? ""} ${facet.name}`, title: facet.name, facet }));
  const ofUses = uses.flatMap(({ data_set: { key, name }, direction, facets: inner }) =>
    inner.map((facet) => ({
      key: `${direction} ${key} ${facet.name}`,
      title: `${facet.name} of the ${direction} ${name ?? key}`,
      facet,
    })),
  );
  const all: Named[] = [...own, ...ofUses].sort((one, other) => isKnown(one.facet) - isKnown(other.facet));
  const unknown = all.filter(({ facet }) => !isKnown(facet)).length;
  return (
    <details className="internal">
      <summary>
        {count(all.length, "facet")} as JSON{unknown > 0 && `, ${unknown} not shown above`}
      </summary>
      {all.map(({ key, title, facet }) => (
        <One key={key} title={title} facet={facet} kind={kind} id={id} />
      ))}
    </details>
  );
}

function isKnown({ details }: RecordedFacet): number {
  return Number(details.length > 0);
}

function One({ title, facet, kind, id }: { title: string; facet: RecordedFacet; kind: ApiKind; id: string }) {
  const [isWanted, setIsWanted] = useState(false);
  return (
    <details className="facet-json">
      <summary>
        <bdi>{title}</bdi>{" "}
        <span className="muted">
          <Ago time={facet.time} />
        </span>
      </summary>
      {facet.producer && (
        <p className="muted">
          Made by <Uri uri={facet.producer} />
        </p>
      )}
      {facet.content ? (
        <Value kind="json" value={facet.content} />
      ) : isWanted ? (
        <Whole facet={facet} kind={kind} id={id} />
      ) : (
        <button type="button" className="link-button" onClick={() => setIsWanted(true)}>
          Load all of it ({formatSize(facet.size)})
        </button>
      )}
    </details>
  );
}

function Whole({ facet, kind, id }: { facet: RecordedFacet; kind: ApiKind; id: string }) {
  const found = useFacets(kind, id, facet.name);
  return (
    <Loaded query={found} rows={3}>
      {({ items, uses }) => {
        const all = [...items, ...uses.flatMap((use) => use.facets)];
        const same = all.find(
          ({ name, time, size }) => name === facet.name && time === facet.time && size === facet.size,
        );
        return <Value kind="json" value={same?.content ?? {}} />;
      }}
    </Loaded>
  );
}
