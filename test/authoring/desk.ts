/** A small project of its own: a service desk as connector, one connection, one template. Checked in milliseconds, unlike a shipped one. */
import {mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import type {Issue} from '../../src/errors/jobwire-error.ts';
import {checkCompanions} from '../../src/manifest/check-companions.ts';
import {type Library, loadLibrary} from '../../src/manifest/library.ts';

export const connectorFile = 'connectors/desk/connector.json';
export const templateFile = 'templates/route/template.json';
export const connectionFile = 'connections/desk-main.json';

const connector = `{
  "jobwire": "1",
  "kind": "connector",
  "id": "desk",
  "version": "1.2.0",
  "title": "Desk",
  "permissions": { "hosts": ["connection:url"] },
  "connection": {
    "variants": { "cloud": { "title": "Cloud" }, "on-site": { "title": "On site" } },
    "config": {
      "type": "object",
      "required": ["url"],
      "properties": { "url": { "type": "string", "format": "uri", "title": "Address" } }
    },
    "secrets": { "apiKey": { "title": "API key" }, "signingKey": { "title": "Signing key" } },
    "baseUrl": "{{connection.url}}",
    "auth": { "apply": { "headers": { "X-Key": "{{secret.apiKey}}" } } },
    "probe": { "call": "whoAmI" }
  },
  "operations": {
    "whoAmI": { "effect": "read", "request": { "method": "GET", "path": "/me" } },
    "listQueues": {
      "effect": "read",
      "request": { "method": "GET", "path": "/queues" },
      "response": { "items": "{{response.body.queues}}" }
    },
    "addNote": {
      "effect": "write",
      "repeat": "safe",
      "params": { "ticket": "string", "text": "string" },
      "request": {
        "method": "PUT",
        "path": "/tickets/{{params.ticket}}/note",
        "headers": { "X-Ticket": "{{params.ticket}}" },
        "body": { "json": { "text": "{{params.text}}" } }
      }
    }
  },
  "actions": {
    "addNote": {
      "title": "Add a note",
      "input": {
        "type": "object",
        "required": ["ticket", "text"],
        "properties": {
          "ticket": { "type": "string", "title": "Ticket" },
          "text": { "type": "string", "title": "Text" },
          "visibility": { "enum": ["public", "internal"], "default": "internal", "title": "Visibility" },
          "queue": {
            "type": "string",
            "title": "Queue",
            "x-jobwire-options": { "call": "listQueues", "value": "{{item.name}}" }
          },
          "extra": { "type": "object", "default": {}, "title": "More fields" }
        }
      },
      "steps": [
        {
          "id": "note",
          "call": "addNote",
          "with": {
            "ticket": "{{input.ticket}}",
            "text": "{{input.visibility}} {{default (nonEmpty input.queue) 'none'}}: {{input.text}} {{json input.extra}}"
          }
        }
      ]
    }
  },
  "events": {
    "ticket.created": {
      "title": "Ticket created",
      "data": {
        "type": "object",
        "required": ["number", "priority", "requester"],
        "properties": {
          "number": { "type": "string", "title": "Number" },
          "priority": { "enum": ["low", "high"] },
          "summary": { "type": "string" },
          "requester": {
            "type": "object",
            "required": ["name"],
            "properties": { "name": { "type": "string" }, "phone": { "type": ["string", "null"] } }
          },
          "x tag": { "type": "string" },
          "labels": { "type": "array", "items": { "type": "string" } }
        }
      },
      "sample": "samples/ticket.created.json"
    }
  },
  "feeds": {
    "tickets": {
      "title": "Tickets",
      "emits": ["ticket.created"],
      "webhook": {
        "verify": [
          {
            "scheme": "hmac",
            "algorithm": "sha256",
            "key": "{{secret.signingKey}}",
            "base": "{{request.raw}}",
            "signature": { "header": "x-signature" },
            "encoding": "hex"
          }
        ]
      },
      "event": { "type": "ticket.created", "id": "{{item.id}}", "data": "{{item.ticket}}" }
    }
  }
}
`;

const template = `{
  "jobwire": "1",
  "kind": "template",
  "id": "route",
  "version": "1.0.0",
  "title": "Route tickets",
  "on": { "connector": "desk@^1", "event": "ticket.created", "connection": "desk-main" },
  "criteria": [{ "path": "event.data.priority", "op": "in", "value": ["high"] }],
  "do": {
    "when": "{{eq event.data.priority 'high'}}",
    "connector": "desk@^1",
    "connection": "desk-main",
    "action": "addNote",
    "input": {
      "ticket": "{{event.data.number}}",
      "visibility": "public",
      "text": "[{{event.data.number}}] {{truncate event.data.requester.name 200}}",
      "extra": { "who": "{{event.data.requester.name}}" }
    }
  }
}
`;

const connection = `{
  "jobwire": "1",
  "kind": "connection",
  "id": "desk-main",
  "title": "Desk",
  "connector": "desk@^1",
  "variant": "cloud",
  "config": { "url": "https://desk.example.com" },
  "secrets": { "apiKey": "env:DESK_KEY", "signingKey": "env:DESK_SIGNING_KEY" }
}
`;

const sample = {
  id: 'e1',
  type: 'ticket.created',
  time: '2026-01-12T08:15:30Z',
  data: {number: 'T1', priority: 'high', requester: {name: 'Ada'}},
};

export interface DeskProject {
  readonly dir: string;
  read(file: string): string;
  write(file: string, text: string): void;
  /** Fails when the text is not there: a test that changes nothing proves nothing. */
  replace(file: string, from: string, to: string): void;
  library(): Library;
  check(): readonly Issue[];
  remove(): void;
}

export function makeDesk(): DeskProject {
  const dir = join(mkdtempSync(join(tmpdir(), 'jobwire-desk-')), 'a b é');
  const read = (file: string): string => readFileSync(join(dir, file), 'utf8');
  const write = (file: string, text: string): void => {
    mkdirSync(dirname(join(dir, file)), {recursive: true});
    writeFileSync(join(dir, file), text);
  };
  write(connectorFile, connector);
  write('connectors/desk/samples/ticket.created.json', JSON.stringify(sample));
  write(templateFile, template);
  write(connectionFile, connection);
  const library = (): Library => loadLibrary({project: dir, shipped: join(dir, 'nothing-shipped')});
  return {
    dir,
    read,
    write,
    replace(file, from, to) {
      const text = read(file);
      if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
      write(file, text.replace(from, to));
    },
    library,
    check() {
      const now = library();
      return [...now.issues, ...checkCompanions(now)];
    },
    remove: () => rmSync(dirname(dir), {recursive: true, force: true}),
  };
}
