// What OpenLineage's events said of a record, in words; everything else as JSON, folded.

import "./openlineage.css";
import { type FacetDetail, type FacetsOfUse, type RecordedFacet, useFacets } from "../api/openlineage";
import type { Node, Reference } from "../api/shapes";
import { Loaded } from "../state/States";
import { NamedLink } from "../values/NamedLink";
import { Detail } from "./Detail";
import { FacetJson } from "./FacetJson";

const KINDS = { artifact: "artifacts", execution: "executions", context: "contexts" } as const;

export default function FacetsPart({ record }: { record: Node }) {
  const kind = KINDS[record.kind];
  const facets = useFacets(kind, record.id);
  return (
    <Loaded query={facets} rows={4}>
      {({ items, uses, are_all: areAll }) =>
        items.length + uses.length === 0 ? null : (
          <section className="facets-part" aria-label="From OpenLineage">
            <h2>From OpenLineage</h2>
            <Details facets={items.filter((facet) => !isShownAbove(facet, record))} />
            <Uses uses={uses} areAll={areAll} />
            <FacetJson kind={kind} id={record.id} facets={items} uses={uses} />
          </section>
        )
      }
    </Loaded>
  );
}

/** Whether the top of the page says the same already: why a run failed, what the record is, and its labels. */
function isShownAbove({ name, of, details }: RecordedFacet, record: Node): boolean {
  const { description } = record.properties;
  const isDescribed = name === "documentation" && of === null && details[0]?.text === description?.value;
  return isDescribed || (name === "tags" && of === null) || (name === "errorMessage" && record.failure !== null);
}

interface Said {
  readonly detail: FacetDetail;
  readonly of: Reference | null;
}

function Details({ facets }: { facets: readonly RecordedFacet[] }) {
  const said: Said[] = facets.flatMap(({ details, of }) => details.map((detail) => ({ detail, of })));
  const isLong = ({ detail: { form } }: Said) => form === "code" || form === "long";
  const pairs = said.filter((each) => !isLong(each));
  return (
    <>
      {pairs.length > 0 && (
        <dl className="pairs">
          {pairs.map(({ detail, of }) => (
            <div key={`${detail.label} ${detail.text}`}>
              <dt title={of ? `Of the job ${of.name}` : undefined}>{detail.label}</dt>
              <dd>
                <Detail detail={detail} />
              </dd>
            </div>
          ))}
        </dl>
      )}
      {said.filter(isLong).map(({ detail, of }) => (
        <div key={`${detail.label} ${detail.text.slice(0, 100)}`} className="facet-long">
          <h3>
            {detail.label}
            {detail.language && <span className="muted"> · {detail.language.toLowerCase()}</span>}
            {of && (
              <span className="muted">
                {" · of "}
                <NamedLink record={of} />
              </span>
            )}
          </h3>
          <Detail detail={detail} />
        </div>
      ))}
    </>
  );
}

/** What is known of the inputs and outputs of a run: how much was read and written, and which checks failed. */
function Uses({ uses, areAll }: { uses: readonly FacetsOfUse[]; areAll: boolean }) {
  const told = uses.filter(({ facets }) => facets.some(({ details }) => details.length > 0));
  if (told.length === 0) return null;
  return (
    <>
      <ul className="facet-uses">
        {told.map(({ data_set: dataSet, direction, facets }) => (
          <li key={`${direction} ${dataSet.key}`}>
            {direction === "input" ? "Read" : "Wrote"} <NamedLink record={dataSet} />
            <span className="facet-use">
              {facets
                .flatMap(({ details }) => details)
                .map((detail) => (
                  <span key={`${detail.label} ${detail.text}`}>
                    <span className="muted">{detail.label}</span> <Detail detail={detail} />
                  </span>
                ))}
            </span>
          </li>
        ))}
      </ul>
      {!areAll && <p className="muted">Of the newest inputs and outputs only.</p>}
    </>
  );
}
