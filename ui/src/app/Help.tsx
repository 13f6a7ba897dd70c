// Help: the keys, and how to write a filter.

import { Modal } from "@mantine/core";
import { useSearchKeys } from "../api/searches";
import { Loaded } from "../state/States";

const KEYS: readonly (readonly [string, string])[] = [
  ["/", "search everything"],
  ["?", "this help"],
  ["f", "filter the list"],
  ["↑ ↓", "row by row; in the graph: siblings"],
  ["← →", "in the graph: along the edges"],
  ["Space", "tick the row; Shift: up to here"],
  ["Enter", "open"],
  ["c", "compare what is ticked"],
  ["g", "graph of the row"],
  ["e r", "in the graph: expand, fold"],
  ["i h", "in the graph: isolate, hide"],
  ["Shift Enter", "in the graph: the path from the focus to here"],
  ["n p", "in the graph: next and previous path"],
  ["0", "in the graph: fit the window"],
  ["Ctrl Z", "undo the last change, while it is offered"],
  ["Esc", "close, deselect"],
];

/** The documentation, which the server shows beside the web UI. It stays open beside the work. */
export const DOCS = { href: "./docs/", target: "_blank", rel: "noopener" } as const;

export function Help({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Help" size="lg">
      <div className="help">
        <p>
          <a {...DOCS}>Documentation</a>: tutorials, recipes, reference, and what messages mean.
        </p>
        <section>
          <h3>Keys</h3>
          <dl className="help-keys">
            {KEYS.map(([key, says]) => (
              <div key={key}>
                <dt>
                  <kbd>{key}</kbd>
                </dt>
                <dd>{says}</dd>
              </div>
            ))}
          </dl>
        </section>
        <FilterHelp />
      </div>
    </Modal>
  );
}

export function FilterHelp() {
  const keys = useSearchKeys();
  return (
    <section>
      <h3>Filter</h3>
      <p>
        Terms are all required. A minus in front turns one around: <code>-label.team=x</code> also finds what has no
        such label. <code>a,b</code> means any of them, <code>a..b</code> a range, <code>(x OR y)</code> either. A word
        alone is looked for in name, uri, description and properties.
      </p>
      <Loaded query={keys} rows={4}>
        {({ items }) => (
          <dl className="help-filter">
            {items.map(({ key, meaning, example, operators }) => (
              <div key={key} title={`${key} takes ${operators.join(" ")}`}>
                <dt>{meaning}</dt>
                <dd>
                  <code>{example}</code>
                </dd>
              </div>
            ))}
          </dl>
        )}
      </Loaded>
    </section>
  );
}
