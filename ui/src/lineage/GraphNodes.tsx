// The three kinds of nodes on the canvas: artifact card, execution pill, stack.

import { IconMinus, IconStack2 } from "@tabler/icons-react";
import { Handle, type Node, type NodeProps, Position } from "@xyflow/react";
import { memo } from "react";
import { cutMiddle, shortType } from "../values/names";
import { formatNumber } from "../values/numbers";
import { RecordIcon } from "../values/RecordIcon";
import { formatDuration } from "../values/times";
import type { Direction, GraphNode } from "./graph";
import { colourOf, stateMark } from "./looks";
import { stateCounts } from "./stacks";

export interface NodeData extends Record<string, unknown> {
  readonly node: GraphNode;
  readonly shortName: string;
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
  const { node } = data;
  const facts = [node.version && cutMiddle(node.version, 12), shortType(node.type), node.state?.toLowerCase()];
  return (
    <Frame data={data} className={`gnode gnode-card tone-${colourOf(node)} ${node.ghost ? "gnode-ghost" : ""}`}>
      <RecordIcon type={node.type} kind="artifact" size={20} />
      <span className="gnode-text">
        <bdi className="gnode-name">{node.ghost ? `${node.key}, not in the store` : data.shortName || node.key}</bdi>
        <span className="gnode-facts">
          <bdi>{facts.filter(Boolean).join(" · ")}</bdi>
          {node.figure && (
            <span className="gnode-figure" title={`${node.figure.name} = ${node.figure.value}`}>
              {formatNumber(node.figure.value)}
            </span>
          )}
          {node.label && <bdi className="gnode-figure">{cutMiddle(node.label, 12)}</bdi>}
        </span>
      </span>
    </Frame>
  );
});

const ExecutionNode = memo(({ data }: NodeProps<FlowNode>) => {
  const { node } = data;
  return (
    <Frame data={data} className={`gnode gnode-pill state-${(node.state ?? "unknown").toLowerCase()}`}>
      <span className="gnode-mark" role="img" aria-label={node.state?.toLowerCase() ?? "state unknown"}>
        {stateMark(node.state)}
      </span>
      <bdi className="gnode-name">{data.shortName || node.key}</bdi>
      {node.duration !== undefined && <span className="gnode-facts">{formatDuration(node.duration)}</span>}
    </Frame>
  );
});

const StackNode = memo(({ data }: NodeProps<FlowNode>) => {
  const { node } = data;
  const members = node.members ?? [];
  const states = stateCounts(members);
  // A card has room for the words of one state; of several the marks tell, and their words on hover.
  const counts = states.map(([state, count]) => `${count} ${stateMark(state)}`).join(" · ");
  const words = states.map(([state, count]) => `${count} ${state.toLowerCase()}`).join(", ");
  return (
    <Frame data={data} className={`gnode gnode-card gnode-stack tone-${colourOf(node)}`}>
      <IconStack2 size={20} aria-hidden className="record-icon" />
      <span className="gnode-text">
        <bdi className="gnode-name">{cutMiddle(node.name, 26)}</bdi>
        <span className="gnode-facts" title={words}>
          {(states.length > 1 ? counts : words) || shortType(node.type)}
        </span>
      </span>
    </Frame>
  );
});

export const NODE_TYPES = { artifact: ArtifactNode, execution: ExecutionNode, stack: StackNode };

function Frame({ data, className, children }: { data: NodeData; className: string; children: React.ReactNode }) {
  const { node } = data;
  return (
    <div className={className} id={`node-${node.key}`} title={titleOf(node)}>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <Edge data={data} direction="up" />
      {children}
      <Edge data={data} direction="down" />
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </div>
  );
}

function titleOf(node: GraphNode): string {
  if (node.members) return `${node.members.length} of ${node.type}: open to search them`;
  return `${node.name || node.key}${node.version ? ` ${node.version}` : ""}\n${node.type} · id ${node.id}`;
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
