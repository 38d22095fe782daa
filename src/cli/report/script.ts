/**
 * What the page does beside being read: filters its table of accesses, changes its colours, and takes keys. The page is
 * complete without it.
 */
export const SCRIPT = `
'use strict';
(() => {
  const root = document.documentElement;
  const filter = document.getElementById('filter'), profile = document.getElementById('profile'), only = document.getElementById('only'), shown = document.getElementById('shown');
  const rows = [...document.querySelectorAll('#accesses tbody tr')];
  const apply = () => {
    const words = filter.value.toLowerCase().split(/\\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !(words.every((word) => text.includes(word)) && (profile.value === '' || row.dataset.profile === profile.value) && (!only.checked || row.classList.contains('denied')));
      count += row.hidden ? 0 : 1;
    }
    shown.textContent = count + ' of ' + rows.length;
  };
  for (const control of [filter, profile, only]) control.addEventListener('input', apply);
  document.getElementById('theme').addEventListener('click', () => {
    const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    root.dataset.theme = dark ? 'light' : 'dark';
  });
  const move = (by) => {
    const visible = rows.filter((row) => !row.hidden);
    const at = visible.indexOf(document.activeElement);
    const next = visible[at < 0 ? 0 : Math.min(Math.max(at + by, 0), visible.length - 1)];
    if (next) { next.focus(); next.scrollIntoView({ block: 'nearest' }); }
  };
  document.addEventListener('keydown', (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.key === 'Escape' && typing) { filter.value = ''; apply(); event.target.blur(); return; }
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const actions = { '/': () => filter.focus(), 'j': () => move(1), 'k': () => move(-1), 'd': () => { only.checked = !only.checked; apply(); }, 't': () => document.getElementById('theme').click() };
    if (actions[event.key]) { event.preventDefault(); actions[event.key](); }
  });
  apply();
})();
`;
