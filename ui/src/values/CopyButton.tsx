// A button that copies an exact value.

import { ActionIcon, Tooltip } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { IconCheck, IconCopy } from "@tabler/icons-react";

export function CopyButton({ value, label }: { value: string; label: string }) {
  const clipboard = useClipboard({ timeout: 1500 });
  const Icon = clipboard.copied ? IconCheck : IconCopy;
  return (
    <Tooltip label={clipboard.copied ? "Copied" : label}>
      <ActionIcon size={24} aria-label={label} onClick={() => clipboard.copy(value)} className="copy">
        <Icon size={14} />
      </ActionIcon>
    </Tooltip>
  );
}
