/** The picture in README.md is that of a run as it is today: drawn from the recording, and the recording from README's commands. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { drawTerminal, THEMES } from '../../scripts/picture/draw-terminal.ts';
import { recordRun } from '../../scripts/picture/record-run.ts';
import { HAS_SCRIPT } from '../transcripts/screen.ts';
import { readPage } from './blocks.ts';
import { ROOT, setStage } from './stage.ts';

const recording = readPage('docs/pictures/run.txt');

/** What differs in every run, and in one with made-up bytes. */
function shapeOf(screen: string): readonly string[] {
  return screen
    .replaceAll(/[0-9a-f]{64}/g, '<sha256>')
    .replaceAll(/\d{4}-\d\d-\d\d/g, '<date>')
    .trimEnd()
    .split('\n');
}

describe('the picture of a run', () => {
  it('is drawn from the recording', () => {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/render-picture.ts', '--check'], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it.skipIf(!HAS_SCRIPT)('is what a terminal shows today (needs script of util-linux)', async () => {
    await using stage = await setStage();
    const { screen, exitCodes } = await recordRun(stage);
    expect(exitCodes).toEqual([0, 12]);
    expect(shapeOf(screen)).toEqual(shapeOf(recording));
  });

  it.each(THEMES)('asks for nothing from elsewhere, and says in words what it shows ($name)', ({ name }) => {
    const svg = readFileSync(join(ROOT, `docs/pictures/run-${name}.svg`), 'utf8');
    expect(svg).not.toMatch(/href|url\(|<script|<style|@import|on[a-z]+=/);
    const [first = ''] = recording.split('\n');
    expect(svg).toContain(`<desc>${first}`);
    expect(readPage('README.md')).toContain(`docs/pictures/run-${name}.svg`);
  });

  it('escapes what it draws, and keeps columns apart', () => {
    const [theme] = THEMES;
    if (theme === undefined) throw new TypeError('no theme');
    const svg = drawTerminal(['found  <b> & "x"'], theme);
    expect(svg).toContain('>found</text>');
    expect(svg).toContain('&lt;b&gt; &amp; "x"');
  });

  it.each(THEMES)('has colours that can be read ($name)', ({ background, text, dim, colours }) => {
    const contrasts = [text, dim, ...Object.values(colours)].map((colour) => contrast(colour, background));
    expect(Math.min(...contrasts)).toBeGreaterThanOrEqual(4.5);
  });
});

/** By the Web Content Accessibility Guidelines 2.2. */
function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
