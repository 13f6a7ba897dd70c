// The worker around layerLayout: one task, one answer.

import type { LayoutTask, Positions } from "./boxes";
import { layerLayout } from "./layout";
import type { Numbered } from "./layoutWorker";

self.onmessage = ({ data: { number, content } }: MessageEvent<Numbered<LayoutTask>>) => {
  const answer: Numbered<Positions> = { number, content: layerLayout(content) };
  self.postMessage(answer);
};
