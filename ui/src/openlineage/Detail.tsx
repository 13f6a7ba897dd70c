// One thing that a facet says. Texts are texts: no markup of the data is ever read.

import { Link } from "@tanstack/react-router";
import type { FacetDetail } from "../api/openlineage";
import { formatSize } from "../files/reading";
import { CopyButton } from "../values/CopyButton";
import { breakable } from "../values/names";
import { formatInteger } from "../values/numbers";
import { LongText, Moment, Uri } from "../values/Plain";

export function Detail({ detail: { form, text, record, label } }: { detail: FacetDetail }) {
  switch (form) {
    case "code":
      return (
        <div className="snippet">
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has no mouse scrolls it too */}
          <pre className="raw" tabIndex={0}>
            {text}
          </pre>
          <CopyButton value={text} label={`Copy: ${label}`} />
        </div>
      );
    case "long":
      return <LongText text={text} />;
    case "link":
      return <Uri uri={text} canCopy />;
    case "time":
      return Number.isNaN(Date.parse(text)) ? <bdi>{text}</bdi> : <Moment text={text} />;
    case "number":
      return <span className="number">{formatInteger(text)}</span>;
    case "bytes":
      return (
        <span className="number" title={`${text} bytes`}>
          {formatSize(Number(text))}
        </span>
      );
    case "record":
      return record ? (
        <Link to="/executions/$id" params={{ id: record.id }}>
          <bdi>{breakable(text)}</bdi>
        </Link>
      ) : (
        <bdi>{breakable(text)}</bdi>
      );
    default:
      return <bdi className="text-value">{breakable(text)}</bdi>;
  }
}
