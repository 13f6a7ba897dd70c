// The routes. Pages beyond the first view are loaded when they are first opened.

import { createRootRoute, createRoute, createRouter, redirect } from "@tanstack/react-router";
import { type ComponentType, lazy, Suspense } from "react";
import { executionOfRun } from "../api/mlflow";
import type { ListKind } from "../api/shapes";
import { ArtifactPage } from "../artifact/ArtifactPage";
import { ContextPage } from "../context/ContextPage";
import { RunPage } from "../context/RunPage";
import { ExecutionPage } from "../execution/ExecutionPage";
import { withFilter } from "../filter/where";
import { ListPage } from "../list/ListPage";
import { Loading } from "../state/States";
import { Broken } from "./Broken";
import { loadPart } from "./loadPart";
import { NotFound, Shell } from "./Shell";
import {
  AUDIT_NAMES,
  COMPARE_NAMES,
  HOME_NAMES,
  LINEAGE_NAMES,
  LIST_NAMES,
  type LineageSearch,
  type ListSearch,
  MONITOR_NAMES,
  parseSearch,
  pick,
  type RawSearch,
  RECORD_NAMES,
  stringifySearch,
} from "./search";
import { storedSearch } from "./shortLinks";

const HomePage = late(() => import("../home/HomePage"));
const LineagePage = late(() => import("../lineage/LineagePage"));
const ComparePage = late(() => import("../compare/ComparePage"));
const MonitorPage = late(() => import("../monitor/MonitorPage"));
const AuditPage = late(() => import("../audit/AuditPage"));
const TypesPage = late(() => import("../types/TypesPage"));

/** A page that is loaded when it is opened. Its boundary comes with it: one that was there before shows no loading. */
function late(load: () => Promise<{ default: ComponentType }>) {
  const Page = lazy(() => loadPart(load));
  return () => (
    <Suspense fallback={<Loading rows={10} label="Loading the page" />}>
      <Page />
    </Suspense>
  );
}

const root = createRootRoute({
  component: () => <Shell />,
  notFoundComponent: NotFound,
  errorComponent: (props) => (
    <Shell>
      <Broken {...props} />
    </Shell>
  ),
  beforeLoad: async ({ location }) => {
    const { v } = location.search as RawSearch;
    if (v)
      throw redirect({ to: location.pathname, search: parseSearch(await storedSearch(v)) as never, replace: true });
  },
});

const parent = { getParentRoute: () => root };

/** A link names keys and values; the server writes them as a filter before the list is shown. */
async function writeFilter({ search, location }: { search: ListSearch; location: { pathname: string } }) {
  if (search.where)
    throw redirect({ to: location.pathname, search: (await withFilter(search)) as never, replace: true });
}

const home = createRoute({
  ...parent,
  path: "/",
  validateSearch: pick(HOME_NAMES),
  // The list of artifacts was here once: links to it lead to where it is now.
  beforeLoad: ({ search }) => {
    const { span: _, ...listed } = search as RawSearch;
    if (Object.keys(listed).length > 0) throw redirect({ to: "/artifacts", search: listed, replace: true });
  },
  component: HomePage,
});

function listRoute<Path extends ListKind>(kind: Path) {
  return createRoute({
    ...parent,
    path: `/${kind}`,
    validateSearch: pick(LIST_NAMES),
    beforeLoad: writeFilter,
    component: () => <ListPage key={kind} kind={kind} />,
  });
}

const artifact = createRoute({
  ...parent,
  path: "/artifacts/$id",
  validateSearch: pick(RECORD_NAMES),
  component: ArtifactPage,
});
const execution = createRoute({
  ...parent,
  path: "/executions/$id",
  validateSearch: pick(RECORD_NAMES),
  component: ExecutionPage,
});
const run = createRoute({ ...parent, path: "/runs/$id", validateSearch: pick(RECORD_NAMES), component: RunPage });
const workspace = createRoute({
  ...parent,
  path: "/workspaces/$id",
  validateSearch: pick(RECORD_NAMES),
  component: ContextPage,
});

const lineage = createRoute({
  ...parent,
  path: "/lineage",
  validateSearch: (search: Record<string, unknown>) => pick(LINEAGE_NAMES)(search) as LineageSearch,
  component: LineagePage,
});
const compare = createRoute({
  ...parent,
  path: "/compare",
  validateSearch: pick(COMPARE_NAMES),
  component: ComparePage,
});
const monitor = createRoute({
  ...parent,
  path: "/monitor",
  validateSearch: pick(MONITOR_NAMES),
  component: MonitorPage,
});
const audit = createRoute({ ...parent, path: "/audit", validateSearch: pick(AUDIT_NAMES), component: AuditPage });
const types = createRoute({ ...parent, path: "/types", component: TypesPage });

// Addresses of the original Artifact Store: artifact_types/TYPE/artifacts/ID and the like.
const oldArtifact = createRoute({
  ...parent,
  path: "/artifact_types/$type/artifacts/$id",
  beforeLoad: ({ params }) => {
    throw redirect({ to: "/artifacts/$id", params: { id: params.id } });
  },
});
const oldExecution = createRoute({
  ...parent,
  path: "/execution_types/$type/executions/$id",
  beforeLoad: ({ params }) => {
    throw redirect({ to: "/executions/$id", params: { id: params.id } });
  },
});

// Addresses that MLflow's clients print: experiments/ID/runs/ID. The experiment with the id 0 has another id here.
const mlflowRun = createRoute({
  ...parent,
  path: "/experiments/$experiment/runs/$run",
  beforeLoad: async ({ params: { run } }) => {
    const id = await executionOfRun(run);
    if (id) throw redirect({ to: "/executions/$id", params: { id }, replace: true });
    throw redirect({ to: "/executions", search: { filter: `prop.run_id=${run}` }, replace: true });
  },
});
const mlflowExperiment = createRoute({
  ...parent,
  path: "/experiments/$experiment",
  beforeLoad: ({ params: { experiment } }) => {
    const filter = experiment === "0" ? "type=mlflow.Run" : `type=mlflow.Run prop.experiment_id=${experiment}`;
    throw redirect({ to: "/executions", search: { filter }, replace: true });
  },
});

const routeTree = root.addChildren([
  home,
  listRoute("artifacts"),
  listRoute("executions"),
  listRoute("runs"),
  listRoute("workspaces"),
  artifact,
  execution,
  run,
  workspace,
  lineage,
  compare,
  monitor,
  types,
  audit,
  oldArtifact,
  oldExecution,
  mlflowRun,
  mlflowExperiment,
]);

/** The path that the web UI lies under, with a slash at the end: the server writes it into the base element of index.html. */
export function basePath(): string {
  return new URL(".", document.baseURI).pathname;
}

export const router = createRouter({
  routeTree,
  basepath: basePath(),
  parseSearch,
  stringifySearch,
  defaultErrorComponent: Broken,
  scrollRestoration: true,
  defaultPendingMinMs: 0,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
