// The listing as a file, written by the server: all rows of the filter, not only those that are loaded.

import { Button, Menu } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import type { Listing } from "../api/asks";
import { exportAddress } from "../api/listing";

export function ExportMenu(listing: Listing) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button size="xs" leftSection={<IconDownload size={16} />}>
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item component="a" href={exportAddress(listing, "csv")} download>
          CSV, all rows of this filter
        </Menu.Item>
        <Menu.Item component="a" href={exportAddress(listing, "excel")} download>
          CSV for Excel, all rows of this filter
        </Menu.Item>
        <Menu.Item component="a" href={exportAddress(listing, "json")} download>
          JSON, all rows of this filter
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
