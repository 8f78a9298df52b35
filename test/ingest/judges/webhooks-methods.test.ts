/** X-Hub-Signature-256. */
import {sign, verify} from '@octokit/webhooks-methods';
import {describeJudge, message} from './judge.ts';
import {rulesOf} from './rules.ts';

const secret = "It's a Secret to Everybody";
const header = 'x-hub-signature-256';

describeJudge('the github connector', {
  package: '@octokit/webhooks-methods',
  rules: rulesOf('github'),
  secret,
  now: 1_800_000_000_000,
  messages: {
    'a text': message('Hello, World!'),
    'JSON beyond ASCII': message('{"title":"Grüße ✓ 🎉","n":9007199254740993}'),
    'a form': message('payload=%7B%22a%22%3A1%7D', {headers: {'content-type': 'application/x-www-form-urlencoded'}}),
  },
  sign: async (given) => ({...given, headers: {...given.headers, [header]: await sign(secret, given.body)}}),
  accepts: ({body, headers}) => verify(secret, body, headers[header] ?? ''),
});
