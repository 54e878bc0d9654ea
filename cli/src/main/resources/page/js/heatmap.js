// The heatmap: windows of time across, the grid's buckets up, colour by how many calls ended there.

import { fit } from './canvas.js';
import { clock, count, duration, percent, tick } from './format.js';
import { position, quantile, upperNs } from './grid.js';
import { colour, heat } from './theme.js';

const LEFT = 58;
const TOP = 6;
const RIGHT = 4;
const BARS = 34;
const GAP = 8;
const AXIS = 18;
const TIME_STEPS_S = [5, 10, 15, 30, 60, 120, 300];
const LABEL_PX = 74;
const KEPT_MS = 16 * 60 * 1000;
const LEAST_SPAN_S = 60;
const SPAN_STEP_S = 15;
// A cell of one call is pale even where no cell has more than a few.
const LEAST_SCALE = 12;

export class Heatmap {
  constructor(canvas, readout, legend) {
    this.canvas = canvas;
    this.readout = readout;
    this.legend = legend;
    this.wantedS = 180;
    this.spanS = LEAST_SPAN_S;
    this.clear();
    canvas.addEventListener('pointermove', (event) => this.#point(event));
    canvas.addEventListener('pointerleave', () => this.#leave());
    canvas.addEventListener('keydown', (event) => this.#key(event));
    canvas.addEventListener('blur', () => this.#leave());
    new ResizeObserver(() => this.draw()).observe(canvas);
  }

  /** Forgets what is shown, for another function. */
  clear() {
    this.columns = new Map();
    this.headMs = 0;
    this.cursor = null;
    this.readout.textContent = '';
  }

  get empty() {
    return this.columns.size === 0;
  }

  /** Takes windows, new or changed; {@code headMs} is the newest time of the service. */
  update(columns, headMs) {
    for (const each of columns) {
      this.columns.set(each.t, { ...each, p50: quantile(each.histogram, 0.5), p99: quantile(each.histogram, 0.99) });
    }
    this.headMs = Math.max(this.headMs, headMs);
    for (const t of this.columns.keys()) if (t < this.headMs - KEPT_MS) this.columns.delete(t);
    this.draw();
  }

  setSpan(seconds) {
    this.wantedS = seconds;
    this.draw();
  }

  draw() {
    const box = fit(this.canvas);
    if (box === null) return;
    this.spanS = this.#span();
    const shown = this.#shown();
    if (shown.length === 0) {
      this.view = null;
      return;
    }
    const view = this.#layout(box, shown);
    this.view = view;
    this.#grid(view);
    this.#cells(view);
    this.#lines(view);
    this.#bars(view);
    this.#crosshair(view);
    this.#legend(view);
    if (this.cursor !== null) this.#tell();
  }

  /** The time asked for, or less while there is less to show. */
  #span() {
    let first = this.headMs;
    for (const t of this.columns.keys()) first = Math.min(first, t);
    const there = Math.ceil((this.headMs - first) / 1000 / SPAN_STEP_S) * SPAN_STEP_S;
    return Math.min(this.wantedS, Math.max(LEAST_SPAN_S, there));
  }

  #shown() {
    const from = this.headMs - this.spanS * 1000;
    return [...this.columns.values()].filter((c) => c.t >= from && c.t < this.headMs).sort((a, b) => a.t - b.t);
  }

  #layout({ context, width, height }, shown) {
    let low = Infinity;
    let high = -Infinity;
    let most = 1;
    let busiest = 1;
    for (const { histogram: { at, of }, w } of shown) {
      let total = 0;
      for (let i = 0; i < at.length; i++) {
        low = Math.min(low, at[i] - 1);
        high = Math.max(high, at[i]);
        most = Math.max(most, of[i]);
        total += of[i];
      }
      busiest = Math.max(busiest, total / (w / 1000));
    }
    if (low > high) [low, high] = [position(1e3), position(1e6)];
    low -= 2;
    high += 2;
    if (high - low < 24) {
      const middle = Math.round((low + high) / 2);
      [low, high] = [middle - 12, middle + 12];
    }
    const plotBottom = height - AXIS - BARS - GAP;
    const from = this.headMs - this.spanS * 1000;
    const x = (ms) => LEFT + ((ms - from) / (this.spanS * 1000)) * (width - LEFT - RIGHT);
    const y = (index) => plotBottom - ((index - low) / (high - low)) * (plotBottom - TOP);
    return { context, width, height, shown, low, high, most, busiest, from, plotBottom, x, y };
  }

  #grid({ context, width, height, low, high, from, plotBottom, x, y }) {
    context.font = `11px ${getComputedStyle(document.body).fontFamily}`;
    context.textBaseline = 'middle';
    context.textAlign = 'right';
    const decades = [];
    for (let d = Math.ceil(Math.log10(upperNs(low))); Math.pow(10, d) <= upperNs(high); d++) decades.push(Math.pow(10, d));
    const ticks = decades.length >= 2 ? decades : doublings(low, high);
    for (const ns of ticks) {
      const at = Math.round(y(position(ns))) + 0.5;
      context.fillStyle = colour('--rule-soft');
      context.fillRect(LEFT, at - 0.5, width - LEFT - RIGHT, 1);
      context.fillStyle = colour('--dim');
      context.fillText(decades.length >= 2 ? tick(ns) : duration(ns), LEFT - 7, Math.min(plotBottom - 5, Math.max(TOP + 5, at)));
    }
    context.textAlign = 'center';
    const perLabel = (LABEL_PX / (width - LEFT - RIGHT)) * this.spanS;
    const step = (TIME_STEPS_S.find((s) => s >= perLabel) ?? 600) * 1000;
    for (let t = Math.ceil(from / step) * step; t <= this.headMs; t += step) {
      const at = x(t);
      context.fillStyle = colour('--rule-soft');
      context.fillRect(Math.round(at), TOP, 1, height - AXIS - TOP);
      context.fillStyle = colour('--dim');
      if (at > LEFT + 24 && at < width - 24) context.fillText(clock(t), at, height - AXIS / 2 + 1);
    }
  }

  #cells({ context, shown, most, x, y }) {
    const scale = Math.log1p(Math.max(most, LEAST_SCALE));
    for (const column of shown) {
      const left = x(column.t);
      const wide = Math.max(1, x(column.t + column.w) - left);
      const { at, of } = column.histogram;
      for (let i = 0; i < at.length; i++) {
        context.fillStyle = heat(0.1 + 0.9 * (Math.log1p(of[i]) / scale));
        const top = y(at[i]);
        context.fillRect(left, top, wide + 0.35, y(at[i] - 1) - top + 0.35);
      }
    }
  }

  /** p50 and p99 as lines, broken where nothing ended for more than three windows. */
  #lines({ context, shown, x, y }) {
    for (const [key, dash] of [['p50', []], ['p99', [1.5, 3]]]) {
      for (const [style, wide] of [[colour('--card'), 3.4], [colour('--ink'), 1.4]]) {
        context.strokeStyle = style;
        context.globalAlpha = wide > 2 ? 0.55 : 1;
        context.lineWidth = wide;
        context.lineJoin = 'round';
        context.setLineDash(wide > 2 ? [] : dash);
        context.beginPath();
        let last = null;
        for (const column of shown) {
          if (column[key] === null) continue;
          const at = [x(column.t + column.w / 2), y(position(column[key]))];
          if (last !== null && column.t - last.t <= 3 * column.w) context.lineTo(...at);
          else context.moveTo(...at);
          last = column;
        }
        context.stroke();
      }
    }
    context.globalAlpha = 1;
    context.setLineDash([]);
  }

  /** Calls per second, below. */
  #bars({ context, width, height, shown, busiest, x }) {
    const base = height - AXIS;
    context.fillStyle = colour('--rule');
    context.fillRect(LEFT, base - 0.5, width - LEFT - RIGHT, 1);
    context.fillStyle = colour('--dim');
    context.textAlign = 'right';
    context.textBaseline = 'middle';
    context.fillText(`${Math.round(busiest).toLocaleString('en')}/s`, LEFT - 7, base - BARS + 5);
    context.globalAlpha = 0.45;
    for (const column of shown) {
      const left = x(column.t);
      const perSecond = total(column) / (column.w / 1000);
      const high = (perSecond / busiest) * BARS;
      context.fillRect(left, base - high, Math.max(1, x(column.t + column.w) - left - 0.6), high);
    }
    context.globalAlpha = 1;
  }

  #crosshair({ context, width, height, x, y, plotBottom }) {
    if (this.cursor === null) return;
    const column = this.columns.get(this.cursor.t);
    if (column === undefined) return;
    const left = x(column.t);
    const wide = Math.max(2, x(column.t + column.w) - left);
    context.strokeStyle = colour('--accent');
    context.lineWidth = 1;
    context.strokeRect(left - 0.5, TOP + 0.5, wide + 1, height - AXIS - TOP - 1);
    const top = y(this.cursor.index);
    const high = y(this.cursor.index - 1) - top;
    context.strokeRect(LEFT + 0.5, top - 0.5, width - LEFT - RIGHT - 1, Math.min(high, plotBottom - top) + 1);
  }

  #legend({ most }) {
    this.legend.high.textContent = count(Math.max(most, LEAST_SCALE));
    const box = fit(this.legend.canvas);
    if (box === null) return;
    for (let i = 0; i < box.width; i++) {
      box.context.fillStyle = heat(0.1 + (0.9 * i) / (box.width - 1));
      box.context.fillRect(i, 0, 1.2, box.height);
    }
  }

  #point(event) {
    if (this.view === null) return;
    const rect = this.canvas.getBoundingClientRect();
    const { from, width, low, high, plotBottom } = this.view;
    const ms = from + ((event.clientX - rect.left - LEFT) / (width - LEFT - RIGHT)) * this.spanS * 1000;
    const share = (plotBottom - (event.clientY - rect.top)) / (plotBottom - TOP);
    const index = Math.ceil(low + share * (high - low));
    this.#place(this.#nearest(ms), Math.min(high, Math.max(low + 1, index)));
  }

  #nearest(ms) {
    let best = null;
    for (const column of this.view.shown) {
      const away = Math.abs(column.t + column.w / 2 - ms);
      if (best === null || away < best.away) best = { away, t: column.t };
    }
    return best.t;
  }

  #key(event) {
    if (this.view === null || event.ctrlKey || event.metaKey || event.altKey) return;
    const { shown, low, high } = this.view;
    const times = shown.map((c) => c.t);
    if (event.key === 'Escape') {
      this.#leave();
      return;
    }
    const now = this.cursor ?? { t: times[times.length - 1], index: Math.round(position(shown[shown.length - 1].p50 ?? upperNs((low + high) / 2))) };
    let place = Math.max(0, times.indexOf(now.t));
    let index = now.index;
    switch (event.key) {
      case 'ArrowLeft': place -= 1; break;
      case 'ArrowRight': place += 1; break;
      case 'PageUp': place -= 10; break;
      case 'PageDown': place += 10; break;
      case 'Home': place = 0; break;
      case 'End': place = times.length - 1; break;
      case 'ArrowUp': index += 1; break;
      case 'ArrowDown': index -= 1; break;
      default: return;
    }
    event.preventDefault();
    this.#place(
      times[Math.min(times.length - 1, Math.max(0, place))],
      Math.min(high, Math.max(low + 1, index)),
    );
  }

  #place(t, index) {
    this.cursor = { t, index };
    this.draw();
  }

  #leave() {
    if (this.cursor === null) return;
    this.cursor = null;
    this.readout.textContent = '';
    this.draw();
  }

  #tell() {
    const column = this.columns.get(this.cursor.t);
    if (column === undefined) return;
    const { index } = this.cursor;
    const { at, of } = column.histogram;
    const here = at.indexOf(index) < 0 ? 0 : of[at.indexOf(index)];
    const all = total(column);
    const share = all === 0 ? 0 : here / all;
    const text = [
      clock(column.t),
      `${duration(upperNs(index - 1))} – ${duration(upperNs(index))}`,
      `${count(here)} of ${count(all)} calls (${percent(share)})`,
      `p50 ${duration(column.p50)}`,
      `p99 ${duration(column.p99)}`,
      `max ${duration(column.max)}`,
    ].join(' · ');
    if (this.readout.textContent !== text) this.readout.textContent = text;
  }
}

function total(column) {
  let sum = 0;
  for (const n of column.histogram.of) sum += n;
  return sum;
}

function doublings(low, high) {
  const ticks = [];
  for (let index = Math.ceil(low / 8) * 8; index <= high; index += 8) ticks.push(upperNs(index));
  return ticks;
}
