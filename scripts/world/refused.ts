/** The world cannot start with these arguments; the message says what to do. */
export class WorldRefused extends Error {
  override readonly name = 'WorldRefused';
}
