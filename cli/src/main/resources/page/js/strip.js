// The strip of a row: where its latencies lie, on one axis for all rows.

import { fit } from './canvas.js';
import { position } from './grid.js';
import { tick } from './format.js';
import { colour, heat } from './theme.js';

const PAD = 1;

/** The axis that all strips share: whole decades around everything that is shown. */
export function axis(rows) {
  let low = Infinity;
  let high = -Infinity;
  for (const { histogram } of rows) {
    if (histogram.at.length > 0) {
      low = Math.min(low, histogram.at[0] - 1);
      high = Math.max(high, histogram.at[histogram.at.length - 1]);
    }
  }
  if (low > high) return { low: position(1e3), high: position(1e9), decades: [] };
  const first = Math.floor(Math.log10(nsAt(low)));
  const last = Math.max(first + 1, Math.ceil(Math.log10(nsAt(high))));
  const decades = [];
  for (let d = first; d <= last; d++) decades.push(Math.pow(10, d));
  return { low: position(decades[0]), high: position(decades[decades.length - 1]), decades };
}

function nsAt(index) {
  return Math.pow(2, index / 8) * 1e9;
}

/** Draws a row's strip: density by colour, p50 and p99 as ticks. */
export function draw(canvas, row, scale) {
  const box = fit(canvas);
  if (box === null) return;
  const { context, width, height } = box;
  const x = (index) => PAD + ((index - scale.low) / (scale.high - scale.low)) * (width - 2 * PAD);
  context.fillStyle = colour('--rule-soft');
  context.fillRect(0, height / 2 - 0.5, width, 1);
  const { at, of } = row.histogram;
  if (at.length === 0) return;
  const most = Math.max(...of);
  for (let i = 0; i < at.length; i++) {
    const left = x(at[i] - 1);
    context.fillStyle = heat(0.14 + 0.8 * Math.sqrt(of[i] / most));
    context.fillRect(left, 2, Math.max(1, x(at[i]) - left + 0.3), height - 4);
  }
  context.fillStyle = colour('--ink');
  if (row.p50 != null) context.fillRect(x(position(row.p50)) - 0.75, 0, 1.5, height);
  if (row.p99 != null) {
    const right = x(position(row.p99)) - 0.75;
    for (let y = 0; y < height; y += 4) context.fillRect(right, y, 1.5, 2);
  }
}

/** Draws the axis over the strips. */
export function drawAxis(canvas, scale) {
  const box = fit(canvas);
  if (box === null || scale.decades.length === 0) return;
  const { context, width, height } = box;
  context.font = `11px ${getComputedStyle(document.body).fontFamily}`;
  context.textBaseline = 'middle';
  context.fillStyle = colour('--dim');
  const every = Math.max(1, Math.ceil((scale.decades.length * 46) / width));
  scale.decades.forEach((ns, i) => {
    if (i % every !== 0) return;
    const x = ((position(ns) - scale.low) / (scale.high - scale.low)) * width;
    const last = i === scale.decades.length - 1;
    context.textAlign = i === 0 ? 'left' : last ? 'right' : 'center';
    context.fillText(tick(ns), x, height / 2);
  });
}
