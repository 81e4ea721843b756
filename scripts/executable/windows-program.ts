/**
 * Puts a program into Node for Windows. Node's binary is signed (Authenticode), and no signature survives a change: a table
 * of certificates that fits nothing makes Windows and virus scanners call a file damaged. So it is taken out, and the
 * checksum of the header is that of the new file. What the file says of itself (its version resource) is ours too.
 */
import { NtExecutable, NtExecutableResource, Resource } from 'resedit';
import { lightFuse } from './fuse.ts';

const RCDATA = 10;
const PROGRAM = 'NODE_SEA_BLOB';
const NEUTRAL = 0;
const ENGLISH = { lang: 1033, codepage: 1200 };
/** VOS_NT_WINDOWS32 and VFT_APP: a program for Windows. */
const KIND = { fileOS: 0x4_0004, fileType: 1 };

/** What Windows shows as the details of the file. */
export interface VersionTexts {
  /** `1.2.3`. */
  readonly version: string;
  readonly description: string;
  /** `k8s-verify-win-x64.exe`. */
  readonly fileName: string;
  readonly nodeVersion: string;
}

/**
 * Node with the program in it, and without a signature.
 *
 * @param node Node's binary; its fuse is lit in place
 * @throws Error where it is no Node for Windows
 */
export function windowsProgram(node: Buffer, program: Buffer, texts: VersionTexts): Buffer {
  lightFuse(node);
  const executable = NtExecutable.from(node, { ignoreCert: true });
  const resources = NtExecutableResource.from(executable);
  versionResource(texts).outputToResourceEntries(resources.entries);
  const bin = new Uint8Array(program).buffer;
  resources.replaceResourceEntry({ type: RCDATA, id: PROGRAM, lang: NEUTRAL, codepage: 0, bin });
  resources.outputResource(executable);
  return Buffer.from(executable.generate());
}

function versionResource({
  version,
  description,
  fileName,
  nodeVersion,
}: VersionTexts): Resource.VersionInfo {
  const [major = 0, minor = 0, patch = 0] = version.split(/[.-]/).map(Number);
  const [high, low] = [major * 0x1_0000 + minor, patch * 0x1_0000];
  const values = {
    CompanyName: 'k8s-verify contributors',
    FileDescription: description,
    FileVersion: version,
    InternalName: 'k8s-verify',
    LegalCopyright: `Apache License 2.0; with Node.js ${nodeVersion} and others, see the .LICENSES.txt`,
    OriginalFilename: fileName,
    ProductName: 'k8s-verify',
    ProductVersion: version,
  };
  return Resource.VersionInfo.create({
    lang: ENGLISH.lang,
    fixedInfo: {
      ...KIND,
      fileVersionMS: high,
      fileVersionLS: low,
      productVersionMS: high,
      productVersionLS: low,
    },
    strings: [{ ...ENGLISH, values }],
  });
}
