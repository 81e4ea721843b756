/** Draws lines with their colours, as a terminal shows them, as an SVG without scripts, fonts or anything else from elsewhere. */

export interface Theme {
  readonly name: 'light' | 'dark';
  readonly background: string;
  readonly border: string;
  readonly text: string;
  readonly dim: string;
  /** By the number of the escape sequence. */
  readonly colours: Readonly<Record<string, string>>;
}

/** Contrast of each colour with its background is at least 4.5. */
export const THEMES: readonly Theme[] = [
  {
    name: 'light',
    background: '#ffffff',
    border: '#d0d7de',
    text: '#1f2328',
    dim: '#59636e',
    colours: { '31': '#b3121d', '32': '#116329', '33': '#7d4e00' },
  },
  {
    name: 'dark',
    background: '#0d1117',
    border: '#3d444d',
    text: '#e6edf3',
    dim: '#9198a1',
    colours: { '31': '#ff7b72', '32': '#56d364', '33': '#e3b341' },
  },
];

const COLUMN = 8.4;
const LINE = 20;
const MARGIN = 20;
const HANGING = 9;
const MAX_COLUMNS = 88;

interface Piece {
  readonly text: string;
  readonly style: Style;
}

interface Style {
  readonly colour: string | undefined;
  readonly bold: boolean;
  readonly dim: boolean;
}

const PLAIN: Style = { colour: undefined, bold: false, dim: false };

function styled(style: Style, code: string): Style {
  if (code === '0' || code === '') return PLAIN;
  if (code === '1') return { ...style, bold: true };
  if (code === '2') return { ...style, dim: true };
  if (code === '22') return { ...style, bold: false, dim: false };
  if (code === '39') return { ...style, colour: undefined };
  return { ...style, colour: code };
}

/** The pieces of a line, between its escape sequences. */
function piecesOf(line: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let style = PLAIN;
  for (const [, codes, text = ''] of line.matchAll(/(?:\\e\[([\d;]*)m)?((?:(?!\\e\[).)*)/g)) {
    if (codes !== undefined) for (const code of codes.split(';')) style = styled(style, code);
    if (text !== '') pieces.push({ text, style });
  }
  return pieces;
}

/** Breaks a line that is too long at blanks, as the program does on a narrower terminal. */
function wrapped(pieces: readonly Piece[]): readonly (readonly Piece[])[] {
  const lines: Piece[][] = [[]];
  let column = 0;
  for (const { text, style } of pieces) {
    for (const word of text.split(/(?<= )(?=\S)/)) {
      if (column > HANGING && column + word.trimEnd().length > MAX_COLUMNS) {
        lines.push([{ text: ' '.repeat(HANGING), style: PLAIN }]);
        column = HANGING;
      }
      lines.at(-1)?.push({ text: word, style });
      column += word.length;
    }
  }
  return lines;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function fill({ colour, dim }: Style, theme: Theme): string {
  if (dim) return theme.dim;
  return colour === undefined ? theme.text : (theme.colours[colour] ?? theme.text);
}

/** One row: each run of one style at its column, as wide as its columns are, whatever font there is. */
function row(pieces: readonly Piece[], index: number, theme: Theme): string {
  const y = MARGIN + LINE * index + 15;
  let column = 0;
  const texts: string[] = [];
  for (const { text, style } of joined(pieces)) {
    // Viewers show several blanks as one: what stands behind them begins at a column of its own.
    for (const { 0: words, index: at } of text.matchAll(/\S+(?: \S+)*/g)) {
      const x = (MARGIN + COLUMN * (column + at)).toFixed(1);
      const width = (COLUMN * words.length).toFixed(1);
      const weight = style.bold ? ' font-weight="600"' : '';
      texts.push(
        `<text x="${x}" y="${y}" textLength="${width}" fill="${fill(style, theme)}"${weight}>${escaped(words)}</text>`,
      );
    }
    column += text.length;
  }
  return texts.join('');
}

/** Neighbours of one style in one piece. */
function joined(pieces: readonly Piece[]): readonly Piece[] {
  const all: Piece[] = [];
  for (const piece of pieces) {
    const last = all.at(-1);
    if (last !== undefined && JSON.stringify(last.style) === JSON.stringify(piece.style)) {
      all[all.length - 1] = { text: last.text + piece.text, style: piece.style };
    } else all.push(piece);
  }
  return all;
}

/** @param lines - with escape sequences for colours, bold and dim, and no others; the escape character is `\e`. */
export function drawTerminal(lines: readonly string[], theme: Theme): string {
  const rows = lines.flatMap((line, index) => {
    if (!line.startsWith('$ ')) return wrapped(piecesOf(line));
    const typed = wrapped([{ text: line, style: { ...PLAIN, bold: true } }]);
    return index === 0 ? typed : [[], ...typed];
  });
  const width = MARGIN * 2 + Math.ceil(COLUMN * MAX_COLUMNS);
  const height = MARGIN * 2 + LINE * rows.length;
  const plain = lines.map((line) => line.replaceAll(/\\e\[[\d;]*m/g, '')).join('\n');
  return `${[
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
    '<title>k8s-verify installs kubectl, and refuses one that a mirror has changed</title>',
    `<desc>${escaped(plain)}</desc>`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="${theme.background}" stroke="${theme.border}"/>`,
    '<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, Liberation Mono, monospace" font-size="14">',
    ...rows.map((pieces, index) => row(pieces, index, theme)).filter((text) => text !== ''),
    '</g>',
    '</svg>',
  ].join('\n')}\n`;
}
