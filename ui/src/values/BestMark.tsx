// The mark of the best value: a star and, for those who hear it, a word.

import { IconStarFilled } from "@tabler/icons-react";

export function BestMark() {
  return (
    <span className="best-mark" title="The best of these">
      <IconStarFilled size={12} aria-hidden />
      <span className="sr-only">best: </span>
    </span>
  );
}
