// One artifact: what it is, what it was made from, who uses it, how it fares.

import { Tabs } from "@mantine/core";
import { IconArrowsDiff, IconBinaryTree } from "@tabler/icons-react";
import { Link, useParams } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useNode, useVersions } from "../api/details";
import { type Node, titleOf } from "../api/shapes";
import { LinkButton } from "../app/LinkButton";
import { loadPart } from "../app/loadPart";
import { useTab } from "../app/useTab";
import { useTitle } from "../app/useTitle";
import { hasColumns, LateColumns } from "../columns/LateColumns";
import { RecordCurves } from "../curves/RecordCurves";
import { LateHistory } from "../edit/LateHistory";
import { LateFiles, namesFiles } from "../files/LateFiles";
import { LateFacets, withoutSaid } from "../openlineage/LateFacets";
import { Loaded, Loading } from "../state/States";
import { formatCount } from "../values/numbers";
import { PropertyList } from "../values/PropertyList";
import { RawJson } from "../values/RawJson";
import { RecordHeader } from "../values/RecordHeader";
import { Evaluations } from "./Evaluations";
import { EventList } from "./EventList";
import { Headline } from "./Headline";
import { LineageStrip } from "./LineageStrip";
import { MetaList } from "./MetaList";
import { isMetricsRecord, MetricsRecord } from "./MetricsRecord";

const Versions = lazy(() => loadPart(() => import("./Versions")));

export function ArtifactPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const node = useNode("artifacts", id);
  useTitle(node.data && titleOf(node.data));
  return (
    <Loaded query={node} rows={10} key={id}>
      {(artifact) => <Artifact artifact={artifact} />}
    </Loaded>
  );
}

function Artifact({ artifact }: { artifact: Node }) {
  const tab = useTab("properties");
  const versions = useVersions(artifact.id, artifact.headline);
  const keys = versions.data?.items.map(({ key }) => key) ?? [];
  return (
    <article className="record-page">
      <RecordHeader record={artifact}>
        <Ways artifact={artifact} versions={keys} />
      </RecordHeader>
      {isMetricsRecord(artifact) ? (
        <MetricsRecord artifact={artifact} />
      ) : (
        <Headline artifact={artifact} versions={versions.data?.items ?? []} />
      )}
      <LineageStrip artifact={artifact} />
      <Tabs {...tab} keepMounted={false}>
        <TabNames artifact={artifact} versions={versions.data?.total} />
        <Tabs.Panel value="properties">
          <MetaList node={artifact} />
          <PropertyList record={withoutSaid(artifact)} />
          <LateFacets record={artifact} />
        </Tabs.Panel>
        <Tabs.Panel value="columns">
          <LateColumns id={artifact.id} />
        </Tabs.Panel>
        <Tabs.Panel value="metrics">
          <RecordCurves record={artifact} />
          <Evaluations artifact={artifact} />
        </Tabs.Panel>
        <Tabs.Panel value="versions">
          <Suspense fallback={<Loading rows={6} />}>
            <Versions id={artifact.id} type={artifact.type} />
          </Suspense>
        </Tabs.Panel>
        <Tabs.Panel value="events">
          <EventList kind="artifacts" id={artifact.id} />
        </Tabs.Panel>
        <Tabs.Panel value="files">
          <LateFiles record={artifact} />
        </Tabs.Panel>
        <Tabs.Panel value="history">
          <LateHistory record={artifact} />
        </Tabs.Panel>
        <Tabs.Panel value="raw">
          <RawJson record={artifact} />
        </Tabs.Panel>
      </Tabs>
    </article>
  );
}

function TabNames({ artifact, versions }: { artifact: Node; versions: number | undefined }) {
  return (
    <Tabs.List>
      <Tabs.Tab value="properties">Properties</Tabs.Tab>
      {hasColumns(artifact) && <Tabs.Tab value="columns">Columns</Tabs.Tab>}
      <Tabs.Tab value="metrics">Metrics</Tabs.Tab>
      <Tabs.Tab value="versions">
        Versions {versions !== undefined && <span className="count">{formatCount(versions)}</span>}
      </Tabs.Tab>
      <Tabs.Tab value="events">
        Events <span className="count">{artifact.inputs + artifact.outputs}</span>
      </Tabs.Tab>
      {namesFiles(artifact) && <Tabs.Tab value="files">Files</Tabs.Tab>}
      <Tabs.Tab value="history">History</Tabs.Tab>
      <Tabs.Tab value="raw">JSON</Tabs.Tab>
    </Tabs.List>
  );
}

/** How many of the latest versions are compared by one click. */
const LATEST = 3;

/** Where to go from an artifact. */
function Ways({ artifact, versions }: { artifact: Node; versions: readonly string[] }) {
  const compared = versions.slice(0, LATEST);
  return (
    <>
      <LinkButton
        to="/lineage"
        search={{ focus: artifact.key }}
        variant="filled"
        size="xs"
        leftSection={<IconBinaryTree size={16} />}
      >
        Lineage
      </LinkButton>
      <Link to="/lineage" search={{ focus: artifact.key, up: "all", down: "0" }}>
        Full ancestry
      </Link>
      <Link to="/lineage" search={{ focus: artifact.key, up: "0", down: "all" }}>
        Impact
      </Link>
      {compared.length > 1 && (
        <Link to="/compare" search={{ ids: compared.join(",") }}>
          <IconArrowsDiff size={14} aria-hidden />{" "}
          {compared.length === LATEST ? "Compare the latest three" : "Compare both versions"}
        </Link>
      )}
    </>
  );
}
