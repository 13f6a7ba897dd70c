// A list of records: filter, facets, rows, preview. All of its state is in the address (useList.ts).

import { useHotkeys } from "@mantine/hooks";
import { isCounted } from "../api/listing";
import type { ListKind } from "../api/shapes";
import { joinList } from "../app/search";
import { useTitle } from "../app/useTitle";
import { FilterBox } from "../filter/FilterBox";
import { Failed, Loading } from "../state/States";
import { ColumnsMenu } from "./ColumnsMenu";
import { ExportMenu } from "./ExportMenu";
import { Facets } from "./Facets";
import { ListStatus } from "./ListStatus";
import { EmptyStore, NoMatch } from "./Nothing";
import { Preview } from "./Preview";
import { RecordTable } from "./RecordTable";
import { type List, useList, useWays } from "./useList";
import { ViewsMenu } from "./ViewsMenu";

const TITLES: Readonly<Record<ListKind, string>> = {
  artifacts: "Artifacts",
  executions: "Executions",
  runs: "Runs",
  workspaces: "Workspaces",
};

export function ListPage({ kind }: { kind: ListKind }) {
  useTitle(TITLES[kind]);
  const list = useList(kind);
  const { search, filter, preview } = list;
  const hasFacets = isCounted(kind);
  useHotkeys([["f", () => document.getElementById("filter")?.focus()]]);
  if (list.isEmptyStore) return <EmptyStore />;
  return (
    <div className={`list-page ${preview ? "with-preview" : ""} ${hasFacets ? "" : "no-facets"}`}>
      <h1 className="sr-only">{TITLES[kind]}</h1>
      <ListTools list={list} />
      {hasFacets && (
        <Facets
          kind={kind}
          filter={filter}
          query={search.fx}
          unarchived={list.asked.unarchived}
          isKnown={list.isKnown}
          onEdit={list.edit}
        />
      )}
      <section className="list-main" aria-label={TITLES[kind]}>
        <ListStatus list={list} />
        <ListRows list={list} />
      </section>
      {preview && <Preview row={preview} onClose={() => list.change({ preview: undefined }, true)} />}
    </div>
  );
}

function ListTools({ list }: { list: List }) {
  const { kind, search, filter } = list;
  return (
    <div className="list-tools">
      <FilterBox
        kind={kind}
        filter={filter}
        raw={search.fx}
        problem={list.problem}
        onFilter={(next) => void list.setFilter(next, { fx: undefined, preview: undefined })}
        onRaw={(next) => list.change({ fx: next || undefined, filter: undefined, preview: undefined })}
      />
      <ViewsMenu kind={kind} />
      <ColumnsMenu
        kind={kind}
        filter={filter}
        query={search.fx}
        unarchived={list.asked.unarchived}
        columns={list.columns}
        onColumns={list.setColumns}
        onReset={list.resetColumns}
      />
      {kind !== "runs" && <ExportMenu {...list.asked} />}
    </div>
  );
}

/** The rows, or what is shown while there are none. */
function ListRows({ list }: { list: List }) {
  const { kind, filter, asked, hidden, listing, records } = list;
  return (
    <>
      {listing.isPending && <Loading rows={14} label="Loading the list" />}
      {listing.error && records.length === 0 && <NoRows list={list} />}
      {listing.isSuccess && records.length === 0 && (
        <NoMatch
          kind={kind}
          filter={filter}
          hidden={asked.unarchived ? hidden : 0}
          unknown={list.unknown}
          onShow={() => list.change({ archived: "shown" }, true)}
          onFilter={(next) => void list.setFilter(next, { fx: undefined })}
        />
      )}
      {records.length > 0 && <Rows list={list} />}
    </>
  );
}

/** Why there are no rows. A mistake in the filter is said by the filter's box, and nowhere else. */
function NoRows({ list }: { list: List }) {
  const { listing, problem } = list;
  if (problem === listing.error) return <p className="waiting muted">No rows: the filter has a mistake.</p>;
  return <Failed error={listing.error} retry={listing.refetch} />;
}

function Rows({ list }: { list: List }) {
  const { kind, search, filter, listing, counted, change } = list;
  const ways = useWays(list);
  return (
    <RecordTable
      kind={kind}
      place={JSON.stringify([kind, filter, search.fx, search.sort])}
      records={list.records}
      columns={list.shown}
      total={counted?.exact ? counted.count : undefined}
      sort={search.sort ?? "-created"}
      selected={list.selected}
      preview={search.preview}
      hasMore={listing.hasNextPage && !listing.isFetchingNextPage}
      onMore={() => void listing.fetchNextPage()}
      onSort={(sort) => change({ sort }, true)}
      onSelect={(ids) => change({ selected: joinList(ids) }, true)}
      onPreview={(id) => kind !== "runs" && change({ preview: id }, true)}
      onOpen={ways.open}
      {...(isCounted(kind) ? { onGraph: ways.graph } : {})}
      onCompare={ways.compare}
      onChoose={(key, value, negated) => list.edit({ choice: negated ? "not" : "only", terms: [[key, value]] })}
    />
  );
}
