// What is not a chart: the figures on top, the facts beside the heatmap, lanes and targets.

import { split } from './names.js';
import { count, duration, percent, rate, shortCount, significant } from './format.js';

/** The row of figures on top. */
export function figures(list, frame) {
  const { pipeline } = frame;
  const timed = sum(frame.rows, 'paired');
  const uncertain = pipeline.uncertain;
  const cost = pipeline.costNsPerHit;
  items(list, [
    ['calls/s', rate(frame.callsPerSecond), plural(frame.functions, 'function')],
    ['timed calls/s', rate(frame.pairsPerSecond), frame.callsPerSecond === 0 ? '' : `${percent(Math.min(1, frame.pairsPerSecond / frame.callsPerSecond))} of calls`],
    ['events/s', rate(pipeline.eventsPerSecond), plural(pipeline.lanes.filter((lane) => !lane.ended).length, 'lane')],
    ['open calls', count(pipeline.openFrames), `in ${plural(pipeline.goroutines, 'goroutine')}`],
    ['lost events', shortCount(pipeline.lost), 'since the start', pipeline.lost > 0 ? 'bad' : ''],
    ['uncertain', timed + uncertain === 0 ? '–' : percent(uncertain / (timed + uncertain)), 'of timed calls', uncertain > 0 ? 'warn' : '',
      'Calls with a possible loss between entry and return: kept out of the durations'],
    ['lag', shortCount(pipeline.lag), pipeline.lag === 1 ? 'record' : 'records', pipeline.lag > 10000 ? 'warn' : ''],
    cost == null
      ? ['probe cost', '–', 'not known here', 'none', 'Measured where the collector runs in the same process']
      : ['probe cost', duration(cost), `a hit, ${percent(pipeline.costCores)} of a core`],
  ]);
}

/** What is known of the chosen function since the start. */
export function totals(list, endings) {
  const rows = [
    // The kernel's counters come once a second; what was timed until then was called as well.
    ['calls', count(Math.max(endings.calls, endings.paired))],
    ['timed', count(endings.paired)],
    ['mean', endings.paired === 0 ? '–' : duration(endings.sum / endings.paired)],
    ['self time', endings.sum === 0 ? '–' : percent(endings.self / endings.sum)],
  ];
  const ends = [
    ['panicked', endings.panic, true],
    ['Goexit', endings.goexit],
    ['ended with goroutine', endings.goroutineEnd],
    ['ended with process', endings.processEnd],
    ['open at detach', endings.detach],
    ['ended, cause unknown', endings.unknown],
    ['tail jumps', endings.tails],
    ['open before tracing', endings.unmatched],
    ['uncertain', endings.uncertain],
    ['lost events', endings.lost, true],
  ];
  for (const [name, value, bad] of ends) if (value > 0) rows.push([name, count(value), bad ? 'bad' : '']);
  list.replaceChildren(...rows.flatMap(([name, value, kind]) => [element('dt', name), element('dd', value, kind)]));
}

/** Callers and callees; a click chooses one. */
export function edges(box, detail, onPick) {
  const parts = [];
  for (const [title, list] of [['Called by', detail.callers], ['Calls', detail.callees]]) {
    if (list.length === 0) continue;
    const ul = document.createElement('ul');
    for (const edge of list) {
      const li = document.createElement('li');
      const button = element('button', split(edge.name).leaf);
      button.type = 'button';
      button.title = edge.name;
      button.addEventListener('click', () => onPick(edge.name));
      const figure = element('span', `${shortCount(edge.calls)} × ${duration(edge.sum / edge.calls)}`);
      figure.title = `${count(edge.calls)} timed calls, ${duration(edge.sum / edge.calls)} on average`;
      li.append(button, figure);
      ul.append(li);
    }
    parts.push(element('h3', title), ul);
  }
  // Left alone while a button in it has the focus, which would be lost.
  if (!box.contains(document.activeElement)) box.replaceChildren(...parts);
}

/** What is traced, in a line. */
export function target(line, targets) {
  if (targets.length === 0) {
    line.textContent = '';
    return;
  }
  const services = [...new Set(targets.map((t) => t.service))];
  const first = targets[0];
  const processes = new Set(targets.map((t) => t.process)).size;
  const parts = services.length > 1
    ? [`${services.length} services`, `${processes} processes`]
    : [first.goVersion, [first.module, first.moduleVersion].filter(Boolean).join(' '), first.revision.slice(0, 12),
      processes > 1 ? `${processes} processes` : first.process];
  const name = element('b', services.length > 1 ? services.join(', ') : first.service);
  line.replaceChildren(name, ` ${parts.filter(Boolean).join(' · ')}`);
}

/** The table of lanes. */
export function lanes(table, empty, all, now) {
  table.parentElement.hidden = all.length === 0;
  empty.hidden = all.length > 0;
  fillRows(table, all, (lane) => {
    const ago = Math.max(0, (now - lane.heard) / 1000);
    return {
      kind: lane.ended ? 'ended' : '',
      cells: [
        [lane.service === '' ? lane.process : `${lane.service} ${lane.process}`, 'mono'],
        [String(lane.lane), 'n'],
        [rate(lane.eventsPerSecond), 'n'],
        [shortCount(lane.events), 'n'],
        [count(lane.lost), lane.lost > 0 ? 'n bad' : 'n'],
        [count(lane.missing), lane.missing > 0 ? 'n bad' : 'n'],
        [count(lane.duplicates), 'n wide'],
        [count(lane.uncertain), 'n'],
        [count(lane.unmatched), 'n wide'],
        [count(lane.open), 'n wide'],
        [lane.ended ? 'ended' : ago < 2 ? 'now' : `${significant(ago)} s ago`, lane.stale ? 'n bad' : 'n'],
      ],
    };
  });
}

/** The table of traced processes. */
export function targets(table, empty, all) {
  table.parentElement.hidden = all.length === 0;
  empty.hidden = all.length > 0;
  fillRows(table, all, (each) => ({
    kind: '',
    cells: [
      [each.service],
      [each.process, 'mono'],
      [each.exe, 'mono'],
      [each.goVersion],
      [[each.module, each.moduleVersion].filter(Boolean).join(' '), 'mono'],
      [each.revision.slice(0, 12), 'mono'],
      [each.buildId.length > 20 ? `${each.buildId.slice(0, 19)}…` : each.buildId, 'mono'],
    ],
  }));
}

function fillRows(table, all, rowOf) {
  const body = table.tBodies[0];
  while (body.rows.length > all.length) body.deleteRow(-1);
  all.forEach((each, place) => {
    const { kind, cells } = rowOf(each);
    const row = body.rows[place] ?? body.insertRow();
    row.className = kind;
    cells.forEach(([text, style = ''], i) => {
      const cell = row.cells[i] ?? row.insertCell();
      if (cell.textContent !== text) cell.textContent = text;
      cell.className = style;
    });
  });
}

function items(list, all) {
  all.forEach(([name, value, small = '', kind = '', title = ''], place) => {
    let box = list.children[place];
    if (box === undefined) {
      box = document.createElement('div');
      box.append(element('dt', name), document.createElement('dd'));
      list.append(box);
    }
    box.className = kind;
    box.title = title;
    const dd = box.lastElementChild;
    const text = `${value}|${small}`;
    if (dd.dataset.text !== text) {
      dd.dataset.text = text;
      dd.replaceChildren(value, ...(small === '' ? [] : [element('small', small)]));
    }
  });
}

function plural(value, thing) {
  return `${count(value)} ${thing}${value === 1 ? '' : 's'}`;
}

function element(name, text, kind = '') {
  const made = document.createElement(name);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

function sum(rows, key) {
  let all = 0;
  for (const row of rows) all += row[key];
  return all;
}
