/** All rules of the publish check, in the order of their numbers. */
import type {Row, Rule, Theme} from './rule.ts';
import {caseQualityRules} from './rules/case-quality.ts';
import {caseRules} from './rules/cases.ts';
import {changelogRules} from './rules/changelog.ts';
import {descriptionRules} from './rules/descriptions.ts';
import {disclosureRules} from './rules/disclosure.ts';
import {documentationRules} from './rules/documentation.ts';
import {evidenceRules} from './rules/evidence.ts';
import {exampleRules} from './rules/examples.ts';
import {explanationRules} from './rules/explanations.ts';
import {feedRules} from './rules/feeds.ts';
import {iconRules} from './rules/icon.ts';
import {languageRules} from './rules/language.ts';
import {licenceRules} from './rules/licence.ts';
import {listingRules} from './rules/listing.ts';
import {manifestRules} from './rules/manifest.ts';
import {nameRules} from './rules/names.ts';
import {operationRules} from './rules/operations.ts';
import {paceRules} from './rules/pace.ts';
import {packageRules} from './rules/package.ts';
import {templateRules} from './rules/templates.ts';
import {versionRules} from './rules/versions.ts';

const tables: readonly (readonly [Theme, readonly Row[]])[] = [
  ['manifest', [...manifestRules, ...evidenceRules]],
  ['listing', [...listingRules, ...licenceRules, ...iconRules]],
  ['documentation', [...documentationRules, ...exampleRules]],
  ['cases', [...caseRules, ...caseQualityRules]],
  ['descriptions', [...descriptionRules, ...explanationRules]],
  ['disclosure', disclosureRules],
  ['operations', [...operationRules, ...paceRules]],
  ['language', [...nameRules, ...languageRules]],
  ['feeds', feedRules],
  ['templates', templateRules],
  ['package', [...packageRules, ...changelogRules, ...versionRules]],
];

export const rules: readonly Rule[] = tables
  .flatMap(([theme, rows]) => rows.map((row) => ({...row, theme})))
  .sort((a, b) => (a.id < b.id ? -1 : 1));
