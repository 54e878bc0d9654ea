// The grid of the histograms: bucket i holds (2^((i-1)/8), 2^(i/8)] seconds.

const PER_DOUBLING = 8;
const NS_PER_S = 1e9;

/** Upper bound of a bucket, ns. */
export function upperNs(index) {
  return Math.pow(2, index / PER_DOUBLING) * NS_PER_S;
}

/** Where a duration lies on the grid, as a real number: a bucket's upper bound lies at its index. */
export function position(ns) {
  return Math.log2(ns / NS_PER_S) * PER_DOUBLING;
}

/** Quantile of a histogram in ns, interpolated on the logarithmic scale; null where it is empty. */
export function quantile(histogram, q) {
  const { at, of } = histogram;
  let total = 0;
  for (const n of of) total += n;
  if (total === 0) return null;
  const rank = q * total;
  let below = 0;
  for (let i = 0; i < at.length; i++) {
    if (below + of[i] >= rank || i === at.length - 1) {
      const share = Math.min(1, Math.max(0, (rank - below) / of[i]));
      return upperNs(at[i] - 1 + share);
    }
    below += of[i];
  }
  return null;
}
