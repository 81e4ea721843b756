/** The world cannot be had as it was asked for; the message says what to do. */
export class WorldRefused extends Error {
  override readonly name = 'WorldRefused';
}
