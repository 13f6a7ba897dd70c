"""Adds a link to Lineal to the menu of Kubeflow's central dashboard, or takes it away with --remove.

The menu is JSON inside the config map `centraldashboard-config`, where no patch reaches. This reads the config map as
JSON and writes it with the link; it needs nothing but Python:

    kubectl -n kubeflow get configmap centraldashboard-config -o json |
        python3 deploy/dashboard-link.py | kubectl -n kubeflow replace -f -
"""

from __future__ import annotations

import json
import sys

LINK = {"icon": "timeline", "link": "/lineal/", "text": "Lineage", "type": "item"}


def main() -> None:
    """Change the config map on its way through."""
    found = json.load(sys.stdin)
    links = json.loads(found["data"]["links"])
    others = [one for one in links["menuLinks"] if one.get("link") != LINK["link"]]
    links["menuLinks"] = others if "--remove" in sys.argv[1:] else [*others, LINK]
    found["data"]["links"] = json.dumps(links, indent=4)
    json.dump(found, sys.stdout)


main()
