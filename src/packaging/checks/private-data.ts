/** Forms of data that belong to one person, company or network. Must never repeat a credential it found. */

export interface Spot {
  readonly offset: number;
  readonly text: string;
}

/** Names that belong to nobody; RFC 2606, RFC 6761 */
const reserved = /(^|\.)(example\.(com|net|org|edu)|example|test|invalid|localhost)$/i;

export function isReserved(host: string): boolean {
  return reserved.test(host);
}

function spots(text: string, form: RegExp, keep: (match: RegExpMatchArray) => boolean): Spot[] {
  return [...text.matchAll(form)].flatMap((match) => (keep(match) ? [{offset: match.index ?? 0, text: match[0]}] : []));
}

/** Companies that vendors made up for their documents, accounts of machines, addresses nobody reads, and no addresses at all. */
const fictionalMail =
  /@([a-z0-9-]+\.)*(contoso|fabrikam|acme|adatum|northwindtraders)\.(com|org|net|onmicrosoft\.com)$|gserviceaccount\.com$|^(no-?reply|git)@|@(users\.)?noreply\.|@odata\./i; // https://learn.microsoft.com names them

/** Mail addresses at domains that are somebody's. Addresses made of an expression are none. */
export function mailAddresses(text: string): Spot[] {
  return spots(
    text,
    /(?<![A-Za-z0-9._%+/:{-])[A-Za-z0-9][A-Za-z0-9._%+-]*@([A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*\.[A-Za-z]{2,})(?![A-Za-z0-9@])/g,
    ([whole, host = '']) => !isReserved(host) && !fictionalMail.test(whole),
  );
}

/** Addresses of networks inside a company; RFC 1918, RFC 6598, RFC 3927 */
export function privateAddresses(text: string): Spot[] {
  return spots(
    text,
    /(?<![\d.])(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?![\d.]|\/\d)/g,
    ([, a = '', b = '', c = '', d = '']) => {
      const [first, second] = [Number(a), Number(b)];
      if ([a, b, c, d].some((part) => Number(part) > 255)) return false;
      return (
        first === 10 ||
        (first === 172 && second >= 16 && second <= 31) ||
        (first === 192 && second === 168) ||
        (first === 100 && second >= 64 && second <= 127) ||
        (first === 169 && second === 254)
      );
    },
  );
}

/** Public addresses in URLs outside those set aside for documents; RFC 5737 */
export function publicAddresses(text: string): Spot[] {
  return spots(
    text,
    /(?<=:\/\/)(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}(?![\d.])/g,
    ([whole, net = '']) =>
      !/^(192\.0\.2|198\.51\.100|203\.0\.113|127\.|0\.0\.0)/.test(`${net}.`) && privateAddresses(whole).length === 0,
  );
}

/** Names that only resolve inside a company. */
export function internalHosts(text: string): Spot[] {
  return spots(
    text,
    /(?<=:\/\/)(?:[a-z0-9-]+\.)*[a-z0-9-]+\.(local|internal|intranet|corp|lan|home|private)(?![a-z0-9.-])/gi,
    () => true,
  );
}

/** Paths of somebody's machine. */
export function homePaths(text: string): Spot[] {
  return spots(text, /(?<![\w/.])(\/(?:home|Users)\/[a-z][\w.-]*\/|[A-Z]:\\+Users\\+[A-Za-z][\w.-]*)/g, () => true);
}

const guid = /(?<![0-9a-f-])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9a-f-])/gi;

export function guids(text: string): Spot[] {
  return spots(text, guid, ([whole]) => !/^([0-9a-f])\1{7}-/i.test(whole));
}

/** Forms that vendors gave their credentials so that they are found. Runs of one character and counting rows are made up. */
const tokens = new RegExp(
  [
    '\\b(?:AKIA[0-9A-Z]{16}',
    'gh[pousr]_[A-Za-z0-9]{36}',
    'github_pat_[A-Za-z0-9_]{60,}', // https://docs.github.com/code-security/secret-scanning
    'glpat-[A-Za-z0-9_-]{20,}',
    'xox[abposr]-\\d{10,}-[A-Za-z0-9-]{20,}',
    '[sr]k_live_[A-Za-z0-9]{20,}',
    'AIza[0-9A-Za-z_-]{35}',
    'SG\\.[A-Za-z0-9_-]{22}\\.[A-Za-z0-9_-]{43}',
    'npm_[A-Za-z0-9]{36}',
    'shp(?:at|ss|ca|pa)_[0-9a-f]{32}',
    'ya29\\.[0-9A-Za-z_-]{30,}',
    'ATATT3[A-Za-z0-9_=-]{50,})',
    '-----BEGIN [A-Z ]*PRIVATE KEY-----',
  ].join('|'),
  'g',
);

export function credentials(text: string): Spot[] {
  return spots(text, tokens, ([whole]) => !/EXAMPLE|(.)\1{7}|0123456789|abcdefgh/i.test(whole)).map(
    ({offset, text: found}) => ({
      offset,
      text: `${found.slice(0, 4)}…`,
    }),
  );
}

/** Telephone numbers that may ring somewhere. */
export function phoneNumbers(text: string): Spot[] {
  return spots(text, /(?<![\d\w+/:])\+[1-9]\d{9,14}(?!\d)/g, ([whole]) => !fictional.test(whole));
}

/** Set aside for stories and tests: 555-01xx, Ofcom's drama numbers, the magic numbers of senders, runs of one digit. */
const fictional =
  /^\+1\d{3}55501\d{2}$|^\+1555\d{7}$|^\+1500555\d{4}$|^\+447700900\d{3}$|^\+4420794609\d{2}$|^\+4930230\d+$|(\d)\1{5}|123456/;

/** First labels that stand for whoever reads. */
const anybody =
  /^(s3|evil|attacker|foreign|other|wrong|unknown|[a-z]{2,3}\d?|acme|contoso|example|examples?[a-z0-9-]*|fabrikam|northwind|your[a-z0-9-]*|my[a-z0-9-]*|company|tenant|org|instance|subdomain|domain|account|customer|host|name|shop|site|region|region-?\d|demo|dev0*|test[a-z0-9-]*|sandbox|x+|www|api|app|docs?|developers?|support|help|status|login|auth|hooks?|events?|[a-z]{2}-[a-z]+-\d)$/i;

/** Hosts below a wildcard permission whose first label is the name of a customer. */
export function tenantHosts(text: string, wildcards: readonly string[]): Spot[] {
  return wildcards.flatMap((entry) => {
    const domain = entry.slice(2).replace(/[.]/g, '\\.');
    return spots(
      text,
      new RegExp(`(?<=://|["'\\s(\`<])([a-z0-9][a-z0-9-]*)((?:\\.[a-z0-9-]+)*)\\.${domain}(?![a-z0-9.-])`, 'gi'),
      (match) => {
        const labels = `${match[1]}${match[2]}`.split('.');
        return !labels.some((label) => anybody.test(label) || /example|acme|contoso/i.test(label));
      },
    );
  });
}
