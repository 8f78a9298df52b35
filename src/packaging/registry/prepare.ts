/** From what people write to what may be installed: fetch, look for provenance and imitations, assess. Must never change the project. */
import type {Library} from '../../manifest/library.ts';
import {lockEntryOf} from '../lock.ts';
import {type Assessment, assess, type Consent} from './assess.ts';
import {fetchPublisher} from './attestations.ts';
import type {Desk} from './desk.ts';
import {fetchOffer, type Offer} from './offer.ts';
import {popularNames} from './popular.ts';
import {registryOf} from './registries.ts';
import type {Spec} from './spec.ts';
import {breaksOf} from './update.ts';

export interface Preparation extends Consent {
  /** A sigstore trusted_root.json: the publisher is proved and kept in the lock. */
  readonly trustedRoot?: string | undefined;
  /** The project, for what an update breaks. */
  readonly library: () => Library;
}

export async function prepareInstall(spec: Spec, desk: Desk, preparation: Preparation): Promise<Assessment> {
  return prepareOffer(await fetchOffer(spec, desk), desk, preparation);
}

export async function prepareOffer(
  fetched: Offer,
  desk: Desk,
  {trustedRoot, library, ...consent}: Preparation,
): Promise<Assessment> {
  const publisher = trustedRoot === undefined ? undefined : await fetchPublisher(fetched, desk, trustedRoot);
  const offer = {...fetched, ...(publisher && {publisher})};
  const url = registryOf(offer.source);
  const before = lockEntryOf(desk.lock, offer.id);
  const popular = before === undefined && url !== undefined ? await popularNames(desk.registries.at(url)) : [];
  const breaks = before && before.version !== offer.version ? breaksOf(offer, desk, library()) : [];
  return assess(offer, desk, {consent, popular, breaks});
}
