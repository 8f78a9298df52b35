/** The parts of the chart beside its pods: address, identity, network, disruptions, metrics. */
import {type DeployFacts, fixed} from './facts.ts';

function labels({name}: DeployFacts, indent: string): string {
  return `${indent}app.kubernetes.io/name: ${name}\n${indent}app.kubernetes.io/instance: {{ .Release.Name }}\n`;
}

function head(facts: DeployFacts, apiVersion: string, kind: string): string {
  return `apiVersion: ${apiVersion}
kind: ${kind}
metadata:
  name: {{ .Release.Name }}-${facts.name}
  labels:
${labels(facts, '    ')}`;
}

/** Deliveries go to the pods that take them. */
export function service(facts: DeployFacts): string {
  return `${head(facts, 'v1', 'Service')}spec:
  type: {{ .Values.service.type }}
  selector:
${labels(facts, '    ')}    app.kubernetes.io/component: ${facts.store === 'postgres' ? 'ingest' : 'all'}
  ports:
    - name: http
      port: {{ .Values.service.port }}
      targetPort: http
`;
}

/** It asks the cluster for nothing. */
export function serviceAccount(facts: DeployFacts): string {
  return `${head(facts, 'v1', 'ServiceAccount')}automountServiceAccountToken: false
`;
}

/** In: its own port. Out: names, HTTPS, and the database. */
export function networkPolicy(facts: DeployFacts): string {
  return `{{- if .Values.networkPolicy.enabled }}
${head(facts, 'networking.k8s.io/v1', 'NetworkPolicy')}spec:
  podSelector:
    matchLabels:
${labels(facts, '      ')}  policyTypes: ["Ingress", "Egress"]
  ingress:
    - ports:
        - protocol: TCP
          port: ${fixed.port}
  egress:
    - ports:
        - protocol: UDP
          port: 53
        - protocol: TCP
          port: 53
    - ports:
        - protocol: TCP
          port: 443
${facts.store === 'postgres' ? '    - ports:\n        - protocol: TCP\n          port: {{ .Values.database.port }}\n' : ''}{{- end }}
`;
}

/** One at a time; a single pod may be moved, or a node could never be drained. */
export function disruptionBudget(facts: DeployFacts): string {
  return `${head(facts, 'policy/v1', 'PodDisruptionBudget')}spec:
  maxUnavailable: 1
  selector:
    matchLabels:
${labels(facts, '      ')}`;
}

/** Metrics want the token of the API. */
export function monitor(facts: DeployFacts): string {
  return `{{- if .Values.serviceMonitor.enabled }}
${head(facts, 'monitoring.coreos.com/v1', 'ServiceMonitor')}spec:
  selector:
    matchLabels:
${labels(facts, '      ')}  endpoints:
    - port: http
      path: /metrics
      interval: {{ .Values.serviceMonitor.interval }}
      authorization:
        credentials:
          name: {{ .Values.secretName }}
          key: JOBWIRE_API_TOKEN
{{- end }}
`;
}
