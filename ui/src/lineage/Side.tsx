// Beside the graph: the record that is selected, or the members of the stack that is.

import { ActionIcon, Button, TextInput } from "@mantine/core";
import { IconX } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useMemo, useRef, useState } from "react";
import { useNode } from "../api/details";
import { LinkButton } from "../app/LinkButton";
import { MetaList } from "../artifact/MetaList";
import { FoldedEnvironment } from "../environment/EnvironmentSection";
import { withoutEnvironment } from "../environment/environment";
import { Loaded } from "../state/States";
import { Ago } from "../values/Ago";
import { FailureBrief } from "../values/Failure";
import { Labels } from "../values/Labels";
import { Name } from "../values/Name";
import { formatCount } from "../values/numbers";
import { PropertyList } from "../values/PropertyList";
import { RecordIcon, StateBadge } from "../values/RecordIcon";
import type { GraphNode } from "./graph";
import { stateCounts } from "./stacks";

interface SideProps {
  readonly node: GraphNode;
  readonly onClose: () => void;
  readonly onPull: (key: string) => void;
  readonly onFocus: (key: string) => void;
  readonly onIsolate: (key: string) => void;
  readonly onHide: (key: string) => void;
}

export function Side(props: SideProps) {
  const { node, onClose } = props;
  return (
    <aside className="lineage-side" aria-label="Details of the selection">
      <header>
        <RecordIcon
          type={node.type}
          kind={node.kind === "stack" ? (node.members?.[0]?.kind ?? "") : node.kind}
          size={20}
        />
        <h2>
          <Name name={node.name} fallback={node.key} />
        </h2>
        <ActionIcon aria-label="Close the details" onClick={onClose}>
          <IconX size={16} />
        </ActionIcon>
      </header>
      {node.members ? <Members members={node.members} onPull={props.onPull} /> : <Details {...props} />}
    </aside>
  );
}

function Details({ node, onFocus, onIsolate, onHide }: SideProps) {
  const kind = node.kind === "execution" ? "executions" : "artifacts";
  const record = useNode(kind, node.id);
  return (
    <>
      <p className="facts">
        {node.version && <Name name={node.version} most={30} />}
        {node.state && <StateBadge state={node.state} />}
        <Ago time={node.created} />
        <span className="mono muted">{node.key}</span>
      </p>
      {node.failure && <FailureBrief failure={node.failure} />}
      <p className="chips">
        <LinkButton to={kind === "executions" ? "/executions/$id" : "/artifacts/$id"} params={{ id: node.id }}>
          Open
        </LinkButton>
        <Button onClick={() => onFocus(node.key)}>Focus</Button>
        <Button onClick={() => onIsolate(node.key)} title="Key: i">
          Isolate
        </Button>
        <Button onClick={() => onHide(node.key)} title="Key: h">
          Hide
        </Button>
      </p>
      <Loaded query={record} rows={4}>
        {(loaded) => (
          <>
            {Object.keys(loaded.labels).length > 0 && <Labels labels={loaded.labels} />}
            <MetaList node={loaded} />
            <PropertyList record={withoutEnvironment(loaded)} />
            <FoldedEnvironment execution={loaded} />
          </>
        )}
      </Loaded>
    </>
  );
}

const ROW = 40;

function Members({ members, onPull }: { members: readonly GraphNode[]; onPull: (key: string) => void }) {
  const [text, setText] = useState("");
  const scroller = useRef<HTMLDivElement>(null);
  const shown = useMemo(() => {
    const lower = text.toLowerCase();
    return members
      .filter(({ name, key, state, version }) => `${name} ${key} ${state} ${version}`.toLowerCase().includes(lower))
      .sort((left, right) => (right.created ?? 0) - (left.created ?? 0));
  }, [members, text]);
  const rows = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
  });
  const states = stateCounts(members).map(([state, count]) => `${count} ${state.toLowerCase()}`);
  return (
    <>
      <p className="muted">
        {formatCount(shown.length)} of {formatCount(members.length)} {states.length > 0 && `· ${states.join(" · ")}`}
      </p>
      <TextInput
        aria-label="Search the stack"
        placeholder="Search by name, state, version"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      <div className="stack-list" ref={scroller}>
        <ul style={{ height: rows.getTotalSize(), position: "relative" }}>
          {rows.getVirtualItems().map(({ index, start }) => {
            const member = shown[index] as GraphNode;
            return (
              <li key={member.key} className="stack-row" style={{ transform: `translateY(${start}px)` }}>
                <button
                  type="button"
                  className="link-button"
                  onClick={() => onPull(member.key)}
                  title="Draw it by itself"
                >
                  <bdi>{member.name || member.key}</bdi> <span className="muted">{member.version ?? member.key}</span>
                </button>
                <StateBadge state={member.state} />
              </li>
            );
          })}
        </ul>
      </div>
    </>
  );
}
