/** What one row of the catalogue says. No behaviour. */

export type Severity = 'error' | 'warning' | 'info';
/** Who can mend it: the author of a manifest, the operator of this installation, the sender, the target system, or us. */
export type Owner = 'author' | 'operator' | 'sender' | 'target' | 'jobwire';

/** `detail` and `fix` are sentences with {facts}. Without a severity it is an error, without a status HTTP answers 422. */
export type Row = [title: string, owner: Owner, detail: string, fix: string, severity?: Severity, status?: number];
