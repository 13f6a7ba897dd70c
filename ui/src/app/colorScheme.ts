// Remembers the chosen theme under the name that public/theme.js reads before the first paint.

import { localStorageColorSchemeManager, type MantineColorScheme, type MantineColorSchemeManager } from "@mantine/core";

export const colorSchemeMemory: MantineColorSchemeManager = localStorageColorSchemeManager({ key: "lineal.theme" });

export const SCHEMES: readonly MantineColorScheme[] = ["auto", "light", "dark"];
