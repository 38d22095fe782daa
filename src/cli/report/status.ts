import { Html, html } from './html';
import type { ContainerStatus, NodeStatus, StatusReport } from '../../manifests/status';
import { loadedText, rowsOf, STATES } from '../status-text';

/** What a `status` report has, as far as a page needs it; undefined where a text is none. */
export function readStatus(text: string): StatusReport | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { containers, nodes, fine } = (value ?? {}) as Record<string, unknown>;
  return listOf(containers, isContainer) && listOf(nodes, isNode) ? { containers, nodes, fine: fine === true } : undefined;
}

function listOf<T>(value: unknown, isOne: (entry: unknown) => entry is T): value is T[] {
  return Array.isArray(value) && value.every(isOne);
}

function isContainer(entry: unknown): entry is ContainerStatus {
  const one = (entry ?? {}) as Partial<ContainerStatus>;
  return areTexts(one.namespace, one.workload, one.pod, one.node, one.container, one.profile, one.reason) && typeof one.finding === 'boolean'
    && Object.hasOwn(STATES, String(one.state)) && (one.exempt === undefined || areTexts(one.exempt)) && (one.loaded === undefined || typeof one.loaded === 'boolean');
}

function isNode(entry: unknown): entry is NodeStatus {
  const one = (entry ?? {}) as Partial<NodeStatus>;
  return areTexts(one.node, one.bundle) && typeof one.ready === 'boolean' && Array.isArray(one.reasons) && areTexts(...one.reasons);
}

function areTexts(...values: unknown[]): boolean {
  return values.every((value) => typeof value === 'string');
}

/** What runs confined, what does not and should, and which nodes can confine. */
export function statusSection(status: StatusReport): Html {
  return html`<h2>Workloads of the cluster</h2>
${status.containers.length === 0 ? html`<p class="card empty">No pods.</p>` : workloadTable(status.containers)}
<h2>Nodes</h2>
${status.nodes.length === 0 ? html`<p class="card empty">No node has a loader.</p>` : nodeTable(status.nodes)}`;
}

function workloadTable(containers: readonly ContainerStatus[]): Html {
  return html`<div class="card scroll"><table><thead><tr><th scope="col">Namespace</th><th scope="col">Workload</th><th scope="col">Container</th><th scope="col">Profile</th>
<th scope="col">Loaded</th><th scope="col" class="number">Pods</th><th scope="col">State</th><th scope="col">Why</th></tr></thead><tbody>
${rowsOf(containers).map(({ status, pods }) => html`<tr><td>${status.namespace}</td><th scope="row">${status.workload}</th><td>${status.container}</td><td class="path">${status.profile}</td>
<td>${loadedText(pods)}</td><td class="number">${pods.length}</td><td><span class="chip ${chipOf(status)}">${STATES[status.state]}</span></td><td class="why">${whyOf(status)}</td></tr>
`)}</tbody></table></div>`;
}

function chipOf({ state, finding }: ContainerStatus): string {
  return finding ? 'error' : state === 'confined' ? 'enforce' : '';
}

function whyOf({ reason, exempt }: ContainerStatus): string {
  return [reason, exempt === undefined ? '' : `exempt: ${exempt}`].filter((part) => part !== '').join('; ');
}

function nodeTable(nodes: readonly NodeStatus[]): Html {
  return html`<div class="card scroll"><table><thead><tr><th scope="col">Node</th><th scope="col">Bundle</th><th scope="col">Ready</th><th scope="col">Why not, or what happened</th></tr></thead><tbody>
${nodes.map(({ node, bundle, ready, reasons }) => html`<tr><th scope="row">${node}</th><td>${bundle}</td><td><span class="chip ${ready ? 'enforce' : 'error'}">${ready ? 'ready' : 'not ready'}</span></td>
<td>${reasons.join('; ')}</td></tr>
`)}</tbody></table></div>`;
}
