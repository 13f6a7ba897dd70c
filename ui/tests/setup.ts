// What happy-dom lacks and Mantine asks for. Tests that draw nothing run without a DOM, which is faster.
import { afterEach } from "vitest";

if (typeof window !== "undefined") {
  const { cleanup } = await import("@testing-library/react");
  afterEach(cleanup);
  window.matchMedia ??= ((query: string) => ({
    matches: false,
    media: query,
    addEventListener: () => undefined,
  })) as never;
}
