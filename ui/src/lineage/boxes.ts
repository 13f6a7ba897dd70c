// What a layout takes and gives: boxes and links in, corners out, and the gaps between boxes. No layout is made here.

export interface Box {
  readonly key: string;
  readonly width: number;
  readonly height: number;
}

export interface LayoutTask {
  readonly boxes: readonly Box[];
  readonly links: readonly (readonly [string, string])[];
}

/** The upper left corner of every box. */
export type Positions = Record<string, readonly [number, number]>;

export const COLUMN_GAP = 64;
export const ROW_GAP = 16;
