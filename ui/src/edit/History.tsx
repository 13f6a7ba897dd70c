// The history of a record: who changed what, when, from which value to which, with a way back where the server allows it.

import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useCaller } from "../api/caller";
import { api, dataOf } from "../api/client";
import { Problem } from "../api/problem";
import type { components } from "../api/schema";
import type { Node } from "../api/shapes";
import { Empty, Loaded } from "../state/States";
import { Ago } from "../values/Ago";
import { fieldName } from "../values/humanNames";
import { AliasChanged } from "./AliasChanged";
import { ChangedValue } from "./ChangedValue";
import { apiKindOf, refreshAfter } from "./changing";
import { aliasChangeOf, historyFields, sayAction } from "./historyFields";
import { offerUndo } from "./undo";
import "./edit.css";

type Entry = components["schemas"]["HistoryEntry"];

function useHistory(record: Node) {
  const kind = apiKindOf(record);
  return useInfiniteQuery({
    queryKey: ["history", kind, record.id],
    queryFn: ({ pageParam }) =>
      dataOf(
        api.GET(`/api/v1/${kind as "artifacts"}/{node_id}/history`, {
          params: { path: { node_id: record.id }, query: pageParam ? { cursor: pageParam } : {} },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export default function History({ record }: { record: Node }) {
  const history = useHistory(record);
  return (
    <Loaded query={history}>
      {({ pages }) => {
        const entries = pages.flatMap(({ items }) => items);
        return (
          <section className="history" aria-label="History">
            <Notes onlyOwn={pages[0]?.only_own ?? false} />
            {entries.length === 0 && <Empty title="No change of this record has been recorded" />}
            <ul>
              {entries.map((entry) => (
                <Change key={entry.id} entry={entry} />
              ))}
            </ul>
            {history.hasNextPage && (
              <div>
                <Button loading={history.isFetchingNextPage} onClick={() => void history.fetchNextPage()}>
                  Older changes
                </Button>
              </div>
            )}
          </section>
        );
      }}
    </Loaded>
  );
}

/** What is missing from the history, and what to do about it. */
function Notes({ onlyOwn }: { onlyOwn: boolean }) {
  const caller = useCaller();
  return (
    <>
      {onlyOwn && (
        <p className="muted">
          You see your own changes. Those of others are for callers who see the whole store: they can hold values from
          before the record was in {caller?.workspaces?.join(", ") ?? "your workspaces"}.
        </p>
      )}
      {caller?.is_audited === false && (
        <p className="muted">
          Changes made here, by <code>lineal set</code> and <code>promote</code>, and by the SDK's <code>update</code>{" "}
          and <code>promote</code> are recorded. What other clients write is recorded only while the server runs with{" "}
          <code>--audit</code>, which is off.
        </p>
      )}
    </>
  );
}

function Change({ entry }: { entry: Entry }) {
  const alias = aliasChangeOf(entry);
  return (
    <li>
      <div className="editor-row">
        <strong>{sayAction(entry)}</strong>
        <span>
          by <bdi>{entry.who}</bdi>
        </span>
        <Ago time={entry.time} exact />
        {entry.is_undoable && <UndoEntry entry={entry} />}
      </div>
      {alias ? <AliasChanged change={alias} /> : <ChangedFields entry={entry} />}
    </li>
  );
}

function ChangedFields({ entry }: { entry: Entry }) {
  return (
    <dl>
      {historyFields(entry).map(({ field, before, after, isTime }) => (
        <div key={field}>
          <dt title={field}>{fieldName(field)}</dt>
          <dd>
            {before !== undefined && (
              <del>
                <ChangedValue isTime={isTime} value={before} />
              </del>
            )}
            {before !== undefined && after !== undefined && " → "}
            {after !== undefined && (
              <ins>
                <ChangedValue isTime={isTime} value={after} />
              </ins>
            )}
            {after === undefined && <span className="muted"> removed</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Bring back what was there before a change; the server refuses that where it has changed again since. */
function UndoEntry({ entry }: { entry: Entry }) {
  const [isUndoing, setIsUndoing] = useState(false);
  const [why, setWhy] = useState<string>();
  const undo = async () => {
    setIsUndoing(true);
    setWhy(undefined);
    try {
      const path = { audit_id: entry.id };
      const record = await dataOf(api.POST("/api/v1/audit/{audit_id}/undo", { params: { path } }));
      refreshAfter([record as Node]);
      offerUndo("The change was undone", []);
    } catch (error) {
      setWhy(Problem.from(error).detail);
    }
    setIsUndoing(false);
  };
  return (
    <>
      <Button loading={isUndoing} onClick={() => void undo()} aria-label={`Undo: ${sayAction(entry)}`}>
        Undo
      </Button>
      {why && (
        <span className="editor-mistake" role="alert">
          {why}
        </span>
      )}
    </>
  );
}
