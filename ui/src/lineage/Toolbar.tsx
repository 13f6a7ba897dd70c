// What can be asked of the lineage: generations, whole ancestry, impact, time, what is folded, graph or table.

import { Button, Menu, Popover, SegmentedControl, Switch, TextInput } from "@mantine/core";
import { IconAdjustments, IconArrowsMaximize, IconClockHour4 } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { FIGURES } from "../api/asks";
import { titleOf } from "../api/shapes";
import { joinList, type LineageSearch, splitList } from "../app/search";
import { RecordIcon } from "../values/RecordIcon";
import type { GraphNode } from "./graph";

interface ToolbarProps {
  readonly search: LineageSearch;
  readonly focus: GraphNode | undefined;
  readonly change: (changes: LineageSearch) => void;
  /** Shows the whole graph. */
  readonly onFit: () => void;
  readonly children?: ReactNode;
}

export function Toolbar({ search, focus, change, onFit, children }: ToolbarProps) {
  return (
    <div className="lineage-tools" role="toolbar" aria-label="Lineage">
      <h1 className="lineage-focus" title={focus?.name}>
        {focus ? <RecordIcon type={focus.type} kind={focus.kind} /> : null}
        <bdi>{focus ? titleOf({ name: focus.name, uri: focus.uri ?? null, id: focus.id }) : "Lineage"}</bdi>
      </h1>
      <Generations search={search} side="up" change={change} />
      <Generations search={search} side="down" change={change} />
      <Button onClick={() => change({ up: "all", down: "0", more: undefined })}>Full ancestry</Button>
      <Button onClick={() => change({ up: "0", down: "all", more: undefined })}>Impact</Button>
      <Time search={search} change={change} />
      <Looks search={search} change={change} />
      <span className="spacer" />
      {search.view !== "table" && (
        <Button leftSection={<IconArrowsMaximize size={14} />} onClick={onFit} title="The whole graph. Key: 0">
          Fit
        </Button>
      )}
      {children}
      <SegmentedControl
        size="xs"
        aria-label="How to show the lineage"
        data={[
          { value: "graph", label: "Graph" },
          { value: "table", label: "Table" },
        ]}
        value={search.view ?? "graph"}
        onChange={(view) => change({ view: view === "table" ? "table" : undefined })}
      />
    </div>
  );
}

const DEPTHS = ["0", "1", "2", "3", "5", "all"];

function Generations({ search, side, change }: Pick<ToolbarProps, "search" | "change"> & { side: "up" | "down" }) {
  const depth = search[side] ?? "1";
  const word = side === "up" ? "Up" : "Down";
  return (
    <Menu>
      <Menu.Target>
        <Button aria-label={`Generations ${side}: ${depth}`}>
          {word} {depth}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {DEPTHS.map((value) => (
          <Menu.Item key={value} onClick={() => change({ [side]: value })}>
            {value === "all" ? "all generations" : `${value} ${value === "1" ? "generation" : "generations"}`}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Time({ search, change }: Pick<ToolbarProps, "search" | "change">) {
  return (
    <Popover trapFocus>
      <Popover.Target>
        <Button variant={search.asof || search.since ? "light" : "default"} leftSection={<IconClockHour4 size={14} />}>
          As of
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <TextInput
          type="datetime-local"
          label="As it was known at"
          description="Later events are left out. Deleted records are not shown."
          value={toLocal(search.asof)}
          onChange={(event) => change({ asof: fromLocal(event.currentTarget.value) })}
        />
        <TextInput
          type="datetime-local"
          label="Only what came since"
          value={toLocal(search.since)}
          onChange={(event) => change({ since: fromLocal(event.currentTarget.value) })}
        />
        <Button mt={8} onClick={() => change({ asof: undefined, since: undefined })}>
          All times
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}

const MINUTE = 60_000;

/** Milliseconds as the text of a datetime-local field, which knows no time zone. */
function toLocal(text: string | undefined): string {
  if (!text) return "";
  const time = Number(text);
  const offset = new Date(time).getTimezoneOffset() * MINUTE;
  return new Date(time - offset).toISOString().slice(0, 16);
}

function fromLocal(text: string): string | undefined {
  const time = new Date(text).getTime();
  return Number.isNaN(time) ? undefined : String(time);
}

function Looks({ search, change }: Pick<ToolbarProps, "search" | "change">) {
  return (
    <Popover trapFocus>
      <Popover.Target>
        <Button leftSection={<IconAdjustments size={14} />}>Show</Button>
      </Popover.Target>
      <Popover.Dropdown>
        <div className="columns-menu">
          <Switch
            size="xs"
            label="Artifacts only"
            description="Executions become edges"
            checked={search.fold === "executions"}
            onChange={(event) => change({ fold: event.currentTarget.checked ? "executions" : undefined })}
          />
          <Switch
            size="xs"
            label="Merge versions"
            description="One node for all versions of a name, and for its executions"
            checked={search.merge === "versions"}
            onChange={(event) => change({ merge: event.currentTarget.checked ? "versions" : undefined })}
          />
          <EventSwitch
            search={search}
            change={change}
            word="internal"
            label="Internal events"
            description="Dotted: caches, retries and the like"
          />
          <EventSwitch
            search={search}
            change={change}
            word="-declared"
            label="Declared events"
            description="Dashed: announced, not recorded"
          />
          <OnNodes search={search} change={change} />
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

/** What the nodes show of their own. */
function OnNodes({ search, change }: Pick<ToolbarProps, "search" | "change">) {
  const shown = splitList(search.figure);
  const setColumn = (column: string) =>
    change({ figure: joinList([...shown.filter((item) => FIGURES.includes(item)), ...(column ? [column] : [])]) });
  return (
    <>
      <FigureSwitch search={search} change={change} word="aliases" label="Aliases on the nodes" />
      <FigureSwitch
        search={search}
        change={change}
        word="headline"
        label="Headline metric on the nodes"
        description="The metric that stands for the models"
      />
      <FigureSwitch
        search={search}
        change={change}
        word="evidence"
        label="Commit and digest on the nodes"
        description="Which code an execution ran, which bytes an artifact has"
      />
      <TextInput
        label="Metric, label or parameter on the nodes"
        placeholder="metric.auc, label.team or param.depth"
        defaultValue={shown.filter((item) => !FIGURES.includes(item)).join(", ")}
        onBlur={(event) => setColumn(event.currentTarget.value.trim())}
        onKeyDown={(event) => event.key === "Enter" && event.currentTarget.blur()}
      />
    </>
  );
}

interface FigureSwitchProps extends Pick<ToolbarProps, "search" | "change"> {
  readonly word: string;
  readonly label: string;
  readonly description?: string;
}

/** Whether the nodes show something of their own. */
function FigureSwitch({ search, change, word, label, description }: FigureSwitchProps) {
  const words = splitList(search.figure);
  const isShown = words.includes(word);
  return (
    <Switch
      size="xs"
      label={label}
      description={description}
      checked={isShown}
      onChange={() =>
        change({ figure: joinList(isShown ? words.filter((other) => other !== word) : [...words, word]) })
      }
    />
  );
}

interface EventSwitchProps extends Pick<ToolbarProps, "search" | "change"> {
  /** What the address says when it differs from the first state; a minus means that the switch is on at first. */
  readonly word: string;
  readonly label: string;
  readonly description: string;
}

function EventSwitch({ search, change, word, label, description }: EventSwitchProps) {
  const words = splitList(search.events);
  const isSaid = words.includes(word);
  const toggle = () =>
    change({ events: joinList(isSaid ? words.filter((other) => other !== word) : [...words, word]) });
  return (
    <Switch
      size="xs"
      label={label}
      description={description}
      checked={isSaid !== word.startsWith("-")}
      onChange={toggle}
    />
  );
}
