/** Asks a person what only a person may decide, once. Must never take silence for a yes. */
import {fail} from '../../errors/jobwire-error.ts';
import {type Assessment, declined, type Question} from './assess.ts';

export interface Answers {
  /** --yes: what every prompt asks. */
  readonly yes: boolean;
  /** --accept-permissions */
  readonly acceptPermissions: boolean;
  /** Undefined where nobody sits. */
  readonly confirm?: ((message: string) => Promise<boolean>) | undefined;
}

/** Errors: JW7101 where nobody can be asked and no flag answers; JW6004, JW6025 after a no. */
export async function obtainConsent(assessment: Assessment, answers: Answers): Promise<void> {
  const open = assessment.questions.filter((question) => !isAnswered(question, answers));
  const [first] = open;
  if (first === undefined) return;
  const {confirm} = answers;
  if (!confirm) throw unanswered(assessment, open);
  if (open.includes('name') && !(await confirm(nameQuestion(assessment)))) throw declined(assessment, 'name');
  const rest = open.find((question) => question !== 'name');
  if (rest !== undefined && !(await confirm(mainQuestion(assessment)))) throw declined(assessment, rest);
}

function isAnswered(question: Question, {yes, acceptPermissions}: Answers): boolean {
  return yes || (question === 'permissions' && acceptPermissions);
}

const about: Readonly<Record<Question, string>> = {
  permissions: 'its permissions',
  name: 'a name that looks like another one',
  breaking: 'what it breaks in this project',
};

function unanswered({offer: {id, version}}: Assessment, open: readonly Question[]): Error {
  const onlyPermissions = open.every((question) => question === 'permissions');
  return fail(
    'JW7101',
    {problem: `${id} ${version}: nobody is here to accept ${open.map((one) => about[one]).join(', and ')}`},
    {hint: `look at it, then say --yes${onlyPermissions ? ' or --accept-permissions' : ''}`},
  );
}

function nameQuestion({offer: {id}, likenesses}: Assessment): string {
  return `${likenesses.map(({why}) => why).join('; ')}. Is ${id} the one you mean?`;
}

function mainQuestion({offer: {id, version}, before, widened, breaks}: Assessment): string {
  if (!before) return `Install ${id} ${version} with these permissions?`;
  const more = widened.length > 0 ? ' with the new permissions' : '';
  const broken = breaks.some((one) => one.broken.length > 0) ? ' although it breaks what is listed' : '';
  return `Take ${id} ${version}${more}${broken}?`;
}
