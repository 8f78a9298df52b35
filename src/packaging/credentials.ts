/** Does a file look as if it held a credential? A last look before something leaves the house. Must never repeat what it found. */
import {credentialShapes} from '../authoring/record-secrets.ts';

/** Tokens that a case makes up look like real ones; private keys and access keys need not. */
const madeUp = /^(connectors|templates)\/[^/]+\/(cases|samples)\//;

export function credentialProblem(path: string, bytes: Uint8Array): string | undefined {
  if (path.endsWith('.png')) return undefined;
  const text = Buffer.from(bytes).toString('utf8');
  return credentialShapes.find(
    ([shape, why]) => shape.test(text) && !(madeUp.test(path) && why === 'looks like a JSON Web Token'),
  )?.[1];
}
