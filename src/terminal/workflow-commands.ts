/** Findings as workflow commands, which the log of a hosted workflow turns into notes on the lines of a change. Pure. */
import type {Issue} from '../errors/jobwire-error.ts';
import {adviceOf} from './issues.ts';

const words: Readonly<Record<Issue['severity'], string>> = {error: 'error', warning: 'warning', info: 'notice'};

/** `::error file=…,line=…,col=…,title=…::sentence`; https://docs.github.com/actions/reference/workflow-commands-for-github-actions */
export function workflowCommand(issue: Issue): string {
  const {at, severity, code, title} = issue;
  const place = at ? {file: at.file.replaceAll('\\', '/'), line: at.line, col: at.column} : {};
  const properties = Object.entries({...place, title: `${code} ${title}`})
    .map(([name, value]) => `${name}=${escapeProperty(String(value))}`)
    .join(',');
  return `::${words[severity]} ${properties}::${escapeData(adviceOf(issue))}`;
}

/** A line break would begin the next command. */
function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
