{{/* What all pods have, at the level of a pod's spec. Arguments: the root, the component, and the component's values. */}}
{{- define "lineal.pod" -}}
{{- $root := index . 0 -}}
{{- $values := index . 2 -}}
{{- with $root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
securityContext: {{- toYaml $root.Values.podSecurityContext | nindent 2 }}
{{- with $values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with $values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* Pods of one component on different nodes. Arguments as above. */}}
{{- define "lineal.antiAffinity" -}}
{{- $term := dict "topologyKey" "kubernetes.io/hostname" -}}
{{- $_ := set $term "labelSelector" (dict "matchLabels" (include "lineal.selector" . | fromYaml)) -}}
{{- $how := (index . 2).antiAffinity -}}
{{- if eq $how "preferred" }}
affinity:
  podAntiAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        podAffinityTerm: {{- toYaml $term | nindent 10 }}
{{- else if eq $how "required" }}
affinity:
  podAntiAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      - {{- toYaml $term | nindent 8 }}
{{- end }}
{{- end }}

{{/* The confinement of every container. */}}
{{- define "lineal.confined" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- define "lineal.pullPolicy" -}}
{{- with .Values.image.pullPolicy }}
imagePullPolicy: {{ . }}
{{- end }}
{{- end }}

{{/* The environment of the server, and of what opens its database. */}}
{{- define "lineal.serverEnvironment" -}}
{{ include "lineal.storeEnvironment" . | trim }}
{{- with .Values.server.environment }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* What the server mounts, and what opens its database with it. */}}
{{- define "lineal.serverMounts" -}}
- {name: tmp, mountPath: /tmp}
{{- if eq .Values.store.kind "sqlite" }}
- {name: metadata, mountPath: /var/lib/lineal}
{{- end }}
{{- if .Values.access.rules }}
- {name: access, mountPath: /etc/lineal, readOnly: true}
{{- end }}
{{- if .Values.access.tls.secret }}
- {name: tls, mountPath: /run/secrets/tls, readOnly: true}
{{- end }}
{{- end }}
