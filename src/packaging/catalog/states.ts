/** The words and marks of the five signature states. No state is told by colour alone. */
import type {State} from '../verify.ts';
import {type Html, html} from './html.ts';

export interface StateWords {
  readonly word: string;
  readonly mark: string;
  /** What it means for who installs it. */
  readonly means: string;
}

export const states: Readonly<Record<State, StateWords>> = {
  'built-in': {
    word: 'built-in',
    mark: '■',
    means: 'It is part of Jobwire itself and comes with it; there is nothing to install.',
  },
  signed: {
    word: 'signed',
    mark: '✓',
    means:
      'The files are what the publisher signed, with a key that whoever built this catalogue trusts. That says who made it, not that it is good.',
  },
  unsigned: {
    word: 'unsigned',
    mark: '○',
    means: 'Nobody has signed it. Read what it may do, and where it comes from, before you install it.',
  },
  modified: {
    word: 'modified',
    mark: '△',
    means: 'A file is not the one that the publisher packed. Jobwire refuses to load it.',
  },
  invalid: {
    word: 'invalid',
    mark: '✕',
    means: 'Its signature is wrong, foreign, expired or revoked. Jobwire refuses to load it.',
  },
};

export function badge(state: State): Html {
  const {word, mark} = states[state];
  return html`<span class="badge state-${state}"><span aria-hidden="true">${mark}</span> ${word}</span>`;
}
