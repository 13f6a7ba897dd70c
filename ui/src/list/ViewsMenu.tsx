// Saved views: an address with a name, kept in this browser.

import { ActionIcon, Button, Popover, TextInput } from "@mantine/core";
import { IconBookmark, IconLink, IconTrash } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import type { ListKind } from "../api/shapes";
import { parseSearch } from "../app/search";
import { rememberedViews, rememberViews, type View } from "./memory";

export function ViewsMenu({ kind }: { kind: ListKind }) {
  const [views, setViews] = useState<readonly View[]>(() => rememberedViews(kind));
  const [name, setName] = useState("");
  const keep = (next: readonly View[]) => {
    setViews(next);
    rememberViews(kind, next);
  };
  const save = (event: React.FormEvent) => {
    event.preventDefault();
    if (!name.trim()) return;
    keep([...views.filter((view) => view.name !== name.trim()), { name: name.trim(), search: location.search }]);
    setName("");
  };
  return (
    <Popover position="bottom-end" width={280} trapFocus>
      <Popover.Target>
        <Button size="xs" leftSection={<IconBookmark size={16} />}>
          Views
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <ul className="views">
          {views.map((view) => (
            <li key={view.name}>
              <Link to={`/${kind}`} search={parseSearch(view.search) as never}>
                {view.name}
              </Link>
              <ActionIcon
                size={24}
                aria-label={`Forget the view ${view.name}`}
                onClick={() => keep(views.filter((other) => other !== view))}
              >
                <IconTrash size={14} />
              </ActionIcon>
            </li>
          ))}
        </ul>
        <form onSubmit={save} className="views-form">
          <TextInput
            data-autofocus
            aria-label="Name of the view"
            placeholder="Name this view"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button type="submit">Save</Button>
        </form>
        <Button
          variant="subtle"
          leftSection={<IconLink size={14} />}
          onClick={() => void navigator.clipboard.writeText(location.href)}
        >
          Copy the link to this view
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}
