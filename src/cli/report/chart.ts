import { type Html, html } from './html';
import { LAST_TIME, type TimeSlot } from './model';

const WIDTH = 960;
const HEIGHT = 160;
const BOTTOM = 22;
const LEFT = 44;

/** Bars over time: what was denied on top of what was only observed. The numbers are in each bar's title, and in a table for readers without sight. */
export function timeChart(slots: readonly TimeSlot[]): Html {
  if (slots.length === 0) {
    return html`<p class="empty">No record has a time.</p>`;
  }
  const most = Math.max(...slots.map(({ denied, seen }) => denied + seen), 1);
  const step = (WIDTH - LEFT) / slots.length;
  const scale = (value: number) => value / most * (HEIGHT - BOTTOM - 8);
  const bars = slots.map((slot, at) => bar(slot, LEFT + at * step, Math.max(step - 1, 1), scale));
  const labels = [0, Math.floor(slots.length / 2), slots.length - 1].filter((at, index, all) => all.indexOf(at) === index);
  return html`<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="Records over time, at most ${most} in one bar">
<line class="axis" x1="${LEFT}" x2="${WIDTH}" y1="${HEIGHT - BOTTOM}" y2="${HEIGHT - BOTTOM}"/>
<text class="label" x="${LEFT - 6}" y="14" text-anchor="end">${most.toLocaleString('en-US')}</text><text class="label" x="${LEFT - 6}" y="${HEIGHT - BOTTOM}" text-anchor="end">0</text>
${bars}
${labels.map((at, index) => html`<text class="label" x="${Math.round(LEFT + (at + 0.5) * step)}" y="${HEIGHT - 6}" text-anchor="${['start', 'middle', 'end'][index === 0 ? 0 : at === slots.length - 1 ? 2 : 1]!}">${timeText(slots[at]!.start)}</text>`)}
</svg>
<p class="legend"><span class="swatch denied"></span> denied <span class="swatch seen"></span> observed</p>`;
}

function bar({ start, denied, seen }: TimeSlot, x: number, width: number, scale: (value: number) => number): Html {
  const [low, high] = [scale(seen), scale(denied)];
  const base = HEIGHT - BOTTOM;
  return html`<g><title>${timeText(start)}: ${denied} denied, ${seen} observed</title>
<rect class="hit" x="${x.toFixed(1)}" y="0" width="${width.toFixed(1)}" height="${base}"/>
<rect class="seen" x="${x.toFixed(1)}" y="${(base - low).toFixed(1)}" width="${width.toFixed(1)}" height="${low.toFixed(1)}"/>
<rect class="denied" x="${x.toFixed(1)}" y="${(base - low - high).toFixed(1)}" width="${width.toFixed(1)}" height="${high.toFixed(1)}"/></g>`;
}

/** In UTC, to the minute. */
export function timeText(seconds: number): string {
  return !(seconds > 0 && seconds <= LAST_TIME) ? '' : `${new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
