{{/* The way to the DNS: pods (OpenShift's have port 5353), or the cache of a node. */}}
{{- define "lineal.dns" -}}
- to:
    - namespaceSelector: {}
    - ipBlock: {cidr: 169.254.20.10/32}
  ports:
    - {port: 53, protocol: UDP}
    - {port: 53, protocol: TCP}
    - {port: 5353, protocol: UDP}
    - {port: 5353, protocol: TCP}
{{- end }}

{{/* The ways to ports of TCP, wherever they are. */}}
{{- define "lineal.toPorts" -}}
- ports:
    {{- range . }}
    - {port: {{ int . }}, protocol: TCP}
    {{- end }}
{{- end }}
