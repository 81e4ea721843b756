// One proof by sigstore's own verify, as a program: node proof-by-sigstore.mjs BUNDLE FILE OPTIONS
import { readFileSync } from 'node:fs';
import { verify } from 'sigstore';

const [, , bundlePath, path, options] = process.argv;
await verify(JSON.parse(readFileSync(bundlePath, 'utf8')), readFileSync(path), JSON.parse(options));
