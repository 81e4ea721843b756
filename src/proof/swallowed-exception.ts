import crypto from 'node:crypto';

/** What a question to sigstore-js came to, and what node:crypto threw meanwhile. */
export interface Asked {
  /** What the question ended with; undefined where all is well. */
  readonly error: unknown;
  /** The first exception out of `crypto.verify`. */
  readonly exception: unknown;
}

/**
 * Asks, and watches node:crypto meanwhile. sigstore-js takes every exception of `crypto.verify` for "the signature does
 * not fit" (@sigstore/core, `crypto.verify`). But a Node that cannot verify has found nothing out about a signature.
 * Nothing else runs in between, since the question is synchronous; the function is put back in any case.
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
