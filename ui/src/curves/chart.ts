// What a chart of curves shows: its lines, its axes, and which line stands out.

import type { Axis, Range } from "./address";
import type { CurveLine } from "./lines";

export interface Chart {
  readonly lines: readonly CurveLine[];
  readonly axis: Axis;
  readonly isLog: boolean;
  /** The ends of the axis below. */
  readonly extent: Range;
  /** The ends of the axis of values. */
  readonly values: Range;
  /** The key of the record that stands out. */
  readonly marked: string | undefined;
}
