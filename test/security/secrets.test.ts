/** Rows R02 to R12 of the threat model: what keeps credentials out of everything a person or a disk may see. R01 is journeys.test.ts. */
import assert from 'node:assert/strict';
import {Redactor} from '../../src/values/secret.ts';
import {encodings, makeCanary, sightings} from './sightings.ts';

describe('the redactor', () => {
  const canary = makeCanary('redactor');

  for (const [how, encode] of Object.entries(encodings))
    it(`R02 hides a secret that is ${how}`, () => {
      const redactor = new Redactor();
      redactor.add(canary.text);
      const text = `before ${encode(canary.text)} after`;
      assert.notDeepEqual(sightings(text, [canary]), [], 'the search itself must find it');
      assert.deepEqual(sightings(redactor.text(text), [canary]), []);
      assert.match(redactor.text(text), /^before .* after$/);
    });

  it('R02 hides the longer of two secrets that begin alike', () => {
    const redactor = new Redactor();
    redactor.add('jobwire-key');
    redactor.add('jobwire-key-for-signing');
    assert.equal(redactor.text('uses jobwire-key-for-signing'), 'uses [secret]');
  });
});
