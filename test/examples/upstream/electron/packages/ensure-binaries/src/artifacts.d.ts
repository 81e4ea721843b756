/** What an application bundles. Of the form of Freelens' own. */
export interface Artifact {
  readonly tool: 'kubectl' | 'helm';
  readonly version: string;
  readonly platform: 'darwin' | 'linux' | 'windows';
  readonly arch: 'x64' | 'arm64';
  readonly url: string;
}
