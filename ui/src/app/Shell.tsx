// What surrounds every page: navigation, search, theme, help.

import { ActionIcon, Drawer, Menu, useMantineColorScheme } from "@mantine/core";
import { useDisclosure, useHotkeys } from "@mantine/hooks";
import { IconChevronDown, IconDeviceDesktop, IconHelp, IconMenu2, IconMoon, IconSun } from "@tabler/icons-react";
import { Link, Outlet, useRouterState } from "@tanstack/react-router";
import { type ReactNode, useEffect } from "react";
import { Notices } from "../state/Notices";
import { Empty } from "../state/States";
import { DOCS, Help } from "./Help";
import { Search } from "./Search";
import type { ListSearch } from "./search";
import { useShortLink } from "./shortLinks";
import { focusMain, useFirstFocus } from "./useFirstFocus";

interface PlaceProps {
  readonly to: string;
  readonly name: string;
  /** The filter of a list that has a name of its own. */
  readonly filter?: string;
}

const PLACES: readonly PlaceProps[] = [
  { to: "/", name: "Home" },
  { to: "/artifacts", name: "Models", filter: "type:model" },
  { to: "/artifacts", name: "Data sets", filter: "type:data_set,dataset" },
  { to: "/artifacts", name: "Artifacts" },
  { to: "/executions", name: "Executions" },
  { to: "/runs", name: "Runs" },
  { to: "/workspaces", name: "Workspaces" },
  { to: "/lineage", name: "Lineage" },
  { to: "/monitor", name: "Monitor" },
];
/** What people need rarely. */
const MORE: readonly PlaceProps[] = [
  { to: "/types", name: "Types" },
  { to: "/audit", name: "Audit" },
];

/** @param children what is shown instead of the page of the address. */
export function Shell({ children }: { children?: ReactNode }) {
  const [helpOpen, help] = useDisclosure();
  const [menuOpen, menu] = useDisclosure();
  const path = useRouterState({ select: (state) => state.location.pathname });
  useHotkeys([["shift+?", help.open]]);
  useShortLink();
  useFirstFocus(path);
  // biome-ignore lint/correctness/useExhaustiveDependencies: closing belongs to the change of the path
  useEffect(menu.close, [path]);
  return (
    <div className="shell">
      {/* biome-ignore lint/a11y/useValidAnchor: #main alone would lead to the root, because of the base element */}
      <a className="skip" href="#main" onClick={skipToMain}>
        Skip to the content
      </a>
      <header className="top">
        <ActionIcon className="only-narrow" aria-label="Menu" onClick={menu.open}>
          <IconMenu2 size={20} />
        </ActionIcon>
        <Link to="/" className="brand" aria-label="Lineal: home">
          <img src="./icon.svg" alt="" width={24} height={24} />
          <span className="only-wide">Lineal</span>
        </Link>
        <Places className="places only-wide">
          <MoreMenu />
        </Places>
        <Search />
        <ThemeMenu />
        <ActionIcon aria-label="Help and keys" onClick={help.open}>
          <IconHelp size={20} />
        </ActionIcon>
      </header>
      <main id="main" tabIndex={-1}>
        {children ?? <Outlet />}
      </main>
      <div id="undo" role="status" aria-live="polite" />
      <Notices />
      <Drawer opened={menuOpen} onClose={menu.close} title="Lineal" size={240}>
        <Places className="places-column">
          <p className="muted">More</p>
          {MORE.map((place) => (
            <Place key={place.to} {...place} />
          ))}
          <a className="place" {...DOCS}>
            Docs
          </a>
        </Places>
      </Drawer>
      <Help opened={helpOpen} onClose={help.close} />
    </div>
  );
}

function skipToMain(event: React.MouseEvent): void {
  event.preventDefault();
  focusMain();
}

function Places({ className, children }: { className: string; children: ReactNode }) {
  return (
    <nav className={className} aria-label="Pages">
      {PLACES.map((place) => (
        <Place key={place.name} {...place} />
      ))}
      {children}
    </nav>
  );
}

/** The filter of the list that is shown, if it is one that has a name of its own. */
function useNamedFilter(): string | undefined {
  return useRouterState({
    select: ({ location }) => {
      const { filter } = location.search as ListSearch;
      return PLACES.find((place) => place.filter !== undefined && place.filter === filter)?.filter;
    },
  });
}

function Place({ to, name, filter }: PlaceProps) {
  const named = useNamedFilter();
  // One place is where the reader is: Models, and then not Artifacts too.
  const isOther =
    filter === undefined && named !== undefined && PLACES.some((place) => place.to === to && place.filter);
  return (
    <Link
      to={to}
      search={(filter === undefined ? {} : { filter }) as never}
      className="place"
      activeOptions={{ exact: to === "/" || isOther, includeSearch: filter !== undefined || isOther }}
      activeProps={{ className: "place place-here" }}
    >
      {name}
    </Link>
  );
}

function MoreMenu() {
  const path = useRouterState({ select: (state) => state.location.pathname });
  const isHere = MORE.some(({ to }) => path.startsWith(to));
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <button type="button" className={`place place-more ${isHere ? "place-here" : ""}`}>
          More <IconChevronDown size={14} aria-hidden />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {MORE.map(({ to, name }) => (
          <Menu.Item key={to} component={Link} to={to}>
            {name}
          </Menu.Item>
        ))}
        <Menu.Item component="a" {...DOCS}>
          Docs
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

const THEMES = [
  { scheme: "auto", name: "As the system", Icon: IconDeviceDesktop },
  { scheme: "light", name: "Light", Icon: IconSun },
  { scheme: "dark", name: "Dark", Icon: IconMoon },
] as const;

function ThemeMenu() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { Icon } = THEMES.find(({ scheme }) => scheme === colorScheme) ?? THEMES[0];
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label="Theme">
          <Icon size={20} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {THEMES.map(({ scheme, name, Icon: Mark }) => (
          <Menu.Item key={scheme} leftSection={<Mark size={16} />} onClick={() => setColorScheme(scheme)}>
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

export function NotFound() {
  return (
    <Empty title="There is no such page">
      <p>
        The address may be from another version. <Link to="/artifacts">All artifacts</Link>
      </p>
    </Empty>
  );
}
