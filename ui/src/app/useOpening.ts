// Opening something whose code is loaded when it is first needed.

import { useState, useTransition } from "react";

/**
 * Open a lazy part in a transition. Put the Suspense boundary outside the condition: it then keeps showing the old content
 * until the part is loaded. With a fallback, React would wait up to 0.3 s before it replaces it.
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
