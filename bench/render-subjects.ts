/** One mapping of 20 fields, said to six programs in the way their users say it. Each makes the same JSON text. */
import Handlebars from 'handlebars';
import {evaluateJson} from '../src/expressions/evaluate.ts';
import {stringifyJson} from '../src/values/json.ts';
import {loaded} from './installed.ts';
import type {Incident} from './render.ts';

export interface Rendered {
  readonly name: string;
  render(incident: Incident): string | Promise<string>;
}

const iso = (text: string): string => `${text.replace(' ', 'T')}Z`;
const severities: Readonly<Record<string, string>> = {'1': 'critical', '2': 'high'};

function byHand({event}: Incident): string {
  const {data} = event;
  return JSON.stringify({
    id: data.number,
    key: data.sys_id,
    title: data.short_description.slice(0, 40),
    text: data.description,
    summary: `[${data.number}] ${data.short_description}`,
    category: data.category,
    area: data.category.toUpperCase(),
    state: data.state,
    isNew: data.state === 'new',
    priority: Number(data.priority),
    severity: severities[data.priority] ?? 'low',
    place: `${data.location.name}/${data.location.floor}`,
    floor: data.location.floor,
    caller: data.caller.name,
    contact: `${data.caller.name} <${data.caller.email}>`,
    phone: data.caller.phone ?? 'none',
    owner: data.assigned_to?.name ?? 'unassigned',
    tags: data.tags.join(','),
    vip: data.vip,
    createdAt: iso(data.sys_created_on),
  });
}

const mapping = {
  id: '{{event.data.number}}',
  key: '{{event.data.sys_id}}',
  title: '{{truncate event.data.short_description 40}}',
  text: '{{event.data.description}}',
  summary: '[{{event.data.number}}] {{event.data.short_description}}',
  category: '{{event.data.category}}',
  area: '{{upper event.data.category}}',
  state: '{{event.data.state}}',
  isNew: "{{eq event.data.state 'new'}}",
  priority: '{{integer event.data.priority}}',
  severity: {$switch: '{{event.data.priority}}', cases: {'1': 'critical', '2': 'high'}, default: 'low'},
  place: '{{event.data.location.name}}/{{event.data.location.floor}}',
  floor: '{{event.data.location.floor}}',
  caller: '{{event.data.caller.name}}',
  contact: '{{event.data.caller.name}} <{{event.data.caller.email}}>',
  phone: "{{default event.data.caller.phone 'none'}}",
  owner: "{{default event.data.assigned_to.name 'unassigned'}}",
  tags: "{{join event.data.tags ','}}",
  vip: '{{event.data.vip}}',
  createdAt: "{{date event.data.sys_created_on 'iso' 'yyyy-MM-dd HH:mm:ss'}}",
};

function handlebars(): Rendered['render'] {
  const own = Handlebars.create();
  own.registerHelper('json', (value: unknown) => JSON.stringify(value));
  own.registerHelper('cut', (text: string, length: number) => text.slice(0, length));
  own.registerHelper('upper', (text: string) => text.toUpperCase());
  own.registerHelper('eq', (a: unknown, b: unknown) => a === b);
  own.registerHelper('integer', (text: string) => Number(text));
  own.registerHelper('join', (list: string[], by: string) => list.join(by));
  own.registerHelper('iso', iso);
  own.registerHelper('or', (a: unknown, b: unknown) => a ?? b);
  own.registerHelper('concat', (...parts: unknown[]) => parts.slice(0, -1).join(''));
  own.registerHelper('severity', (priority: string) => severities[priority] ?? 'low');
  const template = own.compile<Incident>(
    `{{#with event.data}}{"id":{{json number}},"key":{{json sys_id}},"title":{{json (cut short_description 40)}},
"text":{{json description}},"summary":{{json (concat '[' number '] ' short_description)}},"category":{{json category}},
"area":{{json (upper category)}},"state":{{json state}},"isNew":{{json (eq state 'new')}},"priority":{{json (integer priority)}},
"severity":{{json (severity priority)}},"place":{{json (concat location.name '/' location.floor)}},"floor":{{json location.floor}},
"caller":{{json caller.name}},"contact":{{json (concat caller.name ' <' caller.email '>')}},
"phone":{{json (or caller.phone 'none')}},"owner":{{json (or assigned_to.name 'unassigned')}},"tags":{{json (join tags ',')}},
"vip":{{json vip}},"createdAt":{{json (iso sys_created_on)}} }{{/with}}`,
    {noEscape: true, knownHelpersOnly: false, preventIndent: true},
  );
  return (incident) => template(incident);
}

function jsonata(): Rendered['render'] {
  const compile = loaded<(text: string) => {evaluate(data: unknown): Promise<unknown>}>('jsonata', '2.2.2');
  const program = compile(`event.data.{
    "id": number, "key": sys_id, "title": $substring(short_description, 0, 40), "text": description,
    "summary": "[" & number & "] " & short_description, "category": category, "area": $uppercase(category), "state": state,
    "isNew": state = "new", "priority": $number(priority),
    "severity": priority = "1" ? "critical" : priority = "2" ? "high" : "low",
    "place": location.name & "/" & location.floor, "floor": location.floor, "caller": caller.name,
    "contact": caller.name & " <" & caller.email & ">", "phone": caller.phone ? caller.phone : "none",
    "owner": $exists(assigned_to.name) ? assigned_to.name : "unassigned", "tags": $join(tags, ","), "vip": vip,
    "createdAt": $replace(sys_created_on, " ", "T") & "Z" }`);
  return async (incident) => JSON.stringify(await program.evaluate(incident));
}

interface Mustache {
  parse(template: string): void;
  render(template: string, view: unknown, partials: undefined, config: {escape(value: unknown): string}): string;
}

/** A language without helpers: what is more than a path is a function of the view, as its manual says. */
function mustache(): Rendered['render'] {
  const engine = loaded<Mustache>('mustache', '4.2.0');
  const template = `{{#event.data}}{"id":{{number}},"key":{{sys_id}},"title":{{title}},"text":{{description}},"summary":{{summary}},
"category":{{category}},"area":{{area}},"state":{{state}},"isNew":{{isNew}},"priority":{{level}},"severity":{{severity}},
"place":{{place}},"floor":{{location.floor}},"caller":{{caller.name}},"contact":{{contact}},"phone":{{phone}},"owner":{{owner}},
"tags":{{joined}},"vip":{{vip}},"createdAt":{{createdAt}} }{{/event.data}}`;
  engine.parse(template);
  const view = {
    title: (data: Incident['event']['data']) => data.short_description.slice(0, 40),
    summary: (data: Incident['event']['data']) => `[${data.number}] ${data.short_description}`,
    area: (data: Incident['event']['data']) => data.category.toUpperCase(),
    isNew: (data: Incident['event']['data']) => data.state === 'new',
    level: (data: Incident['event']['data']) => Number(data.priority),
    severity: (data: Incident['event']['data']) => severities[data.priority] ?? 'low',
    place: (data: Incident['event']['data']) => `${data.location.name}/${data.location.floor}`,
    contact: (data: Incident['event']['data']) => `${data.caller.name} <${data.caller.email}>`,
    phone: (data: Incident['event']['data']) => data.caller.phone ?? 'none',
    owner: (data: Incident['event']['data']) => data.assigned_to?.name ?? 'unassigned',
    joined: (data: Incident['event']['data']) => data.tags.join(','),
    createdAt: (data: Incident['event']['data']) => iso(data.sys_created_on),
  };
  const functions = Object.fromEntries(
    Object.entries(view).map(([name, of]) => [
      name,
      function (this: Incident['event']['data']) {
        return of(this);
      },
    ]),
  );
  const config = {escape: (value: unknown) => JSON.stringify(value)};
  return (incident) => engine.render(template, {...functions, event: incident.event}, undefined, config);
}

interface Liquid {
  registerFilter(name: string, filter: (value: never) => unknown): void;
  parse(text: string): object[];
  renderSync(template: object[], data: unknown): string;
}

function liquid(): Rendered['render'] {
  const {Liquid} = loaded<{Liquid: new (options: object) => Liquid}>('liquidjs', '10.30.1');
  const engine = new Liquid({});
  engine.registerFilter('iso', iso);
  const template =
    engine.parse(`{%- assign d = event.data -%}{%- assign summary = '[' | append: d.number | append: '] ' | append: d.short_description -%}
{%- assign place = d.location.name | append: '/' | append: d.location.floor -%}
{%- assign contact = d.caller.name | append: ' <' | append: d.caller.email | append: '>' -%}
{%- case d.priority -%}{%- when '1' -%}{%- assign severity = 'critical' -%}{%- when '2' -%}{%- assign severity = 'high' -%}{%- else -%}{%- assign severity = 'low' -%}{%- endcase -%}
{"id":{{d.number | json}},"key":{{d.sys_id | json}},"title":{{d.short_description | slice: 0, 40 | json}},"text":{{d.description | json}},
"summary":{{summary | json}},"category":{{d.category | json}},"area":{{d.category | upcase | json}},"state":{{d.state | json}},
"isNew":{% if d.state == 'new' %}true{% else %}false{% endif %},"priority":{{d.priority | plus: 0}},"severity":{{severity | json}},
"place":{{place | json}},"floor":{{d.location.floor | json}},"caller":{{d.caller.name | json}},"contact":{{contact | json}},
"phone":{{d.caller.phone | default: 'none' | json}},"owner":{{d.assigned_to.name | default: 'unassigned' | json}},
"tags":{{d.tags | join: ',' | json}},"vip":{{d.vip | json}},"createdAt":{{d.sys_created_on | iso | json}} }`);
  return (incident) => engine.renderSync(template, incident);
}

export async function subjects(): Promise<readonly Rendered[]> {
  return [
    {name: 'a function written by hand', render: byHand},
    {name: 'Jobwire', render: (incident) => stringifyJson(evaluateJson(mapping, incident))},
    {name: 'Handlebars, compiled', render: handlebars()},
    {name: 'JSONata, compiled', render: jsonata()},
    {name: 'Mustache, parsed', render: mustache()},
    {name: 'Liquid, parsed', render: liquid()},
  ];
}
