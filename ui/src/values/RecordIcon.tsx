// The icon and colour of a record's family, and of a state. Beside text, never instead of it.

import {
  IconBan,
  IconBox,
  IconBrain,
  IconChartDots,
  IconCircle,
  IconCircleCheck,
  IconCircleX,
  IconClock,
  IconDatabase,
  IconDownload,
  IconFolder,
  IconPlayerPlay,
  IconRoute,
  IconSettingsAutomation,
  IconTrash,
} from "@tabler/icons-react";
import { type Family, familyOf } from "../lineage/looks";

const FAMILY_ICONS = {
  model: IconBrain,
  data: IconDatabase,
  metric: IconChartDots,
  execution: IconSettingsAutomation,
  other: IconBox,
} as const satisfies Record<Family, unknown>;

const CONTEXT_ICONS: Readonly<Record<string, typeof IconFolder>> = { workspace: IconFolder, run: IconRoute };

export function RecordIcon({ type, kind, size = 16 }: { type: string; kind: string; size?: number }) {
  const family = familyOf(type, kind);
  const Icon = CONTEXT_ICONS[kind] ?? FAMILY_ICONS[family];
  return <Icon size={size} stroke={1.75} aria-hidden className={`record-icon family-${family}`} />;
}

const STATES: Readonly<Record<string, { icon: typeof IconCircle; tone: string }>> = {
  LIVE: { icon: IconCircleCheck, tone: "done" },
  COMPLETE: { icon: IconCircleCheck, tone: "done" },
  CACHED: { icon: IconDownload, tone: "done" },
  RUNNING: { icon: IconPlayerPlay, tone: "running" },
  NEW: { icon: IconCircle, tone: "muted" },
  PENDING: { icon: IconClock, tone: "warning" },
  MARKED_FOR_DELETION: { icon: IconTrash, tone: "warning" },
  DELETED: { icon: IconTrash, tone: "failed" },
  ABANDONED: { icon: IconBan, tone: "muted" },
  REFERENCE: { icon: IconCircle, tone: "muted" },
  FAILED: { icon: IconCircleX, tone: "failed" },
  CANCELED: { icon: IconBan, tone: "muted" },
};

/** A state as icon and word. An unknown state says nothing. */
export function StateBadge({ state }: { state?: string | null | undefined }) {
  if (!state || state === "UNKNOWN") return <span className="muted">–</span>;
  const { icon: Icon, tone } = STATES[state] ?? { icon: IconCircle, tone: "muted" };
  return (
    <span className={`state tone-${tone}`}>
      <Icon size={14} stroke={2} aria-hidden /> {state.toLowerCase().replaceAll("_", " ")}
    </span>
  );
}
