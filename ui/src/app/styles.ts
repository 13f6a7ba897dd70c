// The style sheets of the first view, in the order in which they apply: what is special comes after what is general. Each
// folder owns its sheets. They are named here, not beside their components, so that no bundler changes the order. Pages
// that are loaded later import their own sheets, which come after all of these.

import "./mantineStyles";
import "./tokens.css";
import "./base.css";
import "./parts.css";
import "./shell.css";
import "../values/values.css";
import "../values/failure.css";
import "../state/state.css";
import "../filter/filter.css";
import "../list/list.css";
import "../list/facets.css";
import "../list/table.css";
import "../artifact/artifact.css";
import "../execution/execution.css";
import "../context/context.css";
import "../home/home.css";
