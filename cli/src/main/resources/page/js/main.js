// Ties the streams of the server to the parts of the page.

import { Heatmap } from './heatmap.js';
import { FunctionTable, idOf } from './table.js';
import * as names from './names.js';
import * as panels from './panels.js';
import * as theme from './theme.js';

const LATE_MS = 5000;
const $ = (id) => document.getElementById(id);

const heatmap = new Heatmap($('heatmap'), $('readout'), { canvas: $('scale'), high: $('scale-high') });
const table = new FunctionTable($('functions'), {
  filter: $('filter'),
  counted: $('counted'),
  empty: $('functions-empty'),
  stripAxis: $('strip-axis'),
  onPick: choose,
});

let rows = [];
let chosen = null;
let chosenByUser = false;
let detail = null;
let heardAt = performance.now();

theme.onChange(() => {
  heatmap.draw();
  table.redraw();
});
theme.start($('theme'));
for (const radio of document.querySelectorAll('#spans input')) {
  radio.addEventListener('change', () => heatmap.setSpan(Number(radio.value)));
}
document.addEventListener('keydown', (event) => {
  if (event.key === '/' && !event.target.matches('input') && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    $('filter').focus();
  }
});
addEventListener('hashchange', fromHash);
fromHash();

const overview = new EventSource('live/overview');
overview.addEventListener('overview', (event) => {
  heardAt = performance.now();
  show(JSON.parse(event.data));
});
overview.addEventListener('error', state);
setInterval(state, 1000);

function show(frame) {
  rows = frame.rows;
  state(frame);
  panels.figures($('figures'), frame);
  panels.target($('target'), frame.targets);
  panels.lanes($('lanes'), $('lanes-empty'), frame.pipeline.lanes, frame.now);
  panels.targets($('targets'), $('targets-empty'), frame.targets);
  $('pipeline-note').textContent = frame.pipeline.badRecords > 0 ? `${frame.pipeline.badRecords} records could not be read` : '';
  table.update(rows);
  if (chosen === null && !chosenByUser) {
    // The rows come busiest first; before there are rates, their order means nothing.
    const first = rows.find((row) => row.paired > 0 && row.perSecond > 0);
    if (first !== undefined) open(first.service, first.name);
  }
  place();
}

let lastFrame = null;
function state(frame) {
  if (frame?.now !== undefined) lastFrame = frame;
  const late = performance.now() - heardAt > LATE_MS || overview.readyState === EventSource.CLOSED;
  const [name, text] = late || (overview.readyState === EventSource.CONNECTING && lastFrame !== null)
    ? ['lost', 'connection lost, trying again']
    : lastFrame === null
      ? ['connecting', 'connecting']
      : lastFrame.failure
        ? ['lost', `Kafka: ${lastFrame.failure}`]
        : lastFrame.caughtUp
          ? ['live', 'live']
          : ['connecting', 'reading what is there'];
  const link = $('link');
  if (link.textContent !== text) link.textContent = text;
  link.dataset.state = name;
  document.body.dataset.stale = String(name === 'lost');
}

/** A choice by the user: it goes into the address, so that it can be kept and shared. */
function choose(service, name) {
  chosenByUser = true;
  location.hash = new URLSearchParams({ service, name }).toString();
}

function fromHash() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  if (wanted.get('name') !== null) {
    chosenByUser = true;
    open(wanted.get('service') ?? '', wanted.get('name'));
  }
}

function open(service, name) {
  const id = idOf({ service, name });
  if (chosen?.id === id) return;
  chosen = { id, service, name };
  table.choose(id);
  heatmap.clear();
  heatmap.draw();
  $('totals').replaceChildren();
  $('edges').replaceChildren();
  names.show($('shown-name'), name);
  $('shown-name').title = name;
  $('shown-name').classList.remove('idle');
  $('heatmap').setAttribute('aria-label', `Latency of ${name} over time`);
  empty();
  place();
  detail?.close();
  detail = new EventSource(`live/function?${new URLSearchParams({ service, name })}`);
  detail.addEventListener('detail', (event) => {
    const frame = JSON.parse(event.data);
    if (frame.fresh) heatmap.clear();
    heatmap.update(frame.columns, frame.head);
    panels.totals($('totals'), frame.endings);
    panels.edges($('edges'), frame, (other) => choose(service, other));
    empty();
  });
}

function empty() {
  const row = rows.find((each) => idOf(each) === chosen?.id);
  $('heat-empty').hidden = !heatmap.empty;
  $('legend').hidden = heatmap.empty;
  $('heat-empty').textContent = row?.mode != null
    ? 'Stepped down to keep the budget: no call of it was timed lately.'
    : row === undefined || row.timed
      ? 'Waiting for the first timed call.'
      : 'Counted only: this function’s returns are not probed, so its calls have no durations.';
}

function place() {
  const row = rows.find((each) => idOf(each) === chosen?.id);
  $('shown-place').textContent = row?.file ? `${row.file}:${row.line}` : '';
  if (chosen === null) $('shown-name').classList.add('idle');
}
