// The one worker that lays out graphs. It starts with the first graph and stays; a task that takes too long ends it.

import type { LayoutTask, Positions } from "./boxes";

export interface Numbered<Content> {
  readonly number: number;
  readonly content: Content;
}

interface Running {
  /** Nothing more is heard of the task; the worker finishes it all the same. */
  readonly forget: () => void;
  /** End the worker in the midst of the task. */
  readonly stop: () => void;
}

let worker: Worker | undefined;
let last = 0;

/** Ask for a layout.
 *
 * @param onDone gets the positions.
 * @param onFailure is called where the worker cannot be started or breaks down.
 */
export function askForLayout(task: LayoutTask, onDone: (found: Positions) => void, onFailure: () => void): Running {
  last += 1;
  const asked: Numbered<LayoutTask> = { number: last, content: task };
  worker ??= new Worker(new URL("./layout.worker.ts", import.meta.url), { type: "module" });
  const used = worker;
  const hear = ({ data }: MessageEvent<Numbered<Positions>>) => {
    if (data.number !== asked.number) return;
    forget();
    onDone(data.content);
  };
  const fail = () => {
    stop();
    onFailure();
  };
  const forget = () => {
    used.removeEventListener("message", hear);
    used.removeEventListener("error", fail);
  };
  const stop = () => {
    forget();
    used.terminate();
    if (worker === used) worker = undefined;
  };
  used.addEventListener("message", hear);
  used.addEventListener("error", fail);
  used.postMessage(asked);
  return { forget, stop };
}
