"""Write deploy/prometheus-rules.yaml, the alerts for a Prometheus outside Kubernetes, from those of the manifests.

They are the alerts about the server, with the labels `instance` and `job` in place of `namespace` and `pod`, and one
about each server that does not answer, for which Kubernetes has probes.
"""

from __future__ import annotations

from pathlib import Path

DEPLOY = Path(__file__).resolve().parent.parent / "deploy"
SOURCE = DEPLOY / "components" / "monitoring" / "alerts.yaml"
RULES = DEPLOY / "prometheus-rules.yaml"
_HEAD = """\
# Alerts for a Prometheus outside Kubernetes, whose job is called `lineal`: name this file in `rule_files`. Written by
# scripts/write_alert_rules.py from components/monitoring/alerts.yaml; change them there.
"""
_DOWN = """\
      - alert: LinealServerIsDown
        expr: up{job="lineal"} == 0
        for: 1m
        labels: {severity: critical}
        annotations:
          summary: Prometheus does not reach {{ $labels.instance }}, or its token has expired.
"""
_LABELS = (
    ("{{ $labels.namespace }}/{{ $labels.pod }}", "{{ $labels.instance }}"),
    (" in {{ $labels.namespace }}", ""),
    ("by (namespace, pod)", "by (instance)"),
    ("by (namespace)", "by (job)"),
)


def rules_of(manifest: str) -> str:
    """Return the file of rules for the text of a PrometheusRule."""
    _, _, groups = manifest.partition("\n  groups:\n")
    server, _, _ = groups.partition("    - name: lineal-watcher\n")
    for labels, others in _LABELS:
        server = server.replace(labels, others)
    lines = (line.removeprefix("  ") for line in server.splitlines(keepends=True))
    return f"{_HEAD}groups:\n{''.join(lines)}{_DOWN}"


if __name__ == "__main__":
    RULES.write_text(rules_of(SOURCE.read_text()))
