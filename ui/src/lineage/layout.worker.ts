// The worker around layerLayout: one task, one answer.

import type { LayoutTask } from "./boxes";
import { layerLayout } from "./layout";

self.onmessage = (message: MessageEvent<LayoutTask>) => {
  self.postMessage(layerLayout(message.data));
};
