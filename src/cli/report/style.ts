/** Colours by the reader's wish: the system's, or the other one by the button. */
export const STYLE = `
:root { color-scheme: light; --back: #fbfbfa; --card: #ffffff; --text: #1d2430; --dim: #5c6675; --line: #dde1e7; --denied: #c2410c; --seen: #3b7dd8; --mark: #fff4e5; --ok: #15803d; }
@media (prefers-color-scheme: dark) { :root:not([data-theme=light]) { color-scheme: dark; --back: #12161c; --card: #1a2029; --text: #e4e8ee; --dim: #9aa5b4; --line: #2c3541; --denied: #fb923c; --seen: #6ea8fe; --mark: #33281a; --ok: #4ade80; } }
:root[data-theme=dark] { color-scheme: dark; --back: #12161c; --card: #1a2029; --text: #e4e8ee; --dim: #9aa5b4; --line: #2c3541; --denied: #fb923c; --seen: #6ea8fe; --mark: #33281a; --ok: #4ade80; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
main, header { max-width: 1120px; margin: 0 auto; padding: 0 20px; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 16px; padding-top: 24px; }
h1 { font-size: 24px; margin: 0; } h2 { font-size: 17px; margin: 32px 0 10px; } header p { margin: 0; color: var(--dim); flex: 1 0 auto; }
button, input, select { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 5px 10px; }
:focus-visible { outline: 2px solid var(--seen); outline-offset: 1px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin-top: 20px; }
.tile, .card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 12px 16px; }
.tile b { display: block; font-size: 26px; line-height: 1.2; font-variant-numeric: tabular-nums; } .tile span { color: var(--dim); } .tile.bad b { color: var(--denied); }
.controls { display: flex; flex-wrap: wrap; gap: 10px; margin-bottom: 10px; align-items: center; } .controls input[type=search] { flex: 1; min-width: 220px; }
.controls output { color: var(--dim); }
.scroll { overflow-x: auto; padding: 0; } table { border-collapse: collapse; width: 100%; } th, td { text-align: left; padding: 7px 12px; border-top: 1px solid var(--line); vertical-align: top; }
thead th { border-top: 0; color: var(--dim); font-weight: 600; white-space: nowrap; } td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
td.path { font: 13px/1.6 ui-monospace, monospace; overflow-wrap: anywhere; } td.why { min-width: 280px; } td.path { min-width: 130px; } #accesses td.path { min-width: 220px; } td.when { white-space: nowrap; color: var(--dim); }
.count-denied { color: var(--denied); font-weight: 600; } tbody tr:focus, tbody tr:hover { background: var(--mark); }
tr[hidden] { display: none; } .chip { display: inline-block; border: 1px solid var(--line); border-radius: 99px; padding: 0 9px; font-size: 13px; white-space: nowrap; }
.chip.enforce, .chip.kill { color: var(--ok); border-color: currentColor; } .chip.error, .chip.complain, .chip.unconfined { color: var(--denied); border-color: currentColor; }
.wide { overflow-x: auto; } .chart { min-width: 560px; width: 100%; height: auto; display: block; } .chart .denied, .swatch.denied { fill: var(--denied); background: var(--denied); } .chart .seen, .swatch.seen { fill: var(--seen); background: var(--seen); }
.chart .hit { fill: transparent; } .chart g:hover .hit { fill: var(--mark); } .chart .axis { stroke: var(--line); } .chart .label { fill: var(--dim); font-size: 12px; }
.swatch { display: inline-block; width: 11px; height: 11px; border-radius: 3px; margin-left: 10px; } .legend, .empty, .keys { color: var(--dim); margin: 6px 0; } .note { border-left: 4px solid var(--denied); }
kbd { border: 1px solid var(--line); border-radius: 4px; padding: 0 5px; font-size: 13px; } footer { margin: 40px 0 24px; color: var(--dim); }
@media print { button, .controls { display: none; } }
`;
