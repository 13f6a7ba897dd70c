{{/* The list of kinds to record, as `lineal watch --resources` reads it: the shipped one, or the one of the values. */}}
{{- define "lineal.watcherResources" -}}
{{- if .Values.watcher.kinds -}}
{{- range .Values.watcher.kinds }}
- {Group: {{ quote .group }}, Version: {{ .version }}, Kind: {{ .kind }}}
{{- end -}}
{{- else -}}
{{- .Files.Get "files/resources.yaml" -}}
{{- end -}}
{{- end }}

{{/* The rules that allow to read these kinds: one for each group, with the plural of every kind. */}}
{{- define "lineal.watcherRules" -}}
{{- $groups := dict -}}
{{- range include "lineal.watcherResources" . | fromYamlArray -}}
{{- $plural := printf "%ss" (lower .Kind) -}}
{{- $_ := set $groups .Group (append (get $groups .Group | default list) $plural | uniq) -}}
{{- end -}}
{{- range $group, $resources := $groups }}
- apiGroups: [{{ quote $group }}]
  resources: {{ toJson $resources }}
  verbs: [get, list, watch]
{{- end -}}
{{- end }}
