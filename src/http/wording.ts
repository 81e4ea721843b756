/** `1234567` as `1,234,567`. */
export function count(value: number): string {
  return String(value).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}

/** "30 s", "1.5 s", "250 ms". */
export function duration(milliseconds: number): string {
  return milliseconds < 1000
    ? `${Math.round(milliseconds)} ms`
    : `${Number((milliseconds / 1000).toFixed(1))} s`;
}

/** " after 1,234 of 5,678 bytes", or " after 1,234 bytes" if the total is unknown. */
export function afterBytes(received: number, total: number | undefined): string {
  return total === undefined
    ? ` after ${count(received)} bytes`
    : ` after ${count(received)} of ${count(total)} bytes`;
}
