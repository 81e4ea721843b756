/** How a page looks: on a screen, light and dark, on a phone, and on paper. No font and no picture is fetched. */
export const STYLE: string = `
:root {
  color-scheme: light dark;
  --page: #fbfbfa; --card: #ffffff; --line: #d9dadd; --soft: #f1f2f3;
  --text: #1b1f24; --quiet: #57606a; --link: #0550ae; --focus: #0969da;
  --good: #116329; --good-back: #e6f4ea; --bad: #a40e26; --bad-back: #fdecee;
  --look: #7a4b00; --look-back: #fdf3df; --none: #4b535b; --none-back: #eceef0;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #111417; --card: #181c20; --line: #353b42; --soft: #20252a;
    --text: #e8eaed; --quiet: #a5adb6; --link: #8ab8ff; --focus: #79b8ff;
    --good: #7ee2a0; --good-back: #12301d; --bad: #ff9aa5; --bad-back: #3b161c;
    --look: #f2c46d; --look-back: #33270f; --none: #b9c0c8; --none-back: #292f35;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 1.75rem 1.25rem 4rem; max-width: 72rem;
  background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
h1 { margin: 0; font-size: 1.6rem; line-height: 1.25; font-weight: 650; overflow-wrap: anywhere; }
h2 { margin: 0 0 .75rem; font-size: 1.05rem; font-weight: 650; }
p { margin: .25rem 0; }
section { margin-top: 2.25rem; }
a { color: var(--link); text-underline-offset: .15em; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; border-radius: 3px; }
code, .mono { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; font-size: .9em; }
code { overflow-wrap: anywhere; }
.quiet { color: var(--quiet); }
.skip { position: absolute; left: -100vw; }
.skip:focus { position: static; display: inline-block; margin-bottom: .5rem; }
.mark { display: inline-block; min-width: 1.1em; }
.good { color: var(--good); } .bad { color: var(--bad); } .look { color: var(--look); } .none { color: var(--none); }
.lead { margin-top: .4rem; color: var(--quiet); }
.counts { display: flex; flex-wrap: wrap; gap: .5rem; margin: 1.25rem 0 0; padding: 0; list-style: none; }
.counts li { padding: .3rem .75rem; border: 1px solid var(--line); border-radius: 2rem; background: var(--card); }
.counts b { font-variant-numeric: tabular-nums; }
.card { border: 1px solid var(--line); border-radius: .6rem; background: var(--card); padding: 1rem 1.15rem; }
.items { margin: 0; list-style: none; }
.items > li { padding: .8rem 0; border-top: 1px solid var(--line); }
.items > li:first-child { padding-top: 0; border-top: 0; } .items > li:last-child { padding-bottom: 0; }
.items p { overflow-wrap: anywhere; }
.command { display: block; margin: .3rem 0; padding: .45rem .65rem; border-radius: .35rem; background: var(--soft); white-space: pre-wrap; overflow-wrap: anywhere; }
.times { display: block; width: 100%; height: 2.5rem; fill: var(--quiet); }
.ends { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 1rem; font-size: .88em; }
dl { display: grid; grid-template-columns: minmax(7rem, max-content) minmax(0, 1fr); gap: .35rem 1.25rem; margin: 0; }
dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
dd p { margin: 0; }
dd ul { margin: 0; padding: 0; list-style: none; }
button { padding: .2rem .7rem; border: 1px solid var(--quiet); border-radius: .35rem; background: var(--card); color: var(--text); font: inherit; font-size: .9rem; cursor: pointer; }
.filter { display: flex; flex-wrap: wrap; gap: .6rem 1rem; align-items: end; margin-bottom: .9rem; }
.filter[hidden] { display: none; }
.filter label { display: grid; gap: .15rem; font-size: .85rem; color: var(--quiet); }
.filter input, .filter select { height: 2.4rem; min-width: 11rem; padding: .4rem .55rem; border: 1px solid var(--quiet); border-radius: .35rem; background: var(--card); color: var(--text); font: inherit; font-size: 1rem; }
.filter output { padding-bottom: .45rem; color: var(--quiet); }
table { width: 100%; border-collapse: collapse; }
caption { padding-bottom: .5rem; text-align: left; color: var(--quiet); }
th, td { padding: .5rem .75rem; text-align: left; vertical-align: top; font-weight: 400; }
th:first-child, td:first-child { padding-left: 0; } th:last-child, td:last-child { padding-right: 0; }
thead th { border-bottom: 2px solid var(--line); color: var(--quiet); font-size: .85em; white-space: nowrap; }
.row > tr:first-child > * { padding-bottom: .1rem; padding-top: .7rem; }
.row { border-bottom: 1px solid var(--line); }
.row > tr.more > td { padding: 0 0 .55rem; }
.plain tbody tr { border-bottom: 1px solid var(--line); }
.inside > li { padding: .35rem 0; overflow-wrap: anywhere; }
.row[hidden] { display: none; }
.row:target { background: var(--soft); }
.verdict { display: inline-block; padding: 0 .55rem; border-radius: .8rem; }
.files time { white-space: nowrap; }
.verdict.good { background: var(--good-back); } .verdict.bad { background: var(--bad-back); }
.verdict.look { background: var(--look-back); } .verdict.none { background: var(--none-back); }
details > summary { display: inline-block; cursor: pointer; color: var(--quiet); font-size: .88em; border-radius: .25rem; }
details > summary::-webkit-details-marker { display: none; }
details > summary::before { content: "\\25b8"; display: inline-block; width: 1.1em; }
details[open] > summary::before { content: "\\25be"; }
.inside { margin: .5rem 0 .35rem; padding: .9rem 1rem; border-radius: .5rem; background: var(--soft); }
.inside .command { background: var(--card); }
.checks { margin-top: .7em; font-size: .9em; }
.checks > caption { padding-bottom: .2em; }
.checks > thead { display: block; position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.checks th, .checks td { padding: .15em .9rem .15em 0; border: 0; }
.checks td:last-child { overflow-wrap: anywhere; }
footer { margin-top: 2.5rem; padding-top: 1rem; border-top: 1px solid var(--line); color: var(--quiet); font-size: .88rem; }
@media (max-width: 44rem) {
  body { padding: 1.1rem .9rem 3rem; }
  h1 { font-size: 1.3rem; }
  dl { grid-template-columns: minmax(0, 1fr); gap: 0; } dd { margin-bottom: .55rem; }
  .filter label, .filter input, .filter select { width: 100%; }
  .files, .files > tbody, .files > tbody > tr, .files > tbody > tr > *, .files > caption { display: block; }
  .files > thead { display: block; position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .files > tbody > tr > th, .files > tbody > tr > td { padding: .05rem 0; }
  .files > tbody > tr:first-child > td, .files > tbody > tr:last-child > td { padding: .05rem 0; }
  .files > tbody > tr:first-child > th { padding: .7rem 0 .1rem; font-weight: 600; }
  .files > tbody > tr:last-child > td:last-child { padding-bottom: .55rem; }
  .files td[data-label]::before { content: attr(data-label) ": "; color: var(--quiet); }
  .row[hidden] { display: none; }
  .inside { padding: .75rem; }
  .checks th { white-space: normal; }
}
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
@page { margin: 16mm 14mm 18mm; @bottom-right { content: counter(page) " / " counter(pages); font: 9pt sans-serif; color: #57606a; } }
@media print {
  :root {
    color-scheme: light;
    --page: #fff; --card: #fff; --line: #b9bdc2; --soft: #fff; --text: #000; --quiet: #444; --link: #000;
    --good: #0b4f1f; --good-back: #fff; --bad: #8c0a1e; --bad-back: #fff; --look: #5f3a00; --look-back: #fff; --none: #333; --none-back: #fff;
  }
  body { max-width: none; padding: 0; font-size: 9.5pt; }
  h1 { font-size: 15pt; } h2 { font-size: 11pt; break-after: avoid; }
  section { margin-top: 14pt; }
  .filter, .skip, .screen { display: none !important; }
  .row[hidden] { display: table-row-group !important; }
  thead { display: table-header-group; }
  tr, .items > li, .counts li { break-inside: avoid; }
  tr.more { break-inside: auto; }
  .row > tr:first-child { break-after: avoid; }
  details::details-content { content-visibility: visible !important; display: block !important; block-size: auto !important; }
  details > summary::before, details[open] > summary::before { content: none; }
  .verdict { padding: 0; }
  .inside { padding: 3pt 0 6pt 10pt; margin: 0; border-left: 2pt solid var(--line); border-radius: 0; font-size: 7.5pt; line-height: 1.3; }
  .inside dl { gap: 1pt 10pt; } .checks th, .checks td { padding: 0 8pt 0 0; }
  th, td { padding: 2pt 6pt; }
  .card { padding: 6pt 8pt; }
  a { text-decoration: none; }
}
`.trim();
