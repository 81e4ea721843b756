import crypto from 'node:crypto';

/** How a question to sigstore-js ended, and what node:crypto threw meanwhile. */
export interface Asked {
  /** The error that the question ended with; undefined if it passed. */
  readonly error: unknown;
  /** The first exception from `crypto.verify`. */
  readonly exception: unknown;
}

/**
 * Asks the question and records exceptions of node:crypto. sigstore-js treats every exception of `crypto.verify` as a
 * mismatch (@sigstore/core, `crypto.verify`), but a Node that cannot verify has learnt nothing about the signature.
 * The question is synchronous, so no other code runs while the function is replaced, and it is always restored.
 */
export function askWatchingCrypto(question: () => unknown): Asked {
  const { verify } = crypto;
  let exception: unknown;
  const watched: typeof verify = new Proxy(verify, {
    apply(target, self, args) {
      try {
        return Reflect.apply(target, self, args);
      } catch (error) {
        exception ??= error;
        throw error;
      }
    },
  });
  Object.assign(crypto, { verify: watched });
  try {
    question();
    return { error: undefined, exception };
  } catch (error) {
    return { error, exception };
  } finally {
    Object.assign(crypto, { verify });
  }
}
