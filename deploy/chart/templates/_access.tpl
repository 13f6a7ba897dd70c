{{/* The flags of `lineal serve` about callers and encryption, one a line. */}}
{{- define "lineal.accessFlags" -}}
{{- $access := .Values.access -}}
{{- with $access.methods }}
- --auth
- {{ join "," . }}
{{- end }}
{{- if $access.rules }}
- --access-file
- /etc/lineal/access.json
{{- end }}
{{- if has "oidc" $access.methods }}
- --oidc-issuer
- {{ $access.oidc.issuer }}
- --oidc-audience
- {{ $access.oidc.audience }}
{{- end }}
{{- if or (has "kubeflow" $access.methods) (has "mesh" $access.methods) }}
- --trusted-proxies
- {{ join "," $access.trustedProxies }}
{{- with $access.userHeader }}
- --user-header
- {{ . }}
{{- end }}
{{- end }}
{{- if $access.kubernetesAccess }}
- --kubernetes-access
{{- with $access.workspaceSelector }}
- --workspace-selector
- {{ . }}
{{- end }}
{{- end }}
{{- if $access.openGrpc }}
- --open-grpc
{{- end }}
{{- if $access.tls.secret }}
- --tls-cert
- /run/secrets/tls/tls.crt
- --tls-key
- /run/secrets/tls/tls.key
{{- with $access.tls.clientCaKey }}
- --tls-client-ca
- /run/secrets/tls/{{ . }}
{{- end }}
{{- end }}
{{- if not (and $access.tls.secret $access.methods) }}
- --insecure
{{- end }}
{{- end }}

{{/* How the watcher reaches the server. */}}
{{- define "lineal.watcherTarget" -}}
{{- $tls := .Values.access.tls.secret -}}
{{- $options := list -}}
{{- if .Values.watcher.certificateSecret -}}
{{- $options = concat $options (list "cert_file=/run/secrets/certificate/tls.crt" "key_file=/run/secrets/certificate/tls.key") -}}
{{- else if .Values.access.tls.clientCaKey -}}
{{- fail "access.tls.clientCaKey lets nobody call gRPC without a certificate: name watcher.certificateSecret, or set watcher.enabled to false" -}}
{{- else if and .Values.access.methods (not .Values.access.openGrpc) -}}
{{- if not (has "token" .Values.access.methods) -}}
{{- fail "the watcher needs a login: add token to access.methods, name watcher.certificateSecret, or set watcher.enabled to false" -}}
{{- end -}}
{{- $options = append $options "token_file=/run/secrets/lineal/token" -}}
{{- end -}}
{{- if $tls -}}
{{- $options = append $options "ca_file=/run/secrets/authority/ca.crt" -}}
{{- end -}}
{{ ternary "grpcs" "grpc" (ne $tls "") }}://{{ include "lineal.server" . }}:8080{{ if $options }}?{{ join "&" $options }}{{ end }}
{{- end }}

{{- define "lineal.watcherHasToken" -}}
{{- if and .Values.access.methods (not .Values.access.openGrpc) (not .Values.watcher.certificateSecret) -}}yes{{- end -}}
{{- end }}

{{/* How a job reaches the server; its token is in the environment. */}}
{{- define "lineal.jobTarget" -}}
{{- if .Values.access.tls.secret -}}
grpcs://{{ include "lineal.server" . }}:8080?ca_file=/run/secrets/authority/ca.crt
{{- else -}}
grpc://{{ include "lineal.server" . }}:8080
{{- end -}}
{{- end }}
