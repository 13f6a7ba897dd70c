{{/* The environment that names the store: for the server, the migration, and the CronJobs. */}}
{{- define "lineal.storeEnvironment" -}}
{{- $store := .Values.store -}}
{{- if eq $store.kind "sqlite" }}
- {name: LINEAL_URL, value: "sqlite:////var/lib/lineal/metadata.db"}
{{- else if eq $store.kind "secret" }}
- name: LINEAL_URL
  valueFrom: {secretKeyRef: {name: {{ $store.urlSecret }}, key: {{ $store.urlKey }}}}
{{- else if eq $store.kind "kubeflow" }}
- name: DATABASE_HOST
  valueFrom: {configMapKeyRef: {name: pipeline-install-config, key: mysqlHost}}
- name: DATABASE_PORT
  valueFrom: {configMapKeyRef: {name: pipeline-install-config, key: mysqlPort}}
- name: DATABASE_NAME
  valueFrom: {configMapKeyRef: {name: pipeline-install-config, key: mlmdDb}}
- name: DATABASE_USER
  valueFrom: {secretKeyRef: {name: mysql-secret, key: username}}
# Not part of the URL, so that it can have every character.
- name: LINEAL_DB_PASSWORD
  valueFrom: {secretKeyRef: {name: mysql-secret, key: password}}
- {name: LINEAL_URL, value: "mysql://$(DATABASE_USER)@$(DATABASE_HOST):$(DATABASE_PORT)/$(DATABASE_NAME)"}
{{- else if eq $store.kind "kubeflow-postgresql" }}
- {name: DATABASE_HOST, value: metadata-postgres-db}
- name: DATABASE_PORT
  valueFrom: {configMapKeyRef: {name: metadata-postgres-db-parameters, key: POSTGRES_PORT}}
- name: DATABASE_NAME
  valueFrom: {configMapKeyRef: {name: metadata-postgres-db-parameters, key: POSTGRES_DBNAME}}
- name: DATABASE_USER
  valueFrom: {secretKeyRef: {name: metadata-postgres-db-secrets, key: POSTGRES_USER}}
- name: LINEAL_DB_PASSWORD
  valueFrom: {secretKeyRef: {name: metadata-postgres-db-secrets, key: POSTGRES_PASSWORD}}
- {name: LINEAL_URL, value: "postgresql://$(DATABASE_USER)@$(DATABASE_HOST):$(DATABASE_PORT)/$(DATABASE_NAME)"}
{{- else }}
{{- $database := $store.database }}
{{- $user := urlquery $database.user | replace "+" "%20" }}
{{- $name := urlquery $database.name | replace "+" "%20" }}
- name: LINEAL_DB_PASSWORD
  valueFrom: {secretKeyRef: {name: {{ $database.passwordSecret }}, key: {{ $database.passwordKey }}}}
- name: LINEAL_URL
  value: {{ printf "%s://%s@%s:%s/%s" $store.kind $user $database.host (include "lineal.databasePort" .) $name | quote }}
{{- end }}
{{- end }}

{{/* The port of the database, for `mysql` and `postgresql`. */}}
{{- define "lineal.databasePort" -}}
{{- $usual := ternary 5432 3306 (eq .Values.store.kind "postgresql") -}}
{{- default $usual .Values.store.database.port | int -}}
{{- end }}

{{/* The ports to which the network policy lets the server connect, for its database. */}}
{{- define "lineal.databasePorts" -}}
{{- $kind := .Values.store.kind -}}
{{- if eq $kind "sqlite" -}}
[]
{{- else if eq $kind "secret" -}}
{{ toJson .Values.store.ports }}
{{- else if eq $kind "kubeflow" -}}
[3306]
{{- else if eq $kind "kubeflow-postgresql" -}}
[5432]
{{- else -}}
[{{ include "lineal.databasePort" . }}]
{{- end -}}
{{- end }}

{{- define "lineal.claim" -}}
{{ default (printf "%s-metadata" (include "lineal.fullname" .)) .Values.store.sqlite.existingClaim }}
{{- end }}
