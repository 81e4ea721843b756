import { K8sVerifyError } from '../errors.ts';
import { MAX_IMAGE_MANIFEST_BYTES } from '../limits.ts';
import { COMPONENTS } from '../release/component.ts';
import { PLATFORMS, type Platform } from '../release/platform.ts';
import { readReleaseVersion } from '../release/version.ts';
import { isJsonObject, type JsonValue, parseJsonStrictly } from '../strict/json.ts';
import { agreed } from './agreed.ts';
import type { ClaimedName } from './claimed-name.ts';

/** The member of an image's tar that says which image it is (`docker save`). */
export const IMAGE_MANIFEST = 'manifest.json';

/** `registry.k8s.io/kube-apiserver-amd64:v1.30.2`; a tag has `_` where a version has `+`. */
const TAG = /^(?:registry\.k8s\.io|k8s\.gcr\.io)\/([a-z0-9-]{1,64})-([a-z0-9]{1,16}):(v[^/:]{1,64})$/;

const IMAGES: ReadonlySet<string> = new Set(
  COMPONENTS.filter(({ kind }) => kind === 'image').map(({ name }) => name),
);

/**
 * The name that the `manifest.json` of an image's tar gives it: what all its tags agree on, where they are those of
 * Kubernetes' own registry. Anything else says nothing.
 */
export function imageName(manifest: Uint8Array): ClaimedName | undefined {
  const names = tagsOf(manifest)?.map(nameOfTag) ?? [];
  return agreed(names, (name) => (name === undefined ? '' : JSON.stringify(name)));
}

/** The tags of every image in the tar; undefined where one has none, or the document has another form. */
function tagsOf(manifest: Uint8Array): readonly string[] | undefined {
  let images: JsonValue;
  try {
    images = parseJsonStrictly(manifest, IMAGE_MANIFEST, { maxBytes: MAX_IMAGE_MANIFEST_BYTES });
  } catch (error) {
    if (error instanceof K8sVerifyError) return undefined;
    throw error;
  }
  if (!Array.isArray(images) || images.length === 0) return undefined;
  const tags: string[] = [];
  for (const image of images) {
    const listed = isJsonObject(image) ? image['RepoTags'] : undefined;
    if (!Array.isArray(listed) || listed.length === 0) return undefined;
    for (const tag of listed) {
      if (typeof tag !== 'string') return undefined;
      tags.push(tag);
    }
  }
  return tags;
}

function nameOfTag(tag: string): ClaimedName | undefined {
  const [, name = '', arch = '', text = ''] = TAG.exec(tag) ?? [];
  const component = `${name}.tar`;
  const platform: Platform | undefined = PLATFORMS.find((one) => one.os === 'linux' && one.arch === arch);
  const version = readReleaseVersion(text);
  if (!IMAGES.has(component) || platform === undefined || version === undefined) return undefined;
  return { component, version, platform };
}
