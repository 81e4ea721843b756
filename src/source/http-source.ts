import type { HttpClient } from '../http/http-client.ts';
import { shownUrl } from '../text/shown-url.ts';
import type {
  BytesRequest,
  Delivery,
  ReleaseSource,
  SizeRequest,
  SmallFile,
  SmallFileRequest,
} from './release-source.ts';

const OK = 200;
const NOT_FOUND = 404;
const GONE = 410;

/** Where Kubernetes publishes its releases. */
export const PUBLISHER = 'https://dl.k8s.io';

/** A release server. */
export class HttpSource implements ReleaseSource {
  readonly shown: string;
  readonly isPublisher: boolean;
  readonly isLocal = false;
  readonly #base: string;
  readonly #http: HttpClient;

  /** @param base its URL, with user name and password if needed, without a final slash. */
  constructor(base: string, http: HttpClient) {
    this.#base = base;
    this.#http = http;
    this.shown = shownUrl(base);
    this.isPublisher = URL.parse(base)?.origin === PUBLISHER;
  }

  async small({ path, ...request }: SmallFileRequest): Promise<SmallFile | undefined> {
    const accept = [OK, NOT_FOUND, GONE];
    const response = await this.#http.fetchSmall({ ...request, url: `${this.#base}/${path}`, accept });
    const { status, body, fromOtherHost, modified } = response;
    if (status !== OK) return undefined;
    return { bytes: body, quotable: !fromOtherHost, ...(modified === undefined ? {} : { modified }) };
  }

  async bytes({ path, ...request }: BytesRequest): Promise<Delivery> {
    return this.#http.download({ ...request, url: `${this.#base}/${path}` });
  }

  async size({ path, ...request }: SizeRequest): Promise<number | undefined> {
    const asked = { ...request, url: `${this.#base}/${path}`, method: 'HEAD', accept: [OK] } as const;
    const { length } = await this.#http.fetchSmall({ ...asked, maxBytes: 0, quiet: true });
    return length;
  }
}
