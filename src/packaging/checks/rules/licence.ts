/** Rules about licences: stated so that programs read it, with the text, and the same everywhere. */

import type {Unit} from '../../../manifest/library.ts';
import {licenceText, spdxProblem} from '../listing-words.ts';
import {at, inText, ofFile} from '../places.ts';
import {eachConnector, everything, type Row, wholePackage} from '../rule.ts';
import {textFiles} from '../subject.ts';

export const licenceRules: readonly Row[] = [
  {
    id: 'PC109',
    title: 'the licence is an SPDX expression',
    levels: 'warning/error/error',
    why: 'programs decide by it whether something may be used',
    fix: 'write an SPDX identifier such as Apache-2.0 or MIT; AND, OR and WITH join them',
    ...everything(({pack, connectors}) =>
      [
        ...(pack ? [{unit: pack as Unit<unknown>, licence: pack.manifest.license, pointer: '/license'}] : []),
        ...connectors.map(({unit, manifest}) => ({
          unit: unit as Unit<unknown>,
          licence: manifest.listing?.license ?? '',
          pointer: '/listing/license',
        })),
      ].flatMap(({unit, licence, pointer}) => {
        const problem = spdxProblem(licence);
        return problem === undefined ? [] : [at(unit, pointer, problem)];
      }),
    ),
  },
  {
    id: 'PC110',
    title: 'the package holds the text of its licence',
    levels: 'warning/error/error',
    why: 'most licences only hold when their text comes along',
    fix: 'add the file LICENSE',
    ...wholePackage(({files, dir}) =>
      files.some(({path}) => path === 'LICENSE') ? [] : [ofFile({file: `${dir}/LICENSE`}, 'there is no LICENSE')],
    ),
  },
  {
    id: 'PC111',
    title: 'LICENSE is the text of the stated licence',
    levels: 'warning/error/error',
    why: 'of two different statements the worse one counts',
    fix: 'put the text of the stated licence into LICENSE, or state the licence whose text it is',
    ...wholePackage(({files, pack: {manifest}}) => {
      const file = textFiles(files).find(({path}) => path === 'LICENSE');
      const wanted = licenceText(manifest.license);
      return !file || wanted === undefined || wanted.test(file.text.replace(/\s+/g, ' '))
        ? []
        : [inText(file, 0, `this is not the text of ${manifest.license}`)];
    }),
  },
  {
    id: 'PC112',
    title: 'package and connectors state the same licence',
    levels: 'warning/error/error',
    why: 'who takes one connector out of the package must know what holds',
    fix: 'state one licence in both, or publish two packages',
    ...eachConnector(({unit, manifest: {listing}}, {pack}) =>
      !pack || !listing || listing.license === pack.manifest.license
        ? []
        : [at(unit, '/listing/license', `the package says ${pack.manifest.license}`)],
    ),
  },
];
