// @vitest-environment happy-dom
// Opening what is loaded when it is first needed.

import { act, fireEvent, render, screen } from "@testing-library/react";
import { lazy, Suspense } from "react";
import { expect, it } from "vitest";
import { useOpening } from "../src/app/useOpening";

it("keeps what is shown until the part is loaded, and then shows the part at once", async () => {
  let arrive: (part: { default: () => React.ReactNode }) => void = () => undefined;
  const Part = lazy(() => new Promise<{ default: () => React.ReactNode }>((done) => (arrive = done)));
  function Opener() {
    const { isOpen, isOpening, open, close } = useOpening();
    return (
      <>
        <button type="button" aria-busy={isOpening} onClick={isOpen ? close : open}>
          Press
        </button>
        <Suspense fallback="a gap">{isOpen ? <Part /> : "before"}</Suspense>
      </>
    );
  }
  render(<Opener />);
  const button = screen.getByRole("button");
  fireEvent.click(button);
  expect(button.getAttribute("aria-busy")).toBe("true");
  expect(document.body.textContent).toBe("Pressbefore");
  await act(async () => arrive({ default: () => "the part" }));
  expect(document.body.textContent).toBe("Pressthe part");
  expect(button.getAttribute("aria-busy")).toBe("false");
  fireEvent.click(button);
  expect(document.body.textContent).toBe("Pressbefore");
});
