/** A Helm chart: one pod with a volume for SQLite, or receiving and working pods for PostgreSQL. Secrets are references by key. */
import {type DeployFacts, fixed, secretKey, secretNames} from './facts.ts';
import {disruptionBudget, monitor, networkPolicy, service, serviceAccount} from './helm-parts.ts';

export function helmFiles(facts: DeployFacts): ReadonlyMap<string, string> {
  return new Map([
    ['chart/Chart.yaml', chart(facts)],
    ['chart/values.yaml', values(facts)],
    ['chart/.helmignore', '*.tgz\n.git/\n'],
    ...(facts.store === 'postgres'
      ? ([
          ['chart/templates/ingest.yaml', workload(facts, 'ingest')],
          ['chart/templates/work.yaml', workload(facts, 'work')],
        ] as const)
      : ([['chart/templates/statefulset.yaml', workload(facts, 'all')]] as const)),
    ['chart/templates/service.yaml', service(facts)],
    ['chart/templates/serviceaccount.yaml', serviceAccount(facts)],
    ['chart/templates/networkpolicy.yaml', networkPolicy(facts)],
    ['chart/templates/pdb.yaml', disruptionBudget(facts)],
    ['chart/templates/servicemonitor.yaml', monitor(facts)],
  ]);
}

function chart({name, jobwireVersion}: DeployFacts): string {
  return `apiVersion: v2
name: ${name}
description: Jobwire with the project ${name}
type: application
version: 0.1.0
appVersion: ${JSON.stringify(jobwireVersion)}
kubeVersion: ">=1.27.0-0"
`;
}

function values({name, store, secretFiles, ...facts}: DeployFacts): string {
  const keys = [...secretNames({name, store, secretFiles, ...facts}), ...secretFiles.map(secretKey)];
  const database = store === 'postgres';
  const size = (memory: string): string =>
    `    requests: { cpu: 100m, memory: 256Mi }\n    limits: { memory: ${memory} }\n`;
  return `image:
  # docker build -f ${facts.folder}/Dockerfile; pin it by digest.
  repository: registry.example/${name}
  tag: ${JSON.stringify(facts.jobwireVersion)}
  pullPolicy: IfNotPresent

# A Secret that is there already, with the keys
#   ${keys.join(', ')}
#   kubectl create secret generic ${name}-secrets --from-file=JOBWIRE_SECRET_KEY=… …
secretName: ${name}-secrets

# How senders reach it: part of some signatures.
publicUrl: https://${name}.example
logLevel: info

${
  database
    ? `database:
  # The password is the key PGPASSWORD of the Secret.
  url: postgres://jobwire@postgres:5432/jobwire
  port: 5432

ingest:
  replicas: 2
  resources:
${size('512Mi')}
work:
  replicas: 2
  resources:
${size('1Gi')}`
    : `all:
  # SQLite: one process works a file.
  replicas: 1
  resources:
${size('1Gi')}
storage:
  size: 5Gi
  # Empty: the default of the cluster. Not a network file system.
  className: ""
`
}
service:
  type: ClusterIP
  port: 80

networkPolicy:
  # Egress: DNS, 443${database ? ' and the database' : ''}. A policy knows no host names; Jobwire itself keeps to the hosts of its connectors.
  enabled: true

serviceMonitor:
  enabled: false
  interval: 30s
`;
}

function workload(facts: DeployFacts, role: 'all' | 'ingest' | 'work'): string {
  const {name} = facts;
  const full = role === 'all' ? name : `${name}-${role}`;
  const stateful = role === 'all';
  return `apiVersion: apps/v1
kind: ${stateful ? 'StatefulSet' : 'Deployment'}
metadata:
  name: {{ .Release.Name }}-${full}
  labels:
    app.kubernetes.io/name: ${name}
    app.kubernetes.io/instance: {{ .Release.Name }}
    app.kubernetes.io/component: ${role}
spec:
  replicas: {{ .Values.${role}.replicas }}
${stateful ? `  serviceName: {{ .Release.Name }}-${name}\n` : ''}  selector:
    matchLabels:
      app.kubernetes.io/name: ${name}
      app.kubernetes.io/instance: {{ .Release.Name }}
      app.kubernetes.io/component: ${role}
  template:
    metadata:
      labels:
        app.kubernetes.io/name: ${name}
        app.kubernetes.io/instance: {{ .Release.Name }}
        app.kubernetes.io/component: ${role}
    spec:
      serviceAccountName: {{ .Release.Name }}-${name}
      automountServiceAccountToken: false
      enableServiceLinks: false
      # Longer than JOBWIRE_DRAIN_MS, or what is under way is cut off.
      terminationGracePeriodSeconds: ${fixed.graceSeconds}
      securityContext:
        runAsNonRoot: true
        runAsUser: ${fixed.user}
        runAsGroup: ${fixed.user}
        fsGroup: ${fixed.user}
        seccompProfile:
          type: RuntimeDefault
      containers:
        - name: jobwire
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
          imagePullPolicy: {{ .Values.image.pullPolicy }}
          args: ["serve", "--host", "0.0.0.0"${stateful ? '' : `, "--role", "${role}"`}]
          ports:
            - name: http
              containerPort: ${fixed.port}
          env:
            - name: JOBWIRE_STORE
              value: ${stateful ? 'sqlite:/data/jobwire.db' : '{{ .Values.database.url | quote }}'}
            - name: JOBWIRE_PUBLIC_URL
              value: {{ .Values.publicUrl | quote }}
            - name: JOBWIRE_LOG_LEVEL
              value: {{ .Values.logLevel | quote }}
${secretNames(facts).map(reference).join('')}          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities:
              drop: ["ALL"]
          # A process that is not ready because the database is away must not be restarted for it.
          livenessProbe:
            httpGet:
              path: /livez
              port: http
            periodSeconds: 10
            timeoutSeconds: 5
          readinessProbe:
            httpGet:
              path: /readyz
              port: http
            periodSeconds: 5
            timeoutSeconds: 5
          startupProbe:
            httpGet:
              path: /livez
              port: http
            periodSeconds: 2
            failureThreshold: 30
          resources:
            {{- toYaml .Values.${role}.resources | nindent 12 }}
          volumeMounts:
            - name: tmp
              mountPath: /tmp
${stateful ? '            - name: data\n              mountPath: /data\n' : ''}${facts.secretFiles.map(mount).join('')}      volumes:
        - name: tmp
          emptyDir: {}
${fileVolume(facts)}${stateful ? claim : ''}`;
}

function reference(name: string): string {
  return `            - name: ${name}
              valueFrom:
                secretKeyRef:
                  name: {{ .Values.secretName }}
                  key: ${name}
`;
}

function mount(path: string): string {
  return `            - name: files
              mountPath: /project/${path}
              subPath: ${secretKey(path)}
              readOnly: true
`;
}

function fileVolume({secretFiles}: DeployFacts): string {
  if (secretFiles.length === 0) return '';
  const items = secretFiles.map(secretKey).map((key) => `              - key: ${key}\n                path: ${key}\n`);
  return `        - name: files
          secret:
            secretName: {{ .Values.secretName }}
            defaultMode: 0440
            items:
${items.join('')}`;
}

const claim = `  volumeClaimTemplates:
    - metadata:
        name: data
      spec:
        accessModes: ["ReadWriteOnce"]
        {{- if .Values.storage.className }}
        storageClassName: {{ .Values.storage.className | quote }}
        {{- end }}
        resources:
          requests:
            storage: {{ .Values.storage.size }}
`;
