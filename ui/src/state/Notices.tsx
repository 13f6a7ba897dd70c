// The one place that says what is wrong with the server, whatever number of parts of the page have met it: that it is gone,
// or that it failed. The parts themselves only say that they wait.

import { Button } from "@mantine/core";
import { IconAlertTriangle, IconPlugConnectedX, IconRefresh } from "@tabler/icons-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { queryClient } from "../api/client";
import type { Problem } from "../api/problem";
import { Ago } from "../values/Ago";
import { CopyButton } from "../values/CopyButton";
import { count } from "../values/numbers";
import { useConnection, useRetries, useShared } from "./retries";

export function Notices() {
  const { lastAnswer, ...connection } = useConnection();
  const shared = useShared();
  const isDown = connection.isDown || shared.some(({ kind }) => kind === "offline");
  const broken = shared.filter(({ kind }) => kind === "broken");
  const { next, tryNow } = useRetries(isDown || broken.length > 0);
  useFreshAfter(isDown);
  if (isDown) {
    return (
      <Notice icon={<IconPlugConnectedX size={20} aria-hidden />} next={next} onRetry={tryNow}>
        <strong>{navigator.onLine ? "The server does not answer" : "This browser is offline"}</strong>
        {lastAnswer !== undefined && (
          <p>
            What you see is from <Ago time={lastAnswer} exact />.
          </p>
        )}
      </Notice>
    );
  }
  const [first] = broken;
  if (!first) return null;
  return (
    <Notice icon={<IconAlertTriangle size={20} aria-hidden />} next={next} onRetry={tryNow}>
      <strong>{first.title}</strong>
      <p>{first.detail}</p>
      {broken.length > 1 && <p>{count(broken.length, "part")} of this page could not be loaded.</p>}
      <RequestId problem={first} />
    </Notice>
  );
}

function RequestId({ problem: { requestId } }: { problem: Problem }) {
  if (!requestId) return null;
  return (
    <p className="muted">
      Request <code>{requestId}</code> <CopyButton value={requestId} label="Copy the request's id" />
    </p>
  );
}

/** Once the server is back, all that is in sight may be old. */
function useFreshAfter(isDown: boolean): void {
  const wasDown = useRef(isDown);
  useEffect(() => {
    if (wasDown.current && !isDown) void queryClient.invalidateQueries();
    wasDown.current = isDown;
  }, [isDown]);
}

interface NoticeProps {
  readonly icon: ReactNode;
  /** When the next try is due, milliseconds. */
  readonly next: number | undefined;
  readonly onRetry: () => void;
  readonly children: ReactNode;
}

function Notice({ icon, next, onRetry, children }: NoticeProps) {
  return (
    <div className="notice" role="alert">
      {icon}
      <div>{children}</div>
      <div className="notice-retry">
        <Button leftSection={<IconRefresh size={14} />} onClick={onRetry}>
          Retry
        </Button>
        {next !== undefined && <Countdown until={next} />}
      </div>
    </div>
  );
}

/** Not for readers of a screen, who would hear every second of it. */
function Countdown({ until }: { until: number }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const seconds = Math.max(0, Math.ceil((until - now) / 1000));
  return (
    <span className="muted" aria-hidden>
      {seconds > 0 ? `Retries in ${seconds} s` : "Retries now"}
    </span>
  );
}
