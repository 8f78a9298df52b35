/** The image and what starts in it. No secret gets into a layer: only listed files are sent to the build. */
import {type DeployFacts, fixed} from './facts.ts';

export function imageFiles(facts: DeployFacts): ReadonlyMap<string, string> {
  return new Map([
    ['Dockerfile', facts.checkout ? checkoutDockerfile() : projectDockerfile(facts)],
    ['Dockerfile.dockerignore', facts.checkout ? checkoutIgnore : projectIgnore(facts)],
    ['entrypoint.sh', startScript(`node ${facts.checkout ? checkoutProgram : projectProgram}`)],
    ...(facts.checkout ? [] : [['package.json', packageJson(facts)] as const]),
  ]);
}

const checkoutProgram = '/opt/jobwire/bin/jobwire.js';
const projectProgram = '/opt/jobwire/node_modules/jobwire/bin/jobwire.js';

const health = `HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \\
  CMD ["node", "-e", "fetch('http://127.0.0.1:${fixed.port}/livez').then((a) => process.exit(a.ok ? 0 : 1), () => process.exit(1))"]`;

/** What the health check of the image says, for those who write it into another file. */
export const healthCommand = [
  'CMD',
  'node',
  '-e',
  `fetch('http://127.0.0.1:${fixed.port}/livez').then((a) => process.exit(a.ok ? 0 : 1), () => process.exit(1))`,
];

const end = `USER node
WORKDIR /project
EXPOSE ${fixed.port}
${health}
# Signals reach Node itself, so that what is under way is finished.
ENTRYPOINT ["/bin/sh", "/opt/jobwire/entrypoint.sh"]
CMD ["serve", "--host", "0.0.0.0"]
`;

function projectDockerfile({name, folder}: DeployFacts): string {
  return `# ${name}: Jobwire with this project.
#   docker build -f ${folder}/Dockerfile -t ${name} .
FROM node:${fixed.node}-slim
ENV NODE_ENV=production
WORKDIR /opt/jobwire
# With a lock file beside package.json, the dependencies are the locked ones: npm install --package-lock-only
COPY ${folder}/package.json ${folder}/package-lock.jso[n] ./
RUN if [ -f package-lock.json ]; then npm ci --omit=dev --ignore-scripts --no-fund --no-audit; \\
  else npm install --omit=dev --ignore-scripts --no-fund --no-audit; fi && npm cache clean --force
COPY ${folder}/entrypoint.sh ./
# Owned by root: the process cannot change its own project. ${folder}/Dockerfile.dockerignore says which files these are.
COPY . /project/
RUN mkdir /data && chown node:node /data
${end}`;
}

function checkoutDockerfile(): string {
  return `# Jobwire as an image: docker build -f deploy/Dockerfile -t jobwire .
FROM node:${fixed.node}-slim
ENV NODE_ENV=production
WORKDIR /opt/jobwire
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts --no-fund --no-audit && npm cache clean --force
COPY bin bin
COPY src src
COPY schemas schemas
COPY connectors connectors
COPY templates templates
COPY starter starter
COPY site site
COPY deploy/entrypoint.sh ./
RUN mkdir /data && chown node:node /data
${end}`;
}

const checkoutIgnore = `.git
node_modules
dist
**/.jobwire
**/secrets
**/.env*
*.log
`;

/** Nothing but what is named. */
function projectIgnore({folder}: DeployFacts): string {
  return `*
!connections/*.json
!connectors
!templates
!jobwire.lock
!trust.json
!.jobwire/packages
!${folder}/package.json
!${folder}/package-lock.json
!${folder}/entrypoint.sh
**/secrets
**/.env*
`;
}

/**
 * Connections refer to variables; container engines, clusters and systemd hand secrets over as files. `exec` replaces the shell, so
 * that signals reach Jobwire.
 */
export function startScript(program: string): string {
  return `#!/bin/sh
# Starts Jobwire with secrets that are given as files: NAME in the folder becomes the variable NAME of this process alone.
set -eu
for file in "\${CREDENTIALS_DIRECTORY:-/run/secrets}"/*; do
  [ -f "$file" ] || continue
  name=\${file##*/}
  case $name in *[!A-Za-z0-9_]* | [0-9]*) continue ;; esac
  value=$(cat "$file")
  export "$name=$value"
done
unset value
# The core file of a crash would hold every secret.
ulimit -c 0
exec ${program} "$@"
`;
}

function packageJson({name, jobwireVersion}: DeployFacts): string {
  const content = {name: `${name}-image`, private: true, dependencies: {jobwire: jobwireVersion}};
  return `${JSON.stringify(content, null, 2)}\n`;
}
