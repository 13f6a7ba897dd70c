// What Mantine's components look like; colours are in tokens.css. No style is injected at run time (see main.tsx).
import {
  ActionIcon,
  Button,
  createTheme,
  Drawer,
  Modal,
  Popover,
  Select,
  Tabs,
  TextInput,
  Tooltip,
} from "@mantine/core";

export const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif';

/** The cross of a dialog has a name. */
const CLOSE = { "aria-label": "Close" };

export const theme = createTheme({
  fontFamily: FONT,
  respectReducedMotion: true,
  cursorType: "pointer",
  components: {
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: "subtle", color: "gray", size: 32 } }),
    Button: Button.extend({ defaultProps: { size: "compact-sm", variant: "default" }, classNames: { root: "button" } }),
    // Locking the document's scroll would inject a style element, which the Content-Security-Policy forbids.
    Modal: Modal.extend({
      defaultProps: { lockScroll: false, transitionProps: { duration: 120 }, closeButtonProps: CLOSE },
    }),
    Drawer: Drawer.extend({
      defaultProps: { lockScroll: false, transitionProps: { duration: 150 }, closeButtonProps: CLOSE },
    }),
    Popover: Popover.extend({ defaultProps: { shadow: "md", transitionProps: { duration: 100 } } }),
    Select: Select.extend({ defaultProps: { size: "xs", checkIconPosition: "right" } }),
    Tabs: Tabs.extend({ defaultProps: { keepMounted: false } }),
    TextInput: TextInput.extend({ defaultProps: { size: "xs" } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 250, transitionProps: { duration: 100 } } }),
  },
});
