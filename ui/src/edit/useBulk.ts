// Carrying out a bulk edit: some records at a time, with progress, and what failed for which reason.

import { useRef, useState } from "react";
import { Problem } from "../api/problem";
import type { Node } from "../api/shapes";
import { Clash, change, type Reverse, refreshAfter } from "./changing";
import type { Plan } from "./plan";

const AT_ONCE = 4;

export interface Failure {
  readonly record: Node;
  readonly why: string;
}

export interface Progress {
  readonly done: number;
  readonly all: number;
  readonly isRunning: boolean;
  readonly failures: readonly Failure[];
}

export interface Outcome {
  readonly changed: number;
  readonly failures: readonly Failure[];
  readonly reverses: readonly Reverse[];
}

export function useBulk() {
  const [progress, setProgress] = useState<Progress>();
  const isStopped = useRef(false);
  const stop = () => {
    isStopped.current = true;
  };
  const run = async ({ changes }: Plan): Promise<Outcome> => {
    isStopped.current = false;
    const waiting = [...changes];
    const failures: Failure[] = [];
    const reverses: Reverse[] = [];
    let changed = 0;
    const say = (isRunning: boolean) =>
      setProgress({ done: changed + failures.length, all: changes.length, isRunning, failures: [...failures] });
    const work = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const why = isStopped.current ? "You stopped before it." : await changeOne(next.record, next.edits, reverses);
        if (why === undefined) changed += 1;
        else failures.push({ record: next.record, why });
        say(true);
      }
    };
    say(true);
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    say(false);
    refreshAfter([]);
    return { changed, failures, reverses };
  };
  return { progress, run, stop };
}

/** Make the changes of one record; return why that failed. */
async function changeOne(
  record: Node,
  edits: Plan["changes"][number]["edits"],
  reverses: Reverse[],
): Promise<string | undefined> {
  let known = record;
  try {
    for (const edit of edits) {
      const done = await change(known, edit);
      reverses.unshift(done.reverse);
      known = done.record;
    }
    return undefined;
  } catch (error) {
    if (error instanceof Clash) return `Somebody else has changed it since it was read: ${error.message}.`;
    const { kind, title, detail } = Problem.from(error);
    return kind === "offline" ? title : detail;
  }
}
