/** A small project on disk that is good as it stands, and edits of its text that make it bad. */
import assert from 'node:assert/strict';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import type {Issue} from '../../src/errors/jobwire-error.ts';
import {type Library, loadLibrary} from '../../src/manifest/library.ts';

export type FileName = keyof typeof good;

export const good = {
  'connectors/acme/connector.json': `{
  "jobwire": "1",
  "kind": "connector",
  "id": "acme",
  "version": "1.0.0",
  "title": "Acme",
  "permissions": { "hosts": ["*.acme.example", "login.acme.example"] },
  "connection": {
    "config": {
      "type": "object",
      "required": ["site"],
      "properties": {
        "site": { "type": "string", "pattern": "^[a-z0-9-]+$" },
        "strict": { "type": "boolean", "default": false }
      }
    },
    "secrets": { "key": { "title": "Key" } },
    "baseUrl": "https://{{connection.site}}.acme.example",
    "auth": { "apply": { "headers": { "Authorization": "Key {{secret.key}}" } } },
    "probe": { "call": "listJobs", "with": { "name": "x" }, "output": "{{length result}} jobs" },
    "variants": {
      "key": { "title": "Key" },
      "login": {
        "title": "Login",
        "config": { "type": "object", "required": ["user"], "properties": { "user": { "type": "string" } } },
        "auth": {
          "obtain": {
            "oauth2": {
              "grant": "password",
              "tokenUrl": "https://login.acme.example/token",
              "clientId": "jobwire",
              "username": "{{connection.user}}",
              "password": "{{secret.key}}"
            }
          }
        }
      }
    }
  },
  "http": {
    "timeout": "30s",
    "budgets": { "calls": { "limit": 60, "per": "1m", "concurrency": 4 } },
    "errors": [
      { "when": { "status": [404] }, "action": "fail", "code": "acme-not-found", "owner": "operator", "message": "Not there" }
    ]
  },
  "schemas": {
    "ticket": {
      "type": "object",
      "required": ["id", "title", "priority"],
      "properties": {
        "id": { "type": "string" },
        "title": { "type": "string" },
        "priority": { "type": "string", "enum": ["low", "high"] },
        "votes": { "type": "integer" },
        "owner": { "type": "object", "required": ["name"], "properties": { "name": { "type": "string" } } }
      }
    }
  },
  "operations": {
    "listJobs": {
      "effect": "read",
      "params": { "name?": "string" },
      "request": {
        "method": "GET",
        "path": "/jobs",
        "query": { "$filter": "name eq {{odata (default params.name '')}}", "top": "{{page.size}}", "strict": "{{connection.strict}}" }
      },
      "response": {
        "items": "{{response.body.jobs}}",
        "schema": { "type": "object", "required": ["key"], "properties": { "key": { "type": "string" }, "note": { "type": "string" } } }
      },
      "page": { "style": "offset" },
      "budget": "calls",
      "sample": { "jobs": [{ "key": "a" }] }
    },
    "startJob": {
      "effect": "write",
      "params": { "key": "string", "count?": "integer", "mode": { "enum": ["fast", "slow"] } },
      "request": {
        "method": "POST",
        "path": "/jobs/{{params.key}}/start",
        "body": { "json": { "count": "{{default params.count 1}}", "mode": "{{params.mode}}" } }
      },
      "response": { "output": { "id": "{{string response.body.id}}" } }
    },
    "stopJob": {
      "effect": "write",
      "repeat": "safe",
      "params": { "id": "string" },
      "request": { "method": "DELETE", "path": "/runs/{{params.id}}" },
      "response": { "type": "none" }
    },
    "readRun": {
      "effect": "read",
      "params": { "id": "string" },
      "request": { "method": "GET", "path": "/runs/{{params.id}}" }
    }
  },
  "lookups": {
    "job": {
      "params": { "name": "string" },
      "call": "listJobs",
      "with": { "name": "{{params.name}}" },
      "where": [{ "test": "{{eq item.key params.name}}" }],
      "stale": { "codes": ["acme-not-found"] },
      "output": { "key": "{{item.key}}" }
    }
  },
  "actions": {
    "run": {
      "title": "Run a job",
      "starts": "run",
      "input": {
        "type": "object",
        "required": ["job", "mode"],
        "properties": {
          "job": { "type": "string", "x-jobwire-options": { "call": "listJobs", "value": "{{item.key}}" } },
          "mode": { "enum": ["fast", "slow"] },
          "count": { "type": "integer", "minimum": 1 },
          "note": { "type": "string", "maxLength": 20 }
        }
      },
      "steps": [
        { "id": "job", "lookup": "job", "with": { "name": "{{input.job}}" } },
        { "id": "start", "call": "startJob", "with": { "key": "{{steps.job.key}}", "count": "{{optional input.count}}", "mode": "{{input.mode}}" } }
      ],
      "output": { "jobs": [{ "id": "{{steps.start.id}}" }] }
    },
    "ping": { "title": "Ping", "input": { "type": "object" }, "variants": ["login"], "call": "readRun", "with": { "id": "1" } }
  },
  "jobs": {
    "run": {
      "title": "Run",
      "ref": { "type": "object", "required": ["id"], "properties": { "id": { "type": "string" } } },
      "status": { "call": "readRun", "with": { "id": "{{job.id}}" }, "output": { "state": "{{result.state}}" } },
      "states": { "ok": "succeeded", "bad": "failed" },
      "stop": { "call": "stopJob", "with": { "id": "{{job.id}}" } }
    }
  },
  "events": {
    "ticket.opened": { "title": "Ticket opened", "data": { "$ref": "#/schemas/ticket" }, "sample": "./samples/ticket.opened.json" }
  },
  "feeds": {
    "hooks": {
      "title": "Webhooks",
      "emits": ["ticket.opened"],
      "webhook": {
        "verify": [{ "scheme": "hmac", "signature": { "header": "x-acme" }, "key": "{{secret.key}}" }]
      },
      "event": { "type": "ticket.opened", "id": "{{item.id}}", "data": "{{item.ticket}}" }
    }
  }
}
`,
  'connectors/acme/samples/ticket.opened.json': `{
  "id": "1",
  "type": "ticket.opened",
  "data": { "id": "1", "title": "Help", "priority": "high" }
}
`,
  'templates/help/template.json': `{
  "jobwire": "1",
  "kind": "template",
  "id": "help",
  "version": "1.0.0",
  "title": "Help",
  "on": { "connector": "acme@^1", "event": "ticket.opened", "connection": "acme-main" },
  "criteria": [
    { "path": "event.data.priority", "op": "equals", "value": "high" },
    { "path": "event.data.owner", "op": "exists" }
  ],
  "do": [
    {
      "id": "first",
      "connector": "acme@^1",
      "connection": "acme-main",
      "action": "run",
      "input": {
        "job": "{{event.data.title}}",
        "mode": "fast",
        "note": "{{truncate event.data.owner.name 20}}"
      },
      "onComplete": [
        { "connector": "acme", "connection": "acme-main", "action": "run", "input": { "job": "{{result.state}}", "mode": "slow" } }
      ]
    }
  ],
  "policy": { "delivery": "at-most-once", "concurrency": { "limit": 2, "key": "{{event.data.id}}" } }
}
`,
  'connections/acme-main.json': `{
  "jobwire": "1",
  "kind": "connection",
  "id": "acme-main",
  "title": "Acme",
  "connector": "acme@^1",
  "variant": "key",
  "config": { "site": "prod" },
  "secrets": { "key": "env:ACME_KEY" },
  "feeds": { "hooks": { "enabled": true } },
  "budgets": { "calls": { "limit": 10 } }
}
`,
} as const;

export const connector = 'connectors/acme/connector.json';
export const template = 'templates/help/template.json';
export const connection = 'connections/acme-main.json';
export const sample = 'connectors/acme/samples/ticket.opened.json';

/** One replacement in one file; the text must be there exactly once. */
export interface Edit {
  readonly file: FileName;
  readonly from: string;
  readonly to: string;
}

export function edited(edit: Edit | undefined): Record<FileName, string> {
  const files: Record<FileName, string> = {...good};
  if (!edit) return files;
  const {file, from, to} = edit;
  assert.equal(good[file].split(from).length, 2, `${from} must stand exactly once in ${file}`);
  files[file] = good[file].replace(from, () => to);
  return files;
}

/** Loads a project of these files; nothing is shipped beside it. */
export function loadProject(files: Readonly<Record<string, string | Uint8Array>>): {library: Library; root: string} {
  const root = mkdtempSync(join(tmpdir(), 'jobwire-manifest-'));
  try {
    for (const [path, content] of Object.entries(files)) {
      const file = join(root, path);
      mkdirSync(dirname(file), {recursive: true});
      writeFileSync(file, content);
    }
    return {library: loadLibrary({project: root, shipped: join(root, 'none')}), root};
  } finally {
    rmSync(root, {recursive: true, force: true});
  }
}

/** Line and column of a piece of text, both from 1. */
export function positionOf(text: string, piece: string): {line: number; column: number} {
  const offset = text.indexOf(piece);
  assert.notEqual(offset, -1, `${piece} is not in the text`);
  const before = text.slice(0, offset).split('\n');
  return {line: before.length, column: (before.at(-1)?.length ?? 0) + 1};
}

/** An issue in one line, for messages of failing tests. */
export function shown({code, at, detail, suggestions}: Issue): string {
  return `${code} ${at?.pointer ?? ''} ${at?.line}:${at?.column} ${detail} ${(suggestions ?? []).join(',')}`;
}
