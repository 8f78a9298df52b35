/** Where the schemas of a project stand, below its folder. */

export const schemasFolder = '.jobwire/schemas';

/** `templates/incident-to-triage` and the like. */
export function schemaOfUnit(group: string, id: string): string {
  return `${schemasFolder}/${group}/${id}.schema.json`;
}
