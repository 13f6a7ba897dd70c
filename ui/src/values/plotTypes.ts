// What a plot is given.

import type { ReactNode } from "react";

export interface PlotLine {
  readonly name: string;
  /** One value an x; null where there is none: a gap. */
  readonly values: readonly (number | null)[];
  /** The number of its colour and dash, if it is not its place among the lines. */
  readonly look?: number;
}

export interface PlotProps {
  readonly title: string;
  /** The exact name of what is drawn, on hover. */
  readonly exact?: string;
  /** What stands beside the title. */
  readonly tools?: ReactNode;
  /** Seconds since epoch, or places 0, 1, 2 … of `ticks`. */
  readonly xs: readonly number[];
  /** Names of the places, for an axis of versions. */
  readonly ticks?: readonly string[];
  readonly lines: readonly PlotLine[];
  readonly threshold?: number | undefined;
  /** The best so far, as a step line. */
  readonly best?: readonly (number | null)[] | undefined;
  readonly height?: number;
  /** The ends of the x axis; by default those of `xs`. */
  readonly range?: readonly [number, number] | undefined;
  /** Plots of the same word share the cursor. */
  readonly sync?: string;
  readonly onZoom?: (from: number, to: number) => void;
}
