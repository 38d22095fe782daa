import { printable } from '../diagnostics';
import { ContainerStatus, NodeStatus, StatusReport } from '../manifests/status';

/** What a state means to a person. */
export const STATES: Readonly<Record<ContainerStatus['state'], string>> = {
  confined: 'confined',
  waiting: 'waits for its profile',
  refused: 'refused by its node',
  restart: 'UNCONFINED, restart it',
  replaced: 'OTHER RULES, replaced',
  ineffective: 'UNCONFINED, privileged',
  unconfined: 'unconfined',
  unasked: 'no profile asked for',
  pending: 'not running',
};

/** Pods of one workload that are alike are one line. */
export interface Row {
  readonly status: ContainerStatus;
  readonly pods: ContainerStatus[];
}

const HEAD = ['NAMESPACE', 'WORKLOAD', 'CONTAINER', 'PROFILE', 'LOADED', 'PODS', 'STATE'];

/** Two bundles with one name take each other's loader away: nothing else in the cluster tells. */
const UNBROUGHT = 'On no loader\'s list, so no other node gets it (apply its program again; if another program\'s bundle has the same name, change one):';

/** The report as a table, what is wrong below it, nodes last. */
export function statusText(report: StatusReport): string {
  const rows = rowsOf(report.containers);
  const lines = [HEAD, ...rows.map(({ status, pods }) => [
    status.namespace, status.workload, status.container, status.profile, loadedText(pods), String(pods.length),
    STATES[status.state] + (status.exempt === undefined ? '' : ` (exempt: ${status.exempt})`),
  ])];
  const findings = rows.filter(({ status }) => status.finding);
  return [
    ...rows.length > 0 ? table(lines) : ['No pods.'],
    ...section('Should be confined and is not:', findings.map(({ status, pods }) =>
      `${status.namespace}/${status.workload}, container ${status.container} (${podNames(pods)}): ${status.reason.replace(/\n/g, ' ')}`)),
    ...section(UNBROUGHT, rows.filter(({ status }) => status.unbrought).map(({ status }) =>
      `${status.namespace}/${status.workload}, container ${status.container}: ${status.profile}`)),
    ...section('Nodes:', report.nodes.filter((node) => !node.ready || node.reasons.length > 0).map(nodeText)),
    '',
    summary(report, findings),
  ].map(printable).join('\n') + '\n';
}

export function rowsOf(containers: readonly ContainerStatus[]): Row[] {
  const rows = new Map<string, Row>();
  for (const status of containers) {
    const { namespace, workload, container, profile, state, exempt, finding, unbrought } = status;
    const key = JSON.stringify([namespace, workload, container, profile, state, exempt, finding, unbrought]);
    const row = rows.get(key);
    if (row) row.pods.push(status);
    else rows.set(key, { status, pods: [status] });
  }
  return [...rows.values()].sort((one, other) => compare(one.status, other.status));
}

function compare(one: ContainerStatus, other: ContainerStatus): number {
  const key = (status: ContainerStatus) => [status.namespace, status.workload, status.container, status.state].join('\u0000');
  return key(one) < key(other) ? -1 : Number(key(one) > key(other));
}

/** On how many of the nodes of these pods the profile is known to be loaded. */
export function loadedText(pods: readonly ContainerStatus[]): string {
  const known = new Map(pods.filter(({ loaded }) => loaded !== undefined).map(({ node, loaded }) => [node, loaded]));
  if (known.size === 0) return '-';
  return `${[...known.values()].filter(Boolean).length}/${known.size} nodes`;
}

const PODS_NAMED = 5;

function podNames(pods: readonly ContainerStatus[]): string {
  const names = pods.slice(0, PODS_NAMED).map(({ pod }) => pod).join(', ');
  return pods.length > PODS_NAMED ? `${names} and ${pods.length - PODS_NAMED} more` : names;
}

function nodeText({ node, bundle, ready, reasons }: NodeStatus): string {
  const what = bundle === '' ? node : `${node}, bundle ${bundle}`;
  return `${what}: ${ready ? 'ready' : 'NOT READY'}${reasons.map((reason) => `\n    ${reason.replace(/\n/g, '\n    ')}`).join('')}`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length > 0 ? ['', title, ...lines.map((line) => `  ${line}`)] : [];
}

function summary({ containers, nodes }: StatusReport, findings: readonly Row[]): string {
  const confined = containers.filter(({ state }) => state === 'confined').length;
  const wrong = findings.reduce((sum, { pods }) => sum + pods.length, 0);
  const broken = nodes.filter(({ ready }) => !ready).length;
  return `${confined} of ${containers.length} containers confined, ${wrong} not as they should be; `
    + `${nodes.length - broken} of ${nodes.length} loaders ready.`;
}

function table(lines: readonly string[][]): string[] {
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => cellText(line[column]).length)));
  return lines.map((line) => line.map((cell, column) => cellText(cell).padEnd(widths[column])).join('  ').trimEnd());
}

/** On one line. */
function cellText(cell: string): string {
  return printable(cell.replace(/[\t\n]/g, ' '));
}
