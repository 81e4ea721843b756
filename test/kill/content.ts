/** What the killed program installs: as many bytes as asked, different for each name. */
export function newContent(name: string, bytes: number): Buffer {
  return Buffer.alloc(bytes, `the new ${name} `);
}
