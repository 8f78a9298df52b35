/** What a package may hold: paths, types and sizes in one table, for archives, folders and pack alike. Must never read a disk. */
import {fail, type JobwireError} from '../errors/jobwire-error.ts';
import {generatedFiles, manifestFile, type PackageFiles, sortFiles} from './files.ts';

export interface Limits {
  readonly files: number;
  readonly fileBytes: number;
  readonly totalBytes: number;
}

const mebibyte = 1024 * 1024;
export const defaultLimits: Limits = {files: 500, fileBytes: mebibyte, totalBytes: 5 * mebibyte};

/** Short enough that every path fits an ustar header with `package/` in front (name 100, prefix 155). */
const longest = {path: 160, segment: 64, depth: 8};

/** Small letters, because Windows does not tell them apart; with or without an extension. */
const reservedNames = /^(con|prn|aux|nul|clock\$|com[0-9]|lpt[0-9])(\.|$)/i;
const extensions = /\.(json|md|svg|png)$/;
const rootFiles: ReadonlySet<string> = new Set([
  manifestFile,
  ...generatedFiles,
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
  'icon.svg',
  'icon.png',
]);
const unitPath = /^(connectors|templates)\/[a-z][a-z0-9]*(-[a-z0-9]+)*\/./;
/** Names under which credentials and what is not a package's business are kept. */
const foreignNames =
  /^(node_modules|trust\.json|jobwire\.lock|(secrets?|credentials?|service[_-]?accounts?|client[_-]secret.*)(\.json)?)$/i;

interface Rule {
  readonly breaks: (path: string, segments: readonly string[]) => boolean;
  readonly problem: string;
}

/** In this order: the first one that is broken is the one that is told. */
const rules: readonly Rule[] = [
  {breaks: (path) => path === '', problem: 'the name is empty'},
  {breaks: (path) => path.length > longest.path, problem: `the path is longer than ${longest.path} characters`},
  {breaks: (path) => /[^\x20-\x7e]/.test(path), problem: 'the path has characters other than printable ASCII'},
  {breaks: (path) => path.includes('\\'), problem: 'the path has a backslash'},
  {breaks: (path) => path.startsWith('/'), problem: 'the path is absolute'},
  {breaks: (path) => path.includes(':'), problem: 'the path names a drive or a stream'},
  {breaks: (_path, segments) => segments.includes('..'), problem: 'the path leaves the package'},
  {
    breaks: (_path, segments) => segments.some((segment) => segment === '' || segment === '.'),
    problem: 'the path has an empty step',
  },
  {
    breaks: (_path, segments) => segments.some((segment) => /[. ]$/.test(segment)),
    problem: 'a name ends with a dot or a space',
  },
  {
    breaks: (_path, segments) => segments.some((segment) => reservedNames.test(segment)),
    problem: 'the name is reserved by an operating system',
  },
  {
    breaks: (_path, segments) => segments.some((segment) => !/^[A-Za-z0-9_][A-Za-z0-9 ._-]*$/.test(segment)),
    problem: 'names begin with a letter, a digit or _ and hold only those, dots, dashes and spaces',
  },
  {
    breaks: (_path, segments) => segments.some((segment) => segment.length > longest.segment),
    problem: `a name is longer than ${longest.segment} characters`,
  },
  {
    breaks: (_path, segments) => segments.length > longest.depth,
    problem: `the path is deeper than ${longest.depth} steps`,
  },
  {
    breaks: (_path, segments) => segments.some((segment) => foreignNames.test(segment)),
    problem: 'the name says credentials, or a file of a project; neither belongs in a package',
  },
  {
    breaks: (_path, segments) => !(extensions.test(segments.at(-1) ?? '') || segments.at(-1) === 'LICENSE'),
    problem: 'only .json, .md, .svg, .png and LICENSE are allowed',
  },
  {
    breaks: (path) => !(rootFiles.has(path) || unitPath.test(path)),
    problem: `only connectors/<id>/, templates/<id>/ and ${[...rootFiles].join(', ')} belong in a package`,
  },
];

/** Why a path (without `package/`) may not be in a package. */
export function pathProblem(path: string): string | undefined {
  const segments = path.split('/');
  return rules.find(({breaks}) => breaks(path, segments))?.problem;
}

export function refuse(path: string, problem: string): JobwireError {
  return fail('JW6001', {path: shown(path), problem});
}

/** A hostile name is shown, never obeyed. */
function shown(path: string): string {
  const text = JSON.stringify(path.length > 200 ? `${path.slice(0, 200)}…` : path).slice(1, -1);
  return text.replaceAll(/[^\x20-\x7e…]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Takes files in while counting; every method throws JW6001 at the first thing that goes too far. */
export interface Intake {
  /** A file begins. `announced` is the size it says it has. */
  open(path: string, announced: number): void;
  add(chunk: Uint8Array): void;
  files(): PackageFiles;
}

export function openIntake(limits: Limits = defaultLimits): Intake {
  const taken = new Map<string, Uint8Array[]>();
  const names = createNames();
  let total = 0;
  let size = 0;
  let current: {readonly path: string; readonly chunks: Uint8Array[]} | undefined;
  const checkSizes = (path: string, bytes: number, all: number): void => {
    if (bytes > limits.fileBytes) throw refuse(path, `larger than ${limits.fileBytes} bytes`);
    if (all > limits.totalBytes) throw refuse(path, `all files together are larger than ${limits.totalBytes} bytes`);
  };
  return {
    open(path, announced) {
      const problem = pathProblem(path) ?? names.add(path);
      if (problem !== undefined) throw refuse(path, problem);
      if (taken.size >= limits.files) throw refuse(path, `more than ${limits.files} files`);
      checkSizes(path, announced, total + announced);
      current = {path, chunks: []};
      size = 0;
      taken.set(path, current.chunks);
    },
    add(chunk) {
      if (!current) throw refuse('', 'bytes before the first file');
      size += chunk.length;
      total += chunk.length;
      checkSizes(current.path, size, total);
      current.chunks.push(chunk);
    },
    files: () => sortFiles([...taken].map(([path, chunks]) => [path, Buffer.concat(chunks)])),
  };
}

/** Names that would be one on a disk that does not tell letters by case, and files that would also be folders. */
function createNames(): {add(path: string): string | undefined} {
  const seen = new Map<string, {readonly spelling: string; readonly file: boolean}>();
  return {
    add(path) {
      const steps = path.split('/');
      for (let depth = 1; depth <= steps.length; depth++) {
        const spelling = steps.slice(0, depth).join('/');
        const file = depth === steps.length;
        const before = seen.get(spelling.toLowerCase());
        if (before && (file || before.file))
          return before.spelling === spelling
            ? 'there twice'
            : `one name with ${before.spelling} where case is ignored`;
        if (before && before.spelling !== spelling) return `one folder with ${before.spelling} where case is ignored`;
        seen.set(spelling.toLowerCase(), {spelling, file});
      }
      return undefined;
    },
  };
}
