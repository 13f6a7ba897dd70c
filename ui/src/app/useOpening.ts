// What a press opens, and whose part of the program is loaded when it is first needed.

import { useState, useTransition } from "react";

/**
 * A boundary (Suspense) that is there before the press keeps what it shows until the part is loaded, and then shows the part
 * at once: React holds back for 0.3 s what follows something that was shown meanwhile.
 */
export function useOpening() {
  const [isOpen, setIsOpen] = useState(false);
  const [isOpening, start] = useTransition();
  return {
    isOpen,
    /** Whether the part is still being loaded. */
    isOpening,
    open: () => start(() => setIsOpen(true)),
    close: () => setIsOpen(false),
  };
}
