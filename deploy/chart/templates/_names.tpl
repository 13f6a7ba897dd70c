{{/* The name of what belongs to this release: `lineal` for a release of that name. */}}
{{- define "lineal.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{- define "lineal.server" -}}
{{ include "lineal.fullname" . }}-server
{{- end }}

{{- define "lineal.watcher" -}}
{{ include "lineal.fullname" . }}-watcher
{{- end }}

{{/* Roles of the whole cluster have the namespace in their names, so that two installations do not share them.
     Arguments: the root, and the end of the name. */}}
{{- define "lineal.clusterRole" -}}
{{ include "lineal.fullname" (index . 0) }}-{{ index . 1 }}:{{ (index . 0).Release.Namespace }}
{{- end }}

{{- define "lineal.serverServiceAccount" -}}
{{ default (include "lineal.server" .) .Values.server.serviceAccount.name }}
{{- end }}

{{- define "lineal.watcherServiceAccount" -}}
{{ default (include "lineal.watcher" .) .Values.watcher.serviceAccount.name }}
{{- end }}

{{/* What selects the pods of a component. Arguments: the root, and the component. */}}
{{- define "lineal.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ default $root.Chart.Name $root.Values.nameOverride }}
app.kubernetes.io/component: {{ index . 1 }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
{{- end }}

{{/* The labels of an object of a component. */}}
{{- define "lineal.labels" -}}
{{- $root := index . 0 -}}
{{ include "lineal.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | replace "+" "_" | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "lineal.image" -}}
{{- $image := .Values.image -}}
{{- if $image.digest -}}
{{ $image.repository }}@{{ $image.digest }}
{{- else -}}
{{ $image.repository }}:{{ default (.Chart.AppVersion | replace "+" "_") $image.tag }}
{{- end -}}
{{- end }}

{{/* What selects all pods of the release. */}}
{{- define "lineal.anySelector" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}
