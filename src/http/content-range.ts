/** What a `Content-Range` header says about a body (RFC 9110 section 14.4). */
export type ContentRange =
  | {
      readonly kind: 'part';
      readonly start: number;
      readonly end: number;
      readonly total: number | undefined;
    }
  /** `bytes * /1234`, with status 416: no such range, but this is the total length. */
  | { readonly kind: 'unsatisfied'; readonly total: number };

/** Undefined if the header is missing, has another unit, or contradicts itself. */
export function parseContentRange(value: string | undefined): ContentRange | undefined {
  const text = value?.trim() ?? '';
  const unsatisfied = /^bytes \*\/(\d{1,15})$/i.exec(text)?.[1];
  if (unsatisfied !== undefined) return { kind: 'unsatisfied', total: Number(unsatisfied) };
  const [, first, last, whole] = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/i.exec(text) ?? [];
  if (first === undefined || last === undefined) return undefined;
  const start = Number(first);
  const end = Number(last);
  const total = whole === '*' ? undefined : Number(whole);
  if (end < start || (total !== undefined && end >= total)) return undefined;
  return { kind: 'part', start, end, total };
}
