{{/* The start of a CronJob up to the containers. Arguments: the root, the component, and its values. */}}
{{- define "lineal.cronJob" -}}
{{- $root := index . 0 -}}
{{- $component := index . 1 -}}
{{- $values := index . 2 -}}
apiVersion: batch/v1
kind: CronJob
metadata:
  name: {{ include "lineal.fullname" $root }}-{{ $component }}
  namespace: {{ $root.Release.Namespace }}
  labels: {{- include "lineal.labels" (list $root $component) | nindent 4 }}
spec:
  schedule: {{ $values.schedule | quote }}
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 3600
  jobTemplate:
    spec:
      backoffLimit: 2
      activeDeadlineSeconds: 14400
      template:
        metadata:
          labels: {{- include "lineal.selector" (list $root $component) | nindent 12 }}
        spec:
          restartPolicy: Never
          serviceAccountName: {{ include "lineal.serverServiceAccount" $root }}
          automountServiceAccountToken: false
          {{- include "lineal.pod" (list $root $component $root.Values.server) | nindent 10 }}
{{- end }}

{{/* A network policy for a CronJob, which nobody calls. Arguments: the root, the component, and its ways out. */}}
{{- define "lineal.jobPolicy" -}}
{{- $root := index . 0 -}}
{{- $component := index . 1 -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ include "lineal.fullname" $root }}-{{ $component }}
  namespace: {{ $root.Release.Namespace }}
  labels: {{- include "lineal.labels" (list $root $component) | nindent 4 }}
spec:
  podSelector:
    matchLabels: {{- include "lineal.selector" (list $root $component) | nindent 6 }}
  policyTypes: [Ingress, Egress]
  ingress: []
  egress:
    {{- include "lineal.dns" . | nindent 4 }}
    {{- include "lineal.toPorts" (index . 2) | nindent 4 }}
{{- end }}
