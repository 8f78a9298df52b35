/** Rules about the icon: there, square, small, harmless, readable on any ground. */

import {join} from 'node:path';
import {svgFault} from '../../svg.ts';
import {contrastOf, iconFacts, iconOf} from '../icon.ts';
import {inText, ofFile} from '../places.ts';
import {eachConnector, type Found, type Looking, type Row} from '../rule.ts';
import type {SourceFile, TextFile} from '../subject.ts';

function eachIcon(look: (icon: SourceFile) => readonly Found[]): Looking {
  return eachConnector(({files}) => {
    const icon = iconOf(files);
    return icon ? look(icon) : [];
  });
}

function eachDrawing(look: (icon: TextFile) => readonly Found[]): Looking {
  return eachIcon((icon) =>
    icon.path.endsWith('.svg') && icon.text !== undefined ? look({...icon, text: icon.text}) : [],
  );
}

export const iconRules: readonly Row[] = [
  {
    id: 'PC131',
    title: 'a connector has an icon',
    levels: 'warning/error/error',
    why: 'people find what they know by its picture',
    fix: 'add icon.svg or icon.png beside connector.json; draw your own, a trademark needs permission',
    ...eachConnector(({files, unit}) =>
      iconOf(files) ? [] : [ofFile({file: join(unit.dir, 'icon.svg')}, 'there is no icon.svg and no icon.png')],
    ),
  },
  {
    id: 'PC132',
    title: 'the icon is a picture of its kind',
    levels: 'error/error/error',
    why: 'what is named .png and is none is not shown, or is shown as something else',
    fix: 'save it as SVG or PNG',
    ...eachIcon((icon) => (iconFacts(icon) ? [] : [ofFile(icon, `${icon.path} is no picture of this kind`)])),
  },
  {
    id: 'PC133',
    title: 'the icon is square',
    levels: 'warning/error/error',
    why: 'lists show it in a square and would squeeze it',
    fix: 'give it the same width and height, for SVG also in viewBox',
    ...eachIcon((icon) => {
      const facts = iconFacts(icon);
      if (!facts || (facts.width !== undefined && facts.width === facts.height)) return [];
      return [ofFile(icon, facts.width === undefined ? 'the icon says no size' : 'width and height differ')];
    }),
  },
  {
    id: 'PC134',
    title: 'the icon is small',
    levels: 'info/warning/warning',
    why: 'a page of a hundred connectors loads a hundred of them',
    fix: 'SVG: at most 16 KB; PNG: 128 to 512 pixels and at most 64 KB',
    ...eachIcon((icon) => {
      const {kind, width = 0} = iconFacts(icon) ?? {kind: 'svg'};
      const most = kind === 'svg' ? 16 * 1024 : 64 * 1024;
      if (icon.size > most) return [ofFile(icon, `the icon has ${icon.size} bytes, at most ${most} are wanted`)];
      return kind === 'png' && (width < 128 || width > 512) ? [ofFile(icon, `the icon is ${width} pixels wide`)] : [];
    }),
  },
  {
    id: 'PC135',
    title: 'the icon runs, loads and refers to nothing',
    levels: 'error/error/error',
    why: 'a drawing can hold scripts, and references that tell who looked at it',
    fix: 'export it as a plain drawing',
    ...eachDrawing((icon) => {
      const fault = iconFacts(icon) && svgFault(icon.text);
      return fault ? [inText(icon, fault.at, `the icon ${fault.problem}`)] : [];
    }),
  },
  {
    id: 'PC136',
    title: 'a drawing says what it shows',
    levels: 'info/warning/warning',
    why: 'screen readers read its title',
    fix: 'add <title> with the name of the system as its first element',
    ...eachDrawing((icon) =>
      /<title>[^<]+<\/title>/.test(icon.text) ? [] : [inText(icon, 0, 'the icon has no <title>')],
    ),
  },
  {
    id: 'PC137',
    title: 'a drawing can be read on a light and on a dark page',
    levels: 'info/warning/warning',
    why: 'a black drawing on a dark page cannot be seen',
    fix: 'begin with a filled shape as ground, and draw on it with a contrast of at least 3:1',
    ...eachDrawing((icon) => {
      const contrast = contrastOf(icon.text);
      if (contrast === undefined) return [inText(icon, 0, 'the icon has no ground of its own, or no marks on it')];
      return contrast >= 3 ? [] : [inText(icon, 0, `the contrast is ${contrast.toFixed(1)}:1`)];
    }),
  },
];
