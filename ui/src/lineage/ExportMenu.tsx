// The whole graph as a file, not only what is in the window.

import { Button, Menu } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { toCsv, toJson, toMermaid, toSvg } from "./export";
import { type Graph, hops } from "./graph";
import type { Positions } from "./layout";
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
  const name = `lineage-${(focus ?? "graph").replace(/\W/g, "")}`;
  const distances = () => hops(graph, focus ?? [...graph.nodes.keys()][0] ?? "");
  const ways = [
    { title: "SVG picture", run: () => save(svg(), `${name}.svg`, "image/svg+xml") },
    { title: "PNG picture", run: async () => save(await toPng(svg()), `${name}.png`, "image/png") },
    { title: "CSV, one row a node", run: () => save(toCsv(graph, distances()), `${name}.csv`, "text/csv") },
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

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
