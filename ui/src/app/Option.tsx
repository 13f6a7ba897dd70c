// One option of a field that finds while one types (useOptionKeys.ts). A press leaves the focus in the field.

import type { ReactNode } from "react";
import type { OptionKeys } from "./useOptionKeys";

interface OptionProps {
  readonly keys: OptionKeys;
  /** The key of the option. */
  readonly value: string;
  readonly className?: string;
  readonly onChoose: () => void;
  readonly children: ReactNode;
}

export function Option({ keys, value, className = "", onChoose, children }: OptionProps) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: its keys are those of the field, which has the focus
    <div
      {...keys.optionProps(value)}
      role="option"
      tabIndex={-1}
      className={`option ${className}`}
      onMouseDown={(event) => event.preventDefault()}
      onClick={onChoose}
    >
      {children}
    </div>
  );
}
