// The whole graph as a file, not only what is in the window.

import { Button, Menu } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import type { Positions } from "./boxes";
import { toCsv, toJson, toMermaid, toSvg } from "./export";
import { type Graph, hops } from "./graph";
import { save, toPng } from "./picture";

interface ExportMenuProps {
  readonly graph: Graph;
  readonly positions: Positions;
  readonly title: string;
  readonly focus: string | undefined;
}

export function ExportMenu({ graph, positions, title, focus }: ExportMenuProps) {
  const caption = () => ({ title: `Lineage of ${title}`, link: location.href, time: Date.now() });
  const svg = () => toSvg(graph, positions, caption(), colour);
  const name = fileName(focus);
  const ways = [
    { title: "SVG picture", run: () => save(svg(), `${name}.svg`, "image/svg+xml") },
    { title: "PNG picture", run: async () => save(await toPng(svg()), `${name}.png`, "image/png") },
    { title: "CSV, one row a node", run: () => saveCsv(graph, focus) },
    { title: "JSON", run: () => save(toJson(graph, caption()), `${name}.json`, "application/json") },
    { title: "Mermaid", run: () => save(toMermaid(graph), `${name}.mmd`, "text/plain") },
  ];
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button leftSection={<IconDownload size={14} />}>Export</Button>
      </Menu.Target>
      <Menu.Dropdown>
        {ways.map(({ title: words, run }) => (
          <Menu.Item key={words} onClick={() => void run()}>
            {words}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** One row for each node that is drawn. */
export function saveCsv(graph: Graph, focus: string | undefined): void {
  const distances = hops(graph, focus ?? [...graph.nodes.keys()][0] ?? "");
  save(toCsv(graph, distances), `${fileName(focus)}.csv`, "text/csv");
}

function fileName(focus: string | undefined): string {
  return `lineage-${(focus ?? "graph").replace(/\W/g, "")}`;
}

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
