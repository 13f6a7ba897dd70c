"""Store one artifact whose values are of every kind, some of which try to be run; print its id.

python ui/journeys/values.py URL
"""

from __future__ import annotations

import json
import sys

from lineal.config import DatabaseSettings
from lineal.upkeep.opening import open_service
from lineal.wire import metadata_store as pb
from lineal.wire import service as rpc

_RUN = "document.documentElement.dataset.run = 1"
_PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
_SVG = f"%3Csvg%20xmlns=%22http://www.w3.org/2000/svg%22%20width=%2240%22%20height=%2240%22%20onload=%22{_RUN}%22%3E"
VALUES = {
    "html": f"<img src=x onerror='{_RUN}'><script>{_RUN}</script>",
    "svg": f"<svg onload='{_RUN}'/>",
    "svg_picture": f"data:image/svg+xml,{_SVG}%3Cscript%3E{_RUN}%3C/script%3E%3C/svg%3E".replace(" ", "%20"),
    "html_address": f"data:text/html,<script>{_RUN}</script>",
    "script_address": f"javascript:{_RUN}",
    "odd_script_address": f"JaVaScRiPt://%0a{_RUN.replace(' ', '')}",
    "picture": f"data:image/png;base64,{_PIXEL}",
    "picture_elsewhere": "https://images.example/plot.png",
    "picture_unknown": "https://tracker.example/plot.png",
    "link": "https://example.org/run/1",
    "bucket": "s3://models/churn/7",
    "long_text": "It was trained again and again. " * 60,
    "table_text": "\n".join(["step,loss,note", *[f'{step},{1 / (step + 1):.3f},"a, {step}"' for step in range(40)]]),
    "table_list": json.dumps([{"class": name, "f1": 0.9, "html": "<b>x</b>"} for name in ("cat", "dog", "eel")]),
    "settings": json.dumps({"layers": [{"size": size, "rate": 0.1} for size in range(9)], "seed": 3, "note": "<i>"}),
}


def main() -> None:
    """Store the artifact."""
    with open_service(DatabaseSettings(sys.argv[1])) as service:
        put = rpc.PutArtifactTypeRequest(artifact_type=pb.ArtifactType(name="report"), can_add_fields=True)
        type_id = service.call("PutArtifactType", put).type_id  # type: ignore[attr-defined]
        artifact = pb.Artifact(type_id=type_id, name="everything")
        for name, text in VALUES.items():
            artifact.custom_properties[name].string_value = text
        answer = service.call("PutArtifacts", rpc.PutArtifactsRequest(artifacts=[artifact]))
        print(answer.artifact_ids[0])  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
