import type { Access } from './access';

/** An access as a person says it: `"r" on "/etc/passwd"`, else its fields. */
export function accessText(access: Access): string {
  switch (access.class) {
    case 'file': return `"${access.mask}" on ${JSON.stringify(access.path)}`;
    case 'exec': return `executing ${JSON.stringify(access.path)}`;
    case 'link': return `linking ${JSON.stringify(access.path)} to ${JSON.stringify(access.target)}`;
    case 'capability': return `capability ${access.capability}`;
    default: return [access.class, ...fieldsOf(access)].join(' ');
  }
}

function fieldsOf(access: Access): string[] {
  return Object.entries(access).filter(([field, value]) => field !== 'class' && value !== undefined).map(([field, value]) => `${field}=${value}`);
}
