/** A compose file: one process with SQLite, or receiving and working ones with PostgreSQL. Secrets are files, never text in it. */
import {type DeployFacts, fixed, secretKey, secretNames} from './facts.ts';
import {healthCommand} from './image.ts';

export function composeFile(facts: DeployFacts): string {
  const {store, name} = facts;
  return `${head(facts)}name: ${name}

${common(facts)}
services:
${store === 'postgres' ? `${database}\n${receiving}\n${working}` : single(facts)}
volumes:
  ${store === 'postgres' ? 'postgres' : 'data'}:

secrets:
${[...secretNames(facts).map((secret) => fileSecret(secret, `./secrets/${secret}`)), ...facts.secretFiles.map((path) => fileSecret(secretKey(path), `${toProject(facts)}/${path}`))].join('\n')}
`;
}

function head(facts: DeployFacts): string {
  const {folder, store, checkout} = facts;
  const what =
    store === 'postgres'
      ? 'Jobwire on one PostgreSQL: two processes take deliveries, two work.'
      : 'Jobwire in one process, with SQLite in a volume.';
  return `# ${what} ${checkout ? 'The project is mounted read-only.' : 'The project is in the image.'}
# Each secret is a file below ${folder}/secrets, readable by user ${fixed.user}, for example:
#   mkdir -p ${folder}/secrets && openssl rand -base64 32 > ${folder}/secrets/JOBWIRE_SECRET_KEY
# They are: ${secretNames(facts).join(', ')}.
#   ${checkout ? 'JOBWIRE_PROJECT=/srv/jobwire ' : ''}docker compose -f ${folder}/compose.yaml up --build --detach
`;
}

function common(facts: DeployFacts): string {
  const {name, store, checkout, folder} = facts;
  const database = store === 'postgres';
  const volumes = [
    ...(checkout ? ['${JOBWIRE_PROJECT:?the folder with connections and templates}:/project:ro'] : []),
    ...(database ? [] : ['data:/data']),
  ];
  return `x-jobwire: &jobwire
  image: ${name}
  build:
    context: ${toProject(facts)}
    dockerfile: ${folder}/Dockerfile
  restart: always
  read_only: true
  tmpfs: [/tmp]
  cap_drop: [ALL]
  security_opt: ["no-new-privileges:true"]
  # A core dump would hold every secret.
  ulimits:
    core: 0
  # Longer than JOBWIRE_DRAIN_MS, or what is under way is cut off.
  stop_grace_period: ${fixed.graceSeconds}s
${volumes.length > 0 ? `  volumes:\n${volumes.map((volume) => `    - ${volume}\n`).join('')}` : ''}${database ? '  depends_on:\n    postgres:\n      condition: service_healthy\n' : ''}  secrets:
${[...secretNames(facts).map((secret) => `    - ${secret}`), ...facts.secretFiles.map(mounted)].join('\n')}
  healthcheck:
    test: ${JSON.stringify(healthCommand)}
    interval: 10s
    timeout: 5s
    start_period: 20s

x-environment: &environment
  # ${database ? 'pg takes the password from PGPASSWORD: it is in no command line and no message.' : 'In the volume, beside nothing of the project.'}
  JOBWIRE_STORE: ${database ? 'postgres://jobwire@postgres:5432/jobwire' : 'sqlite:/data/jobwire.db'}
  JOBWIRE_PUBLIC_URL: \${JOBWIRE_PUBLIC_URL:-http://127.0.0.1:${fixed.port}}
`;
}

/** From the folder of the deploy files to the project. */
function toProject({folder}: DeployFacts): string {
  return folder
    .split('/')
    .map(() => '..')
    .join('/');
}

function fileSecret(name: string, file: string): string {
  return `  ${name}:\n    file: ${file}`;
}

function mounted(path: string): string {
  return `    - source: ${secretKey(path)}\n      target: /project/${path}`;
}

const limits = (replicas: number, memory: string): string => `    deploy:
      replicas: ${replicas}
      resources:
        limits:
          cpus: "1.0"
          memory: ${memory}
`;

const database = `  postgres:
    image: postgres:${fixed.postgres}
    restart: always
    environment:
      POSTGRES_USER: jobwire
      POSTGRES_DB: jobwire
      POSTGRES_PASSWORD_FILE: /run/secrets/PGPASSWORD
    secrets:
      - PGPASSWORD
    volumes:
      - postgres:/var/lib/postgresql/data
    # A transaction is on the disk before it is acknowledged: fsync and synchronous_commit stay on.
    stop_grace_period: 60s
    healthcheck:
      test: ["CMD", "pg_isready", "-U", "jobwire", "-d", "jobwire"]
      interval: 5s
      timeout: 5s
      retries: 20
`;

const receiving = `  ingest:
    <<: *jobwire
    command: ["serve", "--host", "0.0.0.0", "--role", "ingest"]
    environment:
      <<: *environment
    ports:
      # Behind a proxy that ends TLS.
      - "127.0.0.1:${fixed.port}-${fixed.port + 1}:${fixed.port}"
${limits(2, '512M')}`;

const working = `  work:
    <<: *jobwire
    command: ["serve", "--host", "0.0.0.0", "--role", "work"]
    environment:
      <<: *environment
${limits(2, '1G')}`;

function single({name}: DeployFacts): string {
  return `  ${name}:
    <<: *jobwire
    command: ["serve", "--host", "0.0.0.0"]
    environment:
      <<: *environment
    ports:
      # Behind a proxy that ends TLS.
      - "127.0.0.1:${fixed.port}:${fixed.port}"
${limits(1, '1G')}`;
}
