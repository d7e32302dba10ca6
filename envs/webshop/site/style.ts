/**
 * The style sheet of the shop: light and dark by the reader's setting, from 320 px on. Elements without a class are styled
 * too, for the pages that the server adds.
 */
export const STYLE = `:root {
  color-scheme: light dark;
  --bg: #fbfaf7; --panel: #ffffff; --sunk: #f3f1ec; --tile: #f3f1ec;
  --line: #e4e1da; --edge: #8a877f;
  --ink: #1b1d21; --ink2: #53565c; --accent: #5a3ec8; --on-accent: #ffffff; --accent-bg: #f0edfc;
  --warn: #7a4f00; --warn-bg: #fbf1dc;
}
@media (prefers-color-scheme: dark) {
  :root {
    --bg: #111215; --panel: #191b1f; --sunk: #0c0d0f; --tile: #c9c6be;
    --line: #2c2f35; --edge: #7b8089;
    --ink: #ededea; --ink2: #adb1b8; --accent: #ae9cff; --on-accent: #16131f; --accent-bg: #241f3b;
    --warn: #e7b75b; --warn-bg: #33280f;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 0 24px 48px; max-width: 1080px;
  background: var(--bg); color: var(--ink);
  font: 400 15px/24px Inter, ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-ligatures: none; overflow-wrap: anywhere;
}
h1 { font-size: 22px; line-height: 30px; font-weight: 600; letter-spacing: -0.012em; margin: 16px 0 8px; }
h2 { font-size: 15px; line-height: 22px; font-weight: 600; margin: 0; }
p { margin: 0 0 8px; max-width: 72ch; }
a { color: var(--accent); text-underline-offset: 3px; }
header { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 24px; padding: 12px 0; border-bottom: 1px solid var(--line); }
.brand { display: inline-flex; align-items: center; gap: 8px; min-height: 32px; color: var(--ink); font-weight: 650; text-decoration: none; }
.logo { width: 22px; height: 22px; fill: var(--accent); stroke: var(--accent); stroke-width: 2; stroke-linecap: round; }
.logo path + path { fill: none; }
.steps { display: flex; align-items: center; gap: 8px; margin: 0 0 0 auto; color: var(--ink2); font-size: 13px; font-variant-numeric: tabular-nums; }
progress { width: 120px; height: 6px; appearance: none; border: 0; border-radius: 3px; background: var(--line); overflow: hidden; }
progress::-webkit-progress-bar { background: var(--line); }
progress::-webkit-progress-value { background: var(--accent); }
progress::-moz-progress-bar { background: var(--accent); }
.goal { margin: 16px 0; padding: 12px 16px; border-left: 3px solid var(--accent); border-radius: 0 10px 10px 0; background: var(--accent-bg); }
.instruction { font-size: 16px; margin: 0; }
.label { margin: 12px 0 4px; color: var(--ink2); font-size: 13px; font-weight: 500; }
.goal .label { margin-top: 0; }
.second { color: var(--ink2); font-size: 13px; line-height: 20px; }
.price { font-size: 17px; font-weight: 600; font-variant-numeric: tabular-nums; }
.notice { padding: 8px 12px; border-radius: 8px; background: var(--warn-bg); color: var(--warn); }
main:focus { outline: none; }
.page { border: 0; margin: 0; padding: 0; min-width: 0; }
.row { display: flex; flex-wrap: wrap; gap: 8px; max-width: none; align-items: center; }
button, .main, input, select {
  min-height: 36px; padding: 5px 14px; border: 1px solid var(--edge); border-radius: 8px;
  background: var(--panel); color: var(--ink); font: inherit; max-width: 100%;
}
button { cursor: pointer; text-align: start; overflow-wrap: anywhere; }
button:hover:not([aria-disabled], :disabled) { border-color: var(--accent); color: var(--accent); }
button:disabled { cursor: default; opacity: 0.55; }
.main { display: inline-block; border-color: var(--accent); background: var(--accent); color: var(--on-accent); font-weight: 600; text-decoration: none; }
button.main:hover:not(:disabled) { color: var(--on-accent); filter: brightness(1.08); }
.choice { border-radius: 18px; }
.choice[aria-pressed="true"] { border-color: var(--accent); box-shadow: inset 0 0 0 1px var(--accent); background: var(--accent-bg); font-weight: 600; }
.choice[aria-pressed="true"]::before { content: "\\2713\\00a0"; }
[aria-disabled] { cursor: default; }
.title { min-height: 24px; padding: 0; border: 0; background: none; color: var(--accent); font-weight: 600; }
.title::after { content: ""; position: absolute; inset: 0; border-radius: 10px; }
.title:focus-visible { outline: none; }
.title:focus-visible::after, :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.search { margin: 32px 0; padding: 24px; border: 1px solid var(--line); border-radius: 10px; background: var(--panel); }
.search h1 { margin-top: 0; }
.search input { flex: 1 1 260px; min-width: 0; background: var(--bg); }
.cards { list-style: none; margin: 16px 0 0; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 420px), 1fr)); gap: 12px; }
.card { position: relative; display: grid; grid-template-columns: 96px minmax(0, 1fr); gap: 16px; padding: 12px; border: 1px solid var(--line); border-radius: 10px; background: var(--panel); }
.card:hover { border-color: var(--accent); }
.card p { margin: 4px 0 0; }
.tag { padding: 0 6px; border: 1px solid var(--line); border-radius: 5px; }
.drawing { display: block; width: 100%; aspect-ratio: 1; padding: 8%; border-radius: 8px; background: var(--tile); align-self: start; }
.item { display: grid; grid-template-columns: minmax(0, 340px) minmax(0, 1fr); gap: 32px; margin-top: 16px; align-items: start; }
.item h1 { margin-top: 0; }
.item .row { margin: 0 0 16px; }
.option .row { margin-bottom: 12px; }
.prose { max-width: 72ch; }
.prose p { white-space: pre-line; }
.score { font-size: 40px; line-height: 48px; font-weight: 650; font-variant-numeric: tabular-nums; }
details { margin: 16px 0; }
summary { min-height: 32px; cursor: pointer; }
table { border-collapse: collapse; margin: 8px 0 16px; font-size: 13px; }
caption { text-align: start; color: var(--ink2); font-weight: 500; padding: 4px 0; }
th, td { padding: 4px 24px 4px 0; border-top: 1px solid var(--line); font-weight: 400; text-align: start; }
td { font-variant-numeric: tabular-nums; font-weight: 600; }
.skip { position: absolute; left: -9999px; }
.skip:focus { left: 24px; top: 8px; z-index: 1; padding: 4px 12px; background: var(--panel); }
@media (max-width: 720px) {
  body { padding: 0 14px 32px; }
  .item { grid-template-columns: minmax(0, 1fr); gap: 16px; }
  .picture { max-width: 220px; }
  .search { padding: 16px; margin: 16px 0; }
  progress { width: 72px; }
}
@media (prefers-reduced-motion: no-preference) { button, .card { transition: border-color 0.12s; } }
@media (forced-colors: active) { .choice[aria-pressed="true"] { border-width: 3px; } }
`
