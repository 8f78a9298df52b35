/** Closed lists for entries in a catalogue: categories and licences. Data; must never guess. */

/** What connectors are looked for by. One word per thing. */
export const categories: readonly string[] = [
  'agents',
  'automation',
  'ci',
  'cloud',
  'commerce',
  'communication',
  'customer-relations',
  'customer-service',
  'data',
  'developer-tools',
  'documents',
  'engineering',
  'finance',
  'generic',
  'human-resources',
  'identity',
  'incident-response',
  'infrastructure',
  'it-service-management',
  'logistics',
  'marketing',
  'messaging',
  'monitoring',
  'payments',
  'productivity',
  'security',
];

/** Other words that people use for one of these. */
export const categoryAliases: ReadonlyMap<string, string> = new Map([
  ['chat', 'communication'],
  ['crm', 'customer-relations'],
  ['sales', 'customer-relations'],
  ['continuous-integration', 'ci'],
  ['devops', 'developer-tools'],
  ['e-commerce', 'commerce'],
  ['ecommerce', 'commerce'],
  ['email', 'communication'],
  ['helpdesk', 'customer-service'],
  ['hr', 'human-resources'],
  ['itsm', 'it-service-management'],
  ['observability', 'monitoring'],
  ['payment', 'payments'],
  ['queues', 'messaging'],
  ['rpa', 'automation'],
  ['ticketing', 'customer-service'],
]);

/** Licences in use for shared work, with words that their text has; https://spdx.org/licenses */
const licences: ReadonlyMap<string, RegExp | undefined> = new Map([
  ['0BSD', /Permission to use, copy, modify, and\/or distribute this software/i],
  ['AGPL-3.0-only', /GNU AFFERO GENERAL PUBLIC LICENSE Version 3/i],
  ['AGPL-3.0-or-later', /GNU AFFERO GENERAL PUBLIC LICENSE Version 3/i],
  ['Apache-2.0', /Apache License Version 2\.0/i],
  ['BlueOak-1.0.0', /Blue Oak Model License/i],
  ['BSD-2-Clause', /Redistribution and use in source and binary forms(?!.*Neither the name)/i],
  ['BSD-3-Clause', /Redistribution and use in source and binary forms.*Neither the name/i],
  ['BSL-1.0', /Boost Software License - Version 1\.0/i],
  ['CC-BY-4.0', /Attribution 4\.0 International/i],
  ['CC0-1.0', /CC0 1\.0 Universal/i],
  ['EPL-2.0', /Eclipse Public License - v 2\.0/i],
  ['EUPL-1.2', /European Union Public Licen[cs]e.*1\.2/i],
  ['GPL-2.0-only', /GNU GENERAL PUBLIC LICENSE Version 2/i],
  ['GPL-2.0-or-later', /GNU GENERAL PUBLIC LICENSE Version 2/i],
  ['GPL-3.0-only', /GNU GENERAL PUBLIC LICENSE Version 3/i],
  ['GPL-3.0-or-later', /GNU GENERAL PUBLIC LICENSE Version 3/i],
  ['ISC', /Permission to use, copy, modify, and\/or distribute this software/i],
  ['LGPL-2.1-only', /GNU LESSER GENERAL PUBLIC LICENSE Version 2\.1/i],
  ['LGPL-2.1-or-later', /GNU LESSER GENERAL PUBLIC LICENSE Version 2\.1/i],
  ['LGPL-3.0-only', /GNU LESSER GENERAL PUBLIC LICENSE Version 3/i],
  ['LGPL-3.0-or-later', /GNU LESSER GENERAL PUBLIC LICENSE Version 3/i],
  ['MIT', /Permission is hereby granted, free of charge.*The above copyright notice and this permission notice/i],
  ['MIT-0', /Permission is hereby granted, free of charge(?!.*The above copyright notice and this permission notice)/i],
  ['MPL-2.0', /Mozilla Public License Version 2\.0/i],
  ['Unlicense', /This is free and unencumbered software released into the public domain/i],
  ['Zlib', /This software is provided 'as-is', without any express or implied warranty/i],
]);

const exceptions: ReadonlySet<string> = new Set(['Classpath-exception-2.0', 'LLVM-exception', 'GCC-exception-3.1']);

/** Why a licence is no SPDX expression of known licences; undefined when it is one. */
export function spdxProblem(expression: string): string | undefined {
  if (expression.trim() === '') return 'there is no licence';
  if (/^LicenseRef-[A-Za-z0-9.-]+$/.test(expression)) return undefined;
  const tokens = expression.match(/\(|\)|[^\s()]+/g) ?? [];
  let depth = 0;
  let wantsLicence = true;
  for (const [i, token] of tokens.entries()) {
    if (token === '(' && wantsLicence) depth++;
    else if (token === ')' && !wantsLicence && depth > 0) depth--;
    else if (/^(AND|OR)$/.test(token) && !wantsLicence) wantsLicence = true;
    else if (token === 'WITH' && !wantsLicence && exceptions.has(tokens[i + 1] ?? '')) wantsLicence = true;
    else if (wantsLicence && (licences.has(token) || (tokens[i - 1] === 'WITH' && exceptions.has(token))))
      wantsLicence = false;
    else return `${token} is no known SPDX identifier here`;
  }
  return wantsLicence || depth !== 0 ? 'the expression is not complete' : undefined;
}

/** Words that the text of a single licence has; undefined for expressions and own licences. */
export function licenceText(expression: string): RegExp | undefined {
  return licences.get(expression);
}
