/** Things obtained once for many. */
import assert from 'node:assert/strict';
import {createHolder, type Held} from '../../src/auth/held.ts';
import {VirtualClock} from '../../src/values/time.ts';

const forever = (value: string): Held<string> => ({value, freshUntil: Number.POSITIVE_INFINITY});

describe('a holder', () => {
  it('gives one failure to everybody who waits, and asks again afterwards', async () => {
    let asked = 0;
    const holder = createHolder<string>(new VirtualClock(0));
    const failing = async () => {
      asked++;
      throw new Error('no');
    };
    const outcomes = await Promise.allSettled([holder.get('a', failing), holder.get('a', failing)]);
    assert.deepEqual([asked, ...outcomes.map(({status}) => status)], [1, 'rejected', 'rejected']);
    assert.equal((await holder.get('a', async () => forever('yes'))).value, 'yes');
  });

  it('asks again after a failure that came at once', async () => {
    const holder = createHolder<string>(new VirtualClock(0));
    const broken = () => {
      throw new Error('no');
    };
    await assert.rejects(holder.get('a', broken));
    assert.equal((await holder.get('a', async () => forever('yes'))).value, 'yes');
  });

  it('keeps keys apart, and a newer thing when an older one is dropped', async () => {
    const holder = createHolder<string>(new VirtualClock(0));
    const old = await holder.get('a', async () => forever('old'));
    await holder.get('b', async () => forever('other'));
    holder.drop('a', old);
    await holder.get('a', async () => forever('new'));
    holder.drop('a', old);
    const values = await Promise.all(
      ['a', 'b'].map(async (key) => (await holder.get(key, async () => forever('wrong'))).value),
    );
    assert.deepEqual(values, ['new', 'other']);
  });
});
