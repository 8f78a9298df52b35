/** A unit for systemd: a user that exists only while it runs, a file system that cannot be written, secrets as credentials. */
import {type DeployFacts, fixed, secretNames} from './facts.ts';
import {startScript} from './image.ts';

/** The unit's name, as a template when each role is a process of its own. */
export function unitName({name, store}: DeployFacts): string {
  return store === 'postgres' ? `${name}@.service` : `${name}.service`;
}

export function systemdFiles(facts: DeployFacts): ReadonlyMap<string, string> {
  return new Map([
    [unitName(facts), systemdUnit(facts)],
    ['start.sh', startScript('/usr/local/bin/jobwire')],
  ]);
}

/** Files that connections name stay in the project; a group of their own may read them. */
function groups({name, secretFiles}: DeployFacts): string {
  if (secretFiles.length === 0) return '';
  return `# groupadd --system ${name}; chgrp ${name} and chmod 0640 for ${secretFiles.join(', ')}\nSupplementaryGroups=${name}\n`;
}

function systemdUnit(facts: DeployFacts): string {
  const {name, store, checkout} = facts;
  const roles = store === 'postgres';
  const project = checkout ? '/srv/jobwire' : `/srv/${name}`;
  const secrets = secretNames(facts);
  return `# ${roles ? 'One process of Jobwire; the instance is its role: all, ingest or work.' : 'Jobwire in one process, with SQLite.'}
#   cp ${facts.folder}/${unitName(facts)} /etc/systemd/system/ && systemctl enable --now ${roles ? `${name}@all` : name}
# The project lies in ${project}, the program is /usr/local/bin/jobwire, secrets are files of mode 0600 in /etc/${name}/secrets:
#   ${secrets.join(', ')}
# Settings that are no secrets: /etc/${name}/${name}.env${roles ? `, and for one role /etc/${name}/all.env` : ''}
[Unit]
Description=Jobwire${roles ? ' (%i)' : ` (${name})`}
Wants=network-online.target
After=network-online.target${roles ? ' postgresql.service' : ''}
# A database that is away makes the process not ready; nothing but a broken project makes it end again and again.
StartLimitIntervalSec=300
StartLimitBurst=10

[Service]
Type=exec
DynamicUser=true
StateDirectory=${name}
WorkingDirectory=${project}
Environment=JOBWIRE_STORE=${roles ? 'postgres://jobwire@127.0.0.1:5432/jobwire' : `sqlite:/var/lib/${name}/jobwire.db`}
EnvironmentFile=-/etc/${name}/${name}.env
${roles ? `EnvironmentFile=-/etc/${name}/%i.env\n` : ''}${secrets.map((secret) => `LoadCredential=${secret}:/etc/${name}/secrets/${secret}`).join('\n')}
${groups(facts)}# Credentials become variables of the process: ${facts.folder}/start.sh, copied there.
ExecStart=/bin/sh /usr/local/lib/${name}/start.sh serve ${roles ? '--role %i ' : ''}-C ${project}
Restart=always
RestartSec=2
# Longer than JOBWIRE_DRAIN_MS (30 s), or what is under way is cut off.
TimeoutStopSec=${fixed.graceSeconds}
KillMode=mixed
UMask=0077
ProtectSystem=strict
ProtectHome=true
PrivateTmp=true
PrivateDevices=true
ProtectClock=true
ProtectHostname=true
ProtectKernelLogs=true
ProtectKernelModules=true
ProtectKernelTunables=true
ProtectControlGroups=true
ProtectProc=invisible
NoNewPrivileges=true
CapabilityBoundingSet=
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=true
RestrictRealtime=true
RestrictSUIDSGID=true
LockPersonality=true
SystemCallArchitectures=native
SystemCallFilter=@system-service
LimitNOFILE=65536
# A core dump would hold every secret.
LimitCORE=0

[Install]
WantedBy=multi-user.target
`;
}
