import { createHash } from 'node:crypto';
import { timeChart, timeText } from './chart';
import { Html, html } from './html';
import type { AccessRow, FindingRow, ProfileRow, ReportModel } from './model';
import { SCRIPT } from './script';
import { statusSection } from './status';
import { STYLE } from './style';
import type { StatusReport } from '../../manifests/status';

/** More rows make a page that no browser shows at once. */
const MOST_ROWS = 5000;

/** One page that needs nothing beside itself: no network, and no script but its own may run in it. */
export function reportPage(model: ReportModel): string {
  const policy = `default-src 'none'; style-src '${hashOf(STYLE)}'; script-src '${hashOf(SCRIPT)}'; base-uri 'none'; form-action 'none'`;
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${model.title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<header><h1>${model.title}</h1><p>made ${model.made}</p><button id="theme" type="button">Light or dark</button></header>
<main>
${tiles(model)}
${model.notes.map((note) => html`<p class="card note">${note}</p>`)}
${model.status === undefined ? [] : [statusSection(model.status)]}
<h2>Over time</h2>
<div class="card wide">${timeChart(model.times)}</div>
<h2>Profiles</h2>
${profileTable(model.profiles)}
<h2>Findings in profiles</h2>
${findingTable(model.findings)}
<h2>Denied and observed</h2>
${accessTable(model)}
<footer>Times are UTC. Counts are of log records, which kernels and tools may have dropped before.</footer>
</main>
<script>${new Html(SCRIPT)}</script>
</body>
</html>
`.text;
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function tiles({ profiles, accesses, findings, status }: ReportModel): Html {
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
  const enforced = profiles.filter(({ mode }) => mode === 'enforce' || mode === 'kill').length;
  const denied = sum(accesses.map((row) => row.denied));
  return html`<div class="tiles">
${tile(profiles.length, 'profiles')}${tile(enforced, 'of them enforced')}${tile(accesses.length, 'distinct accesses logged')}
${tile(denied, 'records of denials', denied > 0)}${tile(sum(accesses.map(({ seen }) => seen)), 'records of observations')}
${tile(findings.length, 'findings in profiles', findings.some(({ level }) => level === 'error'))}
${status === undefined ? [] : statusTiles(status)}
</div>`;
}

function statusTiles({ containers, nodes }: StatusReport): Html[] {
  const [open, dull] = [containers.filter(({ finding }) => finding).length, nodes.filter(({ ready }) => !ready).length];
  return [
    tile(containers.filter(({ state }) => state === 'confined').length, 'containers confined'),
    tile(open, 'should be and are not', open > 0),
    tile(dull, 'nodes not ready', dull > 0),
  ];
}

function tile(number: number, what: string, bad = false): Html {
  return html`<div class="tile${bad ? ' bad' : ''}"><b>${number.toLocaleString('en-US')}</b><span>${what}</span></div>`;
}

function profileTable(profiles: readonly ProfileRow[]): Html {
  if (profiles.length === 0) {
    return html`<p class="card empty">No profile was given, and no log names one.</p>`;
  }
  return html`<div class="card scroll"><table><thead><tr><th scope="col">Profile</th><th scope="col">Mode</th><th scope="col" class="number">Rules</th>
<th scope="col" class="number">Findings</th><th scope="col" class="number">Denied</th><th scope="col" class="number">Observed</th><th scope="col">Last denial</th><th scope="col">File</th></tr></thead><tbody>
${profiles.map((row) => html`<tr><th scope="row">${row.name}</th><td><span class="chip ${row.mode}">${row.mode}</span></td><td class="number">${row.rules}</td>
<td class="number">${Object.values(row.findings).reduce((total, number) => total + number, 0)}</td><td class="number${row.denied > 0 ? ' count-denied' : ''}">${row.denied.toLocaleString('en-US')}</td>
<td class="number">${row.seen.toLocaleString('en-US')}</td><td class="when">${timeText(row.last)}</td><td class="path">${row.file}</td></tr>
`)}</tbody></table></div>`;
}

function accessTable({ accesses, profiles }: ReportModel): Html {
  if (accesses.length === 0) {
    return html`<p class="card empty">Nothing was logged.</p>`;
  }
  const rows = accesses.slice(0, MOST_ROWS);
  return html`<div class="controls"><input id="filter" type="search" placeholder="Filter by words: path, profile, pod, program" aria-label="Filter the table">
<select id="profile" aria-label="Profile"><option value="">All profiles</option>${profiles.map(({ name }) => html`<option value="${name}">${name}</option>`)}</select>
<label><input id="only" type="checkbox"> denied only</label><output id="shown" aria-live="polite"></output></div>
<p class="keys"><kbd>/</kbd> filter <kbd>Esc</kbd> clear <kbd>j</kbd> <kbd>k</kbd> next, previous <kbd>d</kbd> denied only <kbd>t</kbd> light or dark</p>
<div class="card scroll"><table id="accesses"><thead><tr><th scope="col">Profile</th><th scope="col">Access</th><th scope="col">Object</th><th scope="col" class="number">Denied</th>
<th scope="col" class="number">Observed</th><th scope="col">Last</th><th scope="col">Where</th></tr></thead><tbody>
${rows.map(accessRow)}</tbody></table></div>
${accesses.length > rows.length ? [html`<p class="card note">${(accesses.length - rows.length).toLocaleString('en-US')} more accesses, those with the fewest records, are not shown.</p>`] : []}`;
}

function accessRow(row: AccessRow): Html {
  const where = [...row.places, ...row.comms.map((comm) => `(${comm})`)].join(', ');
  return html`<tr tabindex="-1" data-profile="${row.profile}" class="${row.denied > 0 ? 'denied' : ''}"><td>${row.profile}</td><td>${row.kind} ${row.how}</td><td class="path">${row.object}</td>
<td class="number${row.denied > 0 ? ' count-denied' : ''}">${row.denied.toLocaleString('en-US')}</td><td class="number">${row.seen.toLocaleString('en-US')}</td><td class="when">${timeText(row.last)}</td><td>${where}</td></tr>
`;
}

function findingTable(findings: readonly FindingRow[]): Html {
  if (findings.length === 0) {
    return html`<p class="card empty">No check or lint has anything to say.</p>`;
  }
  return html`<div class="card scroll"><table><thead><tr><th scope="col">Level</th><th scope="col">What</th><th scope="col">Place</th><th scope="col">Why, and what to do</th></tr></thead><tbody>
${findings.map(({ level, id, place, message, help }) => html`<tr><td><span class="chip ${level}">${level}</span></td><td>${id}</td><td class="path">${place}</td><td class="why">${message}; ${help}</td></tr>
`)}</tbody></table></div>`;
}
