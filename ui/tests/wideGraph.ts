// The lineage `wide` of bench/lineages.py, as the layout is given it: 441 nodes of 9 names, trainings in two lanes of more
// than a hundred columns, and a first data set that the first two trainings and the last one read.

import type { LayoutTask } from "../src/lineage/boxes";

const TRAININGS = 111;

/** @param size the width and height of every node, pixels. */
export function wideTask(size: { readonly width: number; readonly height: number }): LayoutTask {
  const boxes = [{ key: "a0", ...size }];
  const links: [string, string][] = [];
  const write = (execution: string, artifact: string) => {
    boxes.push({ key: execution, ...size }, { key: artifact, ...size });
    links.push([execution, artifact]);
  };
  for (let number = 1; number <= TRAININGS; number += 1) {
    const [training, model] = [`e${number}`, `a${number}`];
    if (number > 2) {
      write(`e${TRAININGS + number - 2}`, `a${TRAININGS + number}`);
      links.push([`a${TRAININGS + number}`, training], [`a${number - 2}`, training]);
    }
    if (number <= 2 || number === TRAININGS) links.push(["a0", training]);
    if (number % 10 === 0 || number === TRAININGS) links.push([`a${number - 1}`, training]);
    write(training, model);
  }
  return { boxes, links };
}
