{{- define "medcloud.labels" -}}
app.kubernetes.io/name: medcloud
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Every pod of one component: (dict "root" $ "component" "ingest" "replicas" 2). */}}
{{- define "medcloud.selector" -}}
{{ include "medcloud.labels" .root }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "medcloud.image" -}}
{{ .root.Values.image.repository }}/{{ .name }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}{{ .suffix | default "" }}
{{- end }}

{{- define "medcloud.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1654
runAsGroup: 1654
fsGroup: 1654
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "medcloud.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- define "medcloud.env" -}}
- name: MedCloud__RabbitMq__Username
  valueFrom: {secretKeyRef: {name: {{ .Values.rabbitmq.existingSecret }}, key: username}}
- name: MedCloud__RabbitMq__Password
  valueFrom: {secretKeyRef: {name: {{ .Values.rabbitmq.existingSecret }}, key: password}}
{{- if .Values.storage.existingSecret }}
- name: MedCloud__Storage__ConnectionString
  valueFrom: {secretKeyRef: {name: {{ .Values.storage.existingSecret }}, key: connectionString}}
{{- end }}
{{- end }}

{{/* The connection string of one database: (dict "root" $ "section" "Ingest"). */}}
{{- define "medcloud.database" -}}
- name: MedCloud__{{ .section }}__ConnectionString
  valueFrom: {secretKeyRef: {name: {{ .root.Values.postgresql.existingSecret }}, key: {{ lower .section }}}}
{{- end }}

{{/* The first probe waits for warm models and for a schema that the migration brings. */}}
{{- define "medcloud.probes" -}}
startupProbe:
  httpGet: {path: /health/ready, port: http}
  periodSeconds: 5
  failureThreshold: 60
readinessProbe:
  httpGet: {path: /health/ready, port: http}
  periodSeconds: 5
  timeoutSeconds: 4
livenessProbe:
  httpGet: {path: /health/live, port: http}
  periodSeconds: 10
  timeoutSeconds: 5
{{- end }}

{{/* How pods of one component are spread and replaced: the argument of medcloud.selector. */}}
{{- define "medcloud.spread" -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{- include "medcloud.selector" . | nindent 8 }}
{{- end }}
