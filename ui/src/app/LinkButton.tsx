// A link to a place of the web UI that looks like a button: one tab stop, which Enter follows and which opens in a new tab.

import { Button, type ButtonProps } from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import type { ReactNode, Ref } from "react";

interface AnchorButtonProps extends ButtonProps {
  readonly children?: ReactNode;
  readonly ref?: Ref<HTMLAnchorElement>;
}

function AnchorButton(props: AnchorButtonProps) {
  return <Button component="a" {...props} />;
}

export const LinkButton = createLink(AnchorButton);
