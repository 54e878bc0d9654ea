// The table of functions: rows stay where they are while someone points at them, and numbers change in place.

import { draw, drawAxis, axis } from './strip.js';
import { show } from './names.js';
import { count, duration, percent, rate, significant } from './format.js';

const SHOWN = 200;

/** What is done at a function to keep a budget, where that is less than timing every call. */
const MODES = {
  cycled: ['timed in cycles', 'Over its budget: all calls are counted, and those of a part of the time are timed'],
  counts: ['counted only', 'Over its budget: all calls are counted, none is timed'],
  off: ['off', 'Over its budget: it has no probe, so nothing is seen of it'],
};

const HIGH_FIRST = new Set(['perSecond', 'p50', 'p99', 'max', 'load']);

export class FunctionTable {
  constructor(table, { filter, counted, empty, stripAxis, onPick }) {
    Object.assign(this, { table, filter, counted, empty, stripAxis, onPick });
    this.body = table.tBodies[0];
    this.rows = [];
    this.cells = new Map();
    this.sort = { key: 'perSecond', down: true };
    this.chosen = null;
    for (const head of table.tHead.querySelectorAll('th[data-key]')) {
      head.querySelector('button').addEventListener('click', () => this.#sortBy(head));
    }
    filter.addEventListener('input', () => this.#render(true));
    filter.addEventListener('keydown', (event) => {
      if (event.key === 'Escape' && filter.value !== '') {
        filter.value = '';
        this.#render(true);
      } else if (event.key === 'ArrowDown') {
        event.preventDefault();
        this.body.querySelector('.pick')?.focus();
      }
    });
    this.body.addEventListener('click', (event) => {
      const row = event.target.closest('tr');
      if (row !== null) this.onPick(row.dataset.service, row.dataset.name);
    });
    this.body.addEventListener('keydown', (event) => this.#move(event));
    new ResizeObserver(() => this.#strips()).observe(table);
  }

  update(rows) {
    this.rows = rows;
    this.#render(false);
  }

  choose(id) {
    this.chosen = id;
    for (const [each, cells] of this.cells) mark(cells.row, each === id);
  }

  redraw() {
    this.#strips();
  }

  #sortBy(head) {
    const { key } = head.dataset;
    this.sort = this.sort.key === key ? { key, down: !this.sort.down } : { key, down: HIGH_FIRST.has(key) };
    for (const each of this.table.tHead.querySelectorAll('th[data-key]')) {
      each.setAttribute('aria-sort', each === head ? (this.sort.down ? 'descending' : 'ascending') : 'none');
    }
    this.#render(true);
  }

  #render(forced) {
    const matching = this.#filtered();
    const sorted = matching.sort((a, b) => this.#compare(a, b));
    const shown = sorted.slice(0, SHOWN);
    const ids = new Set(shown.map(idOf));
    for (const [id, cells] of this.cells) {
      if (!ids.has(id)) {
        cells.row.remove();
        this.cells.delete(id);
      }
    }
    const held = !forced && (this.body.matches(':hover') || this.body.contains(document.activeElement));
    shown.forEach((row, place) => {
      const id = idOf(row);
      let cells = this.cells.get(id);
      if (cells === undefined) {
        cells = make(row);
        mark(cells.row, id === this.chosen);
        this.cells.set(id, cells);
        this.body.append(cells.row);
      }
      if (!held && this.body.rows[place] !== cells.row) this.body.insertBefore(cells.row, this.body.rows[place] ?? null);
      fill(cells, row);
    });
    this.shown = shown;
    this.#note(matching.length, shown.length);
    this.#strips();
  }

  #strips() {
    const shown = this.shown ?? [];
    const scale = axis(shown);
    drawAxis(this.stripAxis, scale);
    for (const row of shown) draw(this.cells.get(idOf(row)).strip, row, scale);
  }

  #filtered() {
    const text = this.filter.value.trim();
    this.filter.removeAttribute('aria-invalid');
    if (text === '') return [...this.rows];
    try {
      const pattern = new RegExp(text, text === text.toLowerCase() ? 'i' : '');
      return this.rows.filter((row) => pattern.test(row.name));
    } catch {
      // Not a regular expression (yet): a name such as main.(*T).Do is one to look for as it stands.
      const plain = text.toLowerCase();
      const found = this.rows.filter((row) => row.name.toLowerCase().includes(plain));
      if (found.length === 0) this.filter.setAttribute('aria-invalid', 'true');
      return found;
    }
  }

  #compare(a, b) {
    const { key, down } = this.sort;
    const [left, right] = [a[key], b[key]];
    let order;
    if (key === 'name') order = left < right ? -1 : left > right ? 1 : 0;
    // What has no value goes last whichever way the order runs.
    else if (left == null || right == null) return left == null ? (right == null ? 0 : 1) : -1;
    else order = left - right;
    return (down ? -order : order) || (a.name < b.name ? -1 : 1);
  }

  #note(matching, shown) {
    const all = this.rows.length;
    let text = all === 0 ? '' : matching === all ? count(all) : `${count(matching)} of ${count(all)}`;
    const stepped = this.rows.filter((row) => row.mode != null).length;
    if (stepped > 0) text += `, ${count(stepped)} stepped down to keep the budget`;
    if (shown < matching) text += `, the first ${count(shown)} shown`;
    if (this.counted.textContent !== text) this.counted.textContent = text;
    this.empty.hidden = shown > 0;
    this.table.hidden = shown === 0;
    this.empty.textContent = all === 0
      ? 'Waiting for the first call of a traced function…'
      : `No function matches “${this.filter.value}”.`;
  }

  #move(event) {
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const picks = [...this.body.querySelectorAll('.pick')];
    const next = picks.indexOf(document.activeElement) + step;
    if (next < 0) this.filter.focus();
    else picks[Math.min(picks.length - 1, next)]?.focus();
  }
}

/** What a row is known by. */
export function idOf(row) {
  return `${row.service}\n${row.name}`;
}

function mark(row, chosen) {
  if (chosen) row.setAttribute('aria-current', 'true');
  else row.removeAttribute('aria-current');
}

function make(data) {
  const row = document.createElement('tr');
  row.dataset.service = data.service;
  row.dataset.name = data.name;
  const name = row.insertCell();
  const line = document.createElement('div');
  line.className = 'line';
  name.append(line);
  const pick = document.createElement('button');
  pick.type = 'button';
  pick.className = 'pick';
  show(pick, data.name);
  pick.title = [data.name, data.file && `${data.file}:${data.line}`, data.service].filter(Boolean).join('\n');
  line.append(pick);
  if (!data.timed) line.append(tag('counted only', 'Its returns are not probed: calls are counted, not timed'));
  else if (data.inlined > 0) line.append(tag(`${data.inlined} inlined`, 'Copies inlined elsewhere, whose calls are not seen'));
  const mode = tag('', '');
  mode.classList.add('stepped');
  mode.hidden = true;
  line.append(mode);
  const numbers = {};
  for (const key of ['perSecond', 'p50', 'p99', 'max', 'load']) {
    numbers[key] = row.insertCell();
    numbers[key].className = key === 'max' || key === 'load' ? 'n wide' : 'n';
  }
  const strip = document.createElement('canvas');
  strip.className = 'strip';
  strip.setAttribute('role', 'img');
  row.insertCell().append(strip);
  return { row, mode, numbers, strip };
}

function tag(text, title) {
  const element = document.createElement('span');
  element.className = 'tag';
  element.textContent = text;
  element.title = title;
  return element;
}

function fill({ mode, numbers, strip }, row) {
  const [text, title] = MODES[row.mode] ?? ['', ''];
  set(mode, row.timeShare == null ? text : `timed ${percent(row.timeShare)} of the time`);
  mode.title = title;
  mode.hidden = text === '';
  set(numbers.perSecond, rate(row.perSecond));
  numbers.perSecond.title = `${count(row.calls)} calls, ${count(row.paired)} timed`;
  set(numbers.p50, duration(row.p50));
  set(numbers.p99, duration(row.p99));
  set(numbers.max, duration(row.max));
  set(numbers.load, row.p50 == null ? '–' : row.load < 0.005 ? '<0.01' : significant(row.load));
  const label = row.p50 == null ? 'no timed calls in the last minute' : `p50 ${duration(row.p50)}, p99 ${duration(row.p99)}`;
  if (strip.getAttribute('aria-label') !== label) strip.setAttribute('aria-label', label);
}

function set(cell, text) {
  if (cell.textContent !== text) cell.textContent = text;
  cell.classList.toggle('dash', text === '–');
}
