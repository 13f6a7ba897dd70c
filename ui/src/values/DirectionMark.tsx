// Which way a metric is better, and the way to turn it around.

import { Button, Tooltip } from "@mantine/core";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { metricName } from "./humanNames";
import { type Direction, directionWords } from "./metricDirection";

interface DirectionMarkProps {
  readonly metric: string;
  readonly direction: Direction;
  readonly onTurn: () => void;
}

export function DirectionMark({ metric, direction, onTurn }: DirectionMarkProps) {
  const Icon = direction === "lower" ? IconArrowDown : IconArrowUp;
  const words = directionWords(direction);
  const name = metricName(metric);
  return (
    <Tooltip label={`For ${name}, ${words}. Click to turn it around`}>
      <Button
        variant="subtle"
        className="direction-mark"
        leftSection={<Icon size={14} aria-hidden />}
        aria-label={`${name}: ${words}. Turn it around`}
        onClick={onTurn}
      >
        {words}
      </Button>
    </Tooltip>
  );
}
