// A list of records: filter, facets, rows, preview. All of its state is in the address.

import { Button } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconArrowsDiff, IconBinaryTree, IconCopy, IconX } from "@tabler/icons-react";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { columnsOf, listingOf } from "../api/asks";
import { isCounted, useListing, useTotal, useTotals } from "../api/listing";
import { type ListKind, pageOf, type Row } from "../api/shapes";
import { joinList, type ListSearch, splitList } from "../app/search";
import { useTitle } from "../app/useTitle";
import { FilterBox } from "../filter/FilterBox";
import { choose, onlyType } from "../filter/write";
import { Incomplete } from "../state/Notes";
import { Failed, Loading } from "../state/States";
import { formatCount } from "../values/numbers";
import { ColumnsMenu } from "./ColumnsMenu";
import { sortAfter } from "./columns";
import { ExportMenu } from "./ExportMenu";
import { Facets } from "./Facets";
import { rememberColumns } from "./memory";
import { EmptyStore, NoMatch } from "./Nothing";
import { Preview } from "./Preview";
import { RecordTable } from "./RecordTable";
import { Refresh } from "./Refresh";
import { ViewsMenu } from "./ViewsMenu";

const TITLES: Readonly<Record<ListKind, string>> = {
  artifacts: "Artifacts",
  executions: "Executions",
  runs: "Runs",
  workspaces: "Workspaces",
};

export function ListPage({ kind }: { kind: ListKind }) {
  useTitle(TITLES[kind]);
  const search = useSearch({ strict: false }) as ListSearch;
  const navigate = useNavigate();
  const change = useCallback(
    (changes: ListSearch, replace = false) =>
      void navigate({
        to: ".",
        search: ((old: ListSearch) => ({ ...old, ...changes })) as never,
        replace,
        resetScroll: false,
      }),
    [navigate],
  );
  const filter = search.filter ?? "";
  const type = onlyType(filter);
  const columns = useMemo(
    () => columnsOf(kind, { columns: search.columns, filter: search.filter }),
    [search.columns, search.filter, kind],
  );
  /** Another filter; columns are kept per type, so that another type has its own. */
  const setFilter = (next: string, others: ListSearch = {}) =>
    change({
      ...others,
      filter: next || undefined,
      ...(onlyType(next) !== type && { columns: undefined }),
    });
  const asked = listingOf(kind, search);
  const listing = useListing(asked);
  const counted = useTotal(asked);
  const hasFacets = isCounted(kind);
  const totals = useTotals();
  const selected = useMemo(() => new Set(splitList(search.selected)), [search.selected]);
  const records = useMemo(() => listing.data?.pages.flatMap((page) => page.rows) ?? [], [listing.data]);
  // Where the server does not count, the end of the list tells.
  const loadedTotal = listing.data && !listing.hasNextPage ? records.length : undefined;
  const complete = counted?.complete !== false && !listing.data?.pages.some((page) => !page.complete);
  const preview = records.find(({ id }) => id === search.preview);
  useHotkeys([["f", () => document.getElementById("filter")?.focus()]]);

  const setColumns = (keys: readonly string[]) => {
    rememberColumns(kind, type, keys);
    change({ columns: joinList(keys), ...(search.sort && { sort: sortAfter(search.sort, keys) }) }, true);
  };
  const open = (row: Row) => void navigate({ to: pageOf(row), params: { id: row.id } });
  const graph = (row: Row) => void navigate({ to: "/lineage", search: { focus: row.key } });
  const compare = () => {
    if (selected.size > 1)
      void navigate({ to: "/compare", search: { ids: [...selected].map((id) => `a${id}`).join(",") } });
  };
  if (kind === "artifacts" && totals.data?.artifacts === 0 && totals.data.executions === 0) return <EmptyStore />;
  return (
    <div className={`list-page ${preview ? "with-preview" : ""} ${hasFacets ? "" : "no-facets"}`}>
      <h1 className="sr-only">{TITLES[kind]}</h1>
      <div className="list-tools">
        <FilterBox
          kind={kind}
          filter={filter}
          raw={search.fx}
          problem={listing.error}
          onFilter={(next) => setFilter(next, { fx: undefined, preview: undefined })}
          onRaw={(next) => change({ fx: next || undefined, filter: undefined, preview: undefined })}
        />
        <ViewsMenu kind={kind} />
        <ColumnsMenu kind={kind} filter={filter} query={search.fx} columns={columns} onColumns={setColumns} />
        {kind !== "runs" && <ExportMenu {...asked} />}
      </div>
      {hasFacets && <Facets kind={kind} filter={filter} query={search.fx} onFilter={setFilter} />}
      <section className="list-main" aria-label={TITLES[kind]}>
        <div className="list-status" aria-live="polite">
          <StatusLine
            kind={kind}
            shown={records.length}
            total={counted?.count ?? loadedTotal}
            exact={counted?.exact ?? true}
            complete={complete}
          />
          <Refresh />
          {selected.size > 0 && (
            <Selection
              kind={kind}
              selected={selected}
              onCompare={compare}
              onGraph={() => void navigate({ to: "/lineage", search: lineageOf(kind, selected) })}
              onClear={() => change({ selected: undefined }, true)}
            />
          )}
        </div>
        {listing.isPending && <Loading rows={14} label="Loading the list" />}
        {listing.error && records.length === 0 && <Failed error={listing.error} retry={() => void listing.refetch()} />}
        {listing.isSuccess && records.length === 0 && (
          <NoMatch kind={kind} filter={filter} onFilter={(next) => setFilter(next, { fx: undefined })} />
        )}
        {records.length > 0 && (
          <RecordTable
            kind={kind}
            place={JSON.stringify([kind, filter, search.fx, search.sort])}
            records={records}
            columns={columns}
            total={counted?.exact ? counted.count : undefined}
            sort={search.sort ?? "-created"}
            selected={selected}
            preview={search.preview}
            hasMore={listing.hasNextPage && !listing.isFetchingNextPage}
            onMore={() => void listing.fetchNextPage()}
            onSort={(sort) => change({ sort }, true)}
            onSelect={(ids) => change({ selected: joinList(ids) }, true)}
            onPreview={(id) => kind !== "runs" && change({ preview: id }, true)}
            onOpen={open}
            {...(kind === "artifacts" || kind === "executions" ? { onGraph: graph } : {})}
            onCompare={compare}
            onChoose={(key, value, negated) => setFilter(choose(filter, key, value, negated ? "not" : "only"))}
          />
        )}
      </section>
      {preview && <Preview row={preview} onClose={() => change({ preview: undefined }, true)} />}
    </div>
  );
}

function lineageOf(kind: ListKind, selected: ReadonlySet<string>): { focus: string; show?: string } {
  const letter = kind === "executions" ? "e" : "a";
  const [first, ...others] = [...selected].map((id) => letter + id);
  return { focus: first as string, ...(others.length && { show: others.join(",") }) };
}

interface StatusProps {
  readonly kind: ListKind;
  readonly shown: number;
  readonly total: number | undefined;
  readonly exact: boolean;
  readonly complete: boolean;
}

function StatusLine(props: StatusProps) {
  if (props.total === undefined) return <span className="muted">&nbsp;{!props.complete && <Incomplete />}</span>;
  const noun = props.total === 1 ? props.kind.slice(0, -1) : props.kind;
  return (
    <span>
      <strong>{`${formatCount(props.total)}${props.exact ? "" : "+"}`}</strong> {noun}
      {props.shown > 0 && props.shown < props.total && (
        <span className="muted"> · {formatCount(props.shown)} loaded, scroll for more</span>
      )}
      {!props.complete && <Incomplete />}
    </span>
  );
}

interface SelectionProps {
  readonly kind: ListKind;
  readonly selected: ReadonlySet<string>;
  readonly onCompare: () => void;
  readonly onGraph: () => void;
  readonly onClear: () => void;
}

function Selection({ kind, selected, onCompare, onGraph, onClear }: SelectionProps) {
  const hasGraph = kind === "artifacts" || kind === "executions";
  return (
    <span className="selection">
      <strong>{selected.size} selected</strong>
      {kind === "artifacts" && (
        <Button
          leftSection={<IconArrowsDiff size={14} />}
          onClick={onCompare}
          disabled={selected.size < 2 || selected.size > 20}
          title={selected.size > 20 ? "At most 20 can be compared" : "Key: c"}
        >
          Compare
        </Button>
      )}
      {hasGraph && (
        <Button leftSection={<IconBinaryTree size={14} />} onClick={onGraph}>
          Lineage
        </Button>
      )}
      <Button
        leftSection={<IconCopy size={14} />}
        onClick={() => void navigator.clipboard.writeText([...selected].join(","))}
      >
        Copy ids
      </Button>
      <Button variant="subtle" leftSection={<IconX size={14} />} onClick={onClear}>
        Clear
      </Button>
    </span>
  );
}
