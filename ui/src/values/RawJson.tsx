// A record as the REST interface answers it: a tree to fold, search and copy from, or the text.

import { useState } from "react";
import type { Node } from "../api/shapes";
import { Value } from "./Value";

export function RawJson({ record }: { record: Node }) {
  const [isText, setIsText] = useState(false);
  return (
    <>
      <p>
        <button type="button" className="link-button" onClick={() => setIsText(!isText)}>
          {isText ? "Show as a tree" : "Show as text"}
        </button>
      </p>
      {isText ? <pre className="raw">{JSON.stringify(record, null, 2)}</pre> : <Value kind="json" value={record} />}
    </>
  );
}
