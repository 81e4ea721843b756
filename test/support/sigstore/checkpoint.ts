/** Checkpoints: the head of a log's tree as a signed note (c2sp.org/tlog-checkpoint, c2sp.org/signed-note). */

export interface NoteSigner {
  /** What stands before the signature: the log's host, or a witness's name. */
  readonly name: string;
  /** The first four bytes of the key's ID. */
  readonly keyHint: Uint8Array;
  readonly sign: (note: Uint8Array) => Uint8Array;
}

export interface CheckpointFields {
  readonly origin: string;
  readonly size: number | bigint | string;
  readonly root: Uint8Array;
  /** Lines after the root hash, without line ends. */
  readonly extensionLines?: readonly string[];
}

/** Changes to a checkpoint before it is signed; the proof next to it stays as it is. */
export interface LogAlterations {
  readonly alterCheckpoint?: (fields: CheckpointFields) => CheckpointFields;
  /** Who signs it: by default the log alone. */
  readonly alterSigners?: (signers: readonly NoteSigner[]) => readonly NoteSigner[];
}

export function checkpointText(fields: CheckpointFields): string {
  const lines = [
    fields.origin,
    String(fields.size),
    Buffer.from(fields.root).toString('base64'),
    ...(fields.extensionLines ?? []),
  ];
  return `${lines.join('\n')}\n`;
}

/** The text, an empty line, and one signature line for each signer. */
export function signNote(text: string, signers: readonly NoteSigner[]): string {
  const lines = signers.map(({ name, keyHint, sign }) => {
    const signature = Buffer.concat([keyHint, sign(Buffer.from(text, 'utf8'))]);
    return `\u2014 ${name} ${signature.toString('base64')}\n`;
  });
  return `${text}\n${lines.join('')}`;
}
