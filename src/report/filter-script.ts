/** The one script of a page: it filters the rows, and offers the data as a file. Without it, everything is there to read. */
import { createHash } from 'node:crypto';

/** Old browsers show closed details on paper only if they are opened for it. */
export const FILTER_SCRIPT: string = `
'use strict';
const byId = (id) => document.getElementById(id);
const rows = [...document.querySelectorAll('.row')];
const [text, kind, verdict, shown] = ['filter-text', 'filter-kind', 'filter-verdict', 'filter-shown'].map(byId);
const words = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
const filter = () => {
  const asked = text.value.toLowerCase().split(/\\s+/);
  let left = 0;
  for (const row of rows) {
    const fits =
      (kind.value === '' || row.dataset.kind === kind.value) &&
      (verdict.value === '' || row.dataset.verdict === verdict.value) &&
      asked.every((word) => words.get(row).includes(word));
    row.hidden = !fits;
    if (fits) left += 1;
  }
  shown.textContent = left + ' of ' + rows.length + ' shown';
};
if (text !== null) {
  for (const one of [text, kind, verdict]) one.addEventListener('input', filter);
  byId('filter').hidden = false;
  filter();
}
const save = byId('save');
save.addEventListener('click', () => {
  const data = byId('data').textContent.slice(1);
  const url = URL.createObjectURL(new Blob([data], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = save.dataset.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
});
save.hidden = false;
let opened = [];
addEventListener('beforeprint', () => {
  opened = [...document.querySelectorAll('details:not([open])')];
  for (const one of opened) one.open = true;
});
addEventListener('afterprint', () => {
  for (const one of opened) one.open = false;
});
`.trim();

/** For the policy of the page, which lets no other script run. */
export const FILTER_SCRIPT_HASH: string = createHash('sha256').update(FILTER_SCRIPT).digest('base64');
