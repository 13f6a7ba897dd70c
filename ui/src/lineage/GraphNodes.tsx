// The three kinds of nodes on the canvas: artifact card, execution pill, stack.

import { IconMinus, IconStack2 } from "@tabler/icons-react";
import { Handle, type Node, type NodeProps, Position } from "@xyflow/react";
import { memo } from "react";
import { sayFailure } from "../values/Failure";
import { typeName } from "../values/humanNames";
import { formatNumber } from "../values/numbers";
import { RecordIcon } from "../values/RecordIcon";
import { formatDuration } from "../values/times";
import type { Direction, GraphNode } from "./graph";
import { type Label, wholeName } from "./labels";
import { colourOf, reasonOf, shortEvidence, stateMark, wholeEvidence } from "./looks";
import { stateCounts } from "./stacks";

export interface NodeData extends Record<string, unknown> {
  readonly node: GraphNode;
  readonly label: Label;
  readonly hiddenUp: number;
  readonly hiddenDown: number;
  readonly canFoldUp: boolean;
  readonly canFoldDown: boolean;
  readonly actions: NodeActions;
}

export interface NodeActions {
  readonly expand: (key: string, direction: Direction, all: boolean) => void;
  readonly fold: (key: string, direction: Direction) => void;
}

export type FlowNode = Node<NodeData>;

const ArtifactNode = memo(({ data }: NodeProps<FlowNode>) => {
  const { node, label } = data;
  return (
    <Frame data={data} className={`gnode gnode-card tone-${colourOf(node)} ${node.ghost ? "gnode-ghost" : ""}`}>
      <RecordIcon type={node.type} kind="artifact" size={20} />
      <span className="gnode-text">
        <Lines label={label} />
        <span className="gnode-facts">
          {label.version && <bdi className="gnode-version">{label.version}</bdi>}
          <bdi className="gnode-rest">{[typeName(node.type), stateWord(node)].filter(Boolean).join(" · ")}</bdi>
          {node.aliases?.map((alias) => (
            <bdi className="gnode-alias" key={alias}>
              {alias}
            </bdi>
          ))}
          {node.figure && (
            <span className="gnode-figure" title={`${node.figure.name} = ${node.figure.value}`}>
              {formatNumber(node.figure.value)}
            </span>
          )}
          <Chosen node={node} />
        </span>
      </span>
    </Frame>
  );
});

const ExecutionNode = memo(({ data }: NodeProps<FlowNode>) => {
  const { node, label } = data;
  const reason = reasonOf(node);
  return (
    <Frame data={data} className={`gnode gnode-pill state-${(node.state ?? "unknown").toLowerCase()}`}>
      <span className="gnode-mark" role="img" aria-label={stateWord(node) ?? "state unknown"}>
        {stateMark(node.state)}
      </span>
      <span className="gnode-text">
        <Lines label={label} />
        <span className="gnode-facts">
          {node.duration !== undefined && <span className="gnode-version">{formatDuration(node.duration)}</span>}
          {reason && <bdi className="gnode-rest gnode-reason">{reason}</bdi>}
          <Chosen node={node} />
        </span>
      </span>
    </Frame>
  );
});

/** The label or parameter of choice, and the commit or digest. */
function Chosen({ node }: { node: GraphNode }) {
  const evidence = shortEvidence(node);
  return (
    <>
      {node.label && (
        <bdi className="gnode-figure" title={node.label}>
          {node.label}
        </bdi>
      )}
      {evidence && (
        <code className="gnode-evidence" title={wholeEvidence(node)}>
          {evidence}
        </code>
      )}
    </>
  );
}

const StackNode = memo(({ data }: NodeProps<FlowNode>) => {
  const { node, label } = data;
  const members = node.members ?? [];
  const states = stateCounts(members);
  // A card has room for the words of one state; of several the marks tell, and their words on hover.
  const counts = states.map(([state, count]) => `${count} ${stateMark(state)}`).join(" · ");
  const words = states.map(([state, count]) => `${count} ${state.toLowerCase()}`).join(", ");
  return (
    <Frame data={data} className={`gnode gnode-card gnode-stack tone-${colourOf(node)}`}>
      <IconStack2 size={20} aria-hidden className="record-icon" />
      <span className="gnode-text">
        <Lines label={label} />
        <span className="gnode-facts" title={words}>
          <span className="gnode-rest">{(states.length > 1 ? counts : words) || typeName(node.type)}</span>
        </span>
      </span>
    </Frame>
  );
});

/** A name in lines. What is cut is whole beside the node while that is pointed at or selected. */
function Lines({ label }: { label: Label }) {
  return (
    <bdi className="gnode-name">
      {label.lines.map((line, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines of one name never move
        <span className="gnode-line" key={at}>
          {line}
        </span>
      ))}
    </bdi>
  );
}

function stateWord({ state }: GraphNode): string | undefined {
  return state?.toLowerCase().replaceAll("_", " ");
}

export const NODE_TYPES = { artifact: ArtifactNode, execution: ExecutionNode, stack: StackNode };

function Frame({ data, className, children }: { data: NodeData; className: string; children: React.ReactNode }) {
  const { node } = data;
  return (
    <div className={className} id={`node-${node.key}`} title={titleOf(node)}>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <Edge data={data} direction="up" />
      {children}
      {(data.label.isCut || data.label.version !== (node.version ?? "")) && (
        <bdi className="gnode-whole" aria-hidden>
          {[wholeName(node), node.version].filter(Boolean).join(" · ")}
        </bdi>
      )}
      <Edge data={data} direction="down" />
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </div>
  );
}

function titleOf(node: GraphNode): string {
  if (node.members) return `${node.name}\n${node.members.length} of ${node.type}: open to search them`;
  const failure = node.failure && sayFailure(node.failure);
  const name = `${node.name || node.key}${node.version ? ` ${node.version}` : ""}`;
  return [name, `${node.type} · id ${node.id}`, wholeEvidence(node), failure].filter(Boolean).join("\n");
}

/** At an edge of a node: how many neighbours are not shown, or the way to fold those that it brought. */
function Edge({ data, direction }: { data: NodeData; direction: Direction }) {
  const hidden = direction === "up" ? data.hiddenUp : data.hiddenDown;
  const canFold = direction === "up" ? data.canFoldUp : data.canFoldDown;
  const word = direction === "up" ? "inputs" : "outputs";
  if (hidden > 0) {
    return (
      <button
        type="button"
        tabIndex={-1}
        className={`gnode-more gnode-${direction} nodrag nopan`}
        aria-label={`Show ${hidden} more ${word} of ${data.node.name || data.node.key}`}
        title="One generation; with Shift all"
        onClick={(event) => {
          event.stopPropagation();
          data.actions.expand(data.node.key, direction, event.shiftKey);
        }}
      >
        +{hidden}
      </button>
    );
  }
  if (!canFold) return null;
  return (
    <button
      type="button"
      tabIndex={-1}
      className={`gnode-more gnode-${direction} nodrag nopan`}
      aria-label={`Fold the ${word} of ${data.node.name || data.node.key}`}
      onClick={(event) => {
        event.stopPropagation();
        data.actions.fold(data.node.key, direction);
      }}
    >
      <IconMinus size={12} />
    </button>
  );
}
