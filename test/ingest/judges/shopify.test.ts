/** X-Shopify-Hmac-Sha256. */
import '@shopify/shopify-api/adapters/node';
import {ApiVersion, shopifyApi} from '@shopify/shopify-api';
import {getHmac} from '@shopify/shopify-api/test-helpers';
import {describeJudge, type Message, message} from './judge.ts';
import {rulesOf} from './rules.ts';

const secret = 'hush';
const header = 'x-shopify-hmac-sha256';

const shopify = shopifyApi({
  apiKey: 'key',
  apiSecretKey: secret,
  apiVersion: ApiVersion.July26,
  hostName: 'jobwire.example',
  isEmbeddedApp: false,
  isTesting: true,
});

const headers = {
  'content-type': 'application/json',
  'x-shopify-topic': 'orders/create',
  'x-shopify-shop-domain': 'shop1.myshopify.com',
  'x-shopify-api-version': '2026-07',
  'x-shopify-webhook-id': '123456789',
};

const accepts = async ({body, headers: sent, method, url}: Message): Promise<boolean> => {
  const rawRequest = {headers: sent, method, url: new URL(url).pathname};
  return (await shopify.webhooks.validate({rawBody: body, rawRequest, rawResponse: {}})).valid;
};

describeJudge('the shopify connector', {
  package: '@shopify/shopify-api',
  rules: rulesOf('shopify'),
  secret,
  now: 1_800_000_000_000,
  messages: {
    'an order with a long id': message('{"id":820982911946154508,"note":"Größe ✓"}', {headers}),
    'an order': message('{"id":1,"name":"#1001","line_items":[]}', {headers}),
  },
  sign: async (given) => ({...given, headers: {...given.headers, [header]: getHmac(given.body, secret)}}),
  accepts,
});
