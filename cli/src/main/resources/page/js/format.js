// Numbers as text: three significant digits, units that fit, tabular.

const NBSP = '\u202f';

/** A duration in ns: "12.4 ms". */
export function duration(ns) {
  if (ns == null || Number.isNaN(ns)) return '–';
  if (ns < 1e3) return `${significant(ns)}${NBSP}ns`;
  if (ns < 1e6) return `${significant(ns / 1e3)}${NBSP}µs`;
  if (ns < 1e9) return `${significant(ns / 1e6)}${NBSP}ms`;
  return `${significant(ns / 1e9)}${NBSP}s`;
}

/** A bound of a decade, without needless digits: "10 µs". */
export function tick(ns) {
  const [value, unit] = ns < 1e3 ? [ns, 'ns'] : ns < 1e6 ? [ns / 1e3, 'µs'] : ns < 1e9 ? [ns / 1e6, 'ms'] : [ns / 1e9, 's'];
  return `${Math.round(value)}${NBSP}${unit}`;
}

/** Three significant digits: "1.23", "12.3", "123". */
export function significant(value) {
  if (value === 0) return '0';
  const magnitude = Math.abs(value);
  if (magnitude >= 99.95) return Math.round(value).toLocaleString('en');
  return value.toFixed(magnitude >= 9.995 ? 1 : 2);
}

/** A rate per second; below ten with a digit after the point. */
export function rate(perSecond) {
  if (perSecond === 0) return '0';
  if (perSecond < 0.05) return '<0.1';
  return perSecond < 10 ? perSecond.toFixed(1) : Math.round(perSecond).toLocaleString('en');
}

/** A count, all of it. */
export function count(value) {
  return value.toLocaleString('en');
}

/** A count that may be short: "1.24 M". */
export function shortCount(value) {
  if (value < 1e5) return count(value);
  if (value < 1e6) return `${significant(value / 1e3)}${NBSP}k`;
  if (value < 1e9) return `${significant(value / 1e6)}${NBSP}M`;
  return `${significant(value / 1e9)}${NBSP}G`;
}

/** A share from 0 to 1. */
export function percent(share) {
  if (share === 0) return `0${NBSP}%`;
  return share < 0.0001 ? `<0.01${NBSP}%` : `${significant(share * 100)}${NBSP}%`;
}

/** A time of day. */
export function clock(ms) {
  return new Date(ms).toLocaleTimeString('en-GB');
}
