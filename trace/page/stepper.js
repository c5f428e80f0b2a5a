// SPDX-License-Identifier: MIT
// The stepper: the page at step k is a function of the trace and k, so going back needs no undo.
const N = trace.events.length;
const boxes = new Map(trace.tensors.map((t) => [t.id, $(`n${t.id}`)]));
const texts = new Map([...boxes].map(([id, box]) => [id, ['.val', '.g', 'title'].map((part) => box.querySelector(part))]));
const rows = new Map(trace.tensors.map((t) => [t.id, make('tr', { class: '' }, make('th', { scope: 'row' }, t.name),
  ...['v', 'gb', 'ga'].map((column) => make('td', { class: column })))]));
const wires = [...document.querySelectorAll('.wire')];
let k = 1;
let inside = -1;
let selected = null;
let timer = null;
let revealed = false;
let cell = null;  // of the output of a convolution or pooling, whose window is shown

const event = () => trace.events[k - 1];
const shapeOf = (t) => trace.tensors[t].shape;

function stateAt(steps) {
  const state = trace.tensors.map(() => ({ value: null, grad: null }));
  for (const e of trace.events.slice(0, steps)) {
    const t = state[e.tensor];
    if (e.kind === 'value') t.value = e.data;
    else if (e.kind === 'update') t.value = e.after;
    else if (e.kind === 'forward') [t.value, t.grad] = [e.out, null];
    else if (e.kind === 'seed') t.grad = e.data;
    else if (e.kind === 'zero_grad') t.grad = null;
    else t.grad = e.after;
  }
  return state;
}

const room = Math.floor((trace.layout.nodes[0].w - 16) / 7.4);  // for characters in a box

function inBox(t, shape, most) {
  if (t === null) return '-';
  if (Array.isArray(t) && t.length <= 3) {
    const all = listed(t, 3);
    if (all.length <= most) return all;
  }
  return shape.join('x');
}

function gradInBox(t, shape) {
  if (t === null) return '-';
  if (Array.isArray(t) && t.length <= 3) {
    const all = inBox(t, shape, room - 4);
    if (all.startsWith('(') || t.length === 1) return all;
  }
  const numbers = (Array.isArray(t) ? t : [t.min, t.max]).map((v) => Math.abs(toNumber(v)));
  return `max ${text(numbers.some(Number.isNaN) ? NaN : Math.max(...numbers))}`;
}

// While the question stands, the number that answers it is hidden everywhere. A step inside has a question of its own.
const holder = () => (inside < 0 ? event() : event().micro[inside]);
const asking = () => $('asking').checked && !revealed && holder().ask;
const eventHidden = () => inside < 0 && asking();

function drawGraph(before, after) {
  const e = event();
  for (const t of trace.tensors) {
    const box = boxes.get(t.id);
    const hidden = eventHidden() && t.id === e.tensor;
    const { value, grad } = after[t.id];
    const changed = (a, b) => hidden && a !== b;
    const [ofValue, ofGrad, title] = texts.get(t.id);
    setText(ofValue, changed(before[t.id].value, value) ? '?' : inBox(value, t.shape, room));
    const shown = !t.requires_grad ? 'none' : changed(before[t.id].grad, grad) ? '?' : gradInBox(grad, t.shape);
    setText(ofGrad, t.requires_grad ? shown : '');
    box.classList.toggle('now', t.id === e.tensor);
    box.classList.toggle('sum', t.id === e.tensor && e.before !== undefined && e.before !== null);
    box.classList.toggle('sel', t.id === selected);
    box.setAttribute('aria-pressed', String(t.id === selected));
    box.setAttribute('aria-label', `${title.textContent}: value ${ofValue.textContent}, gradient ${shown}`);
  }
  const passOf = lastForward(e);
  for (const w of wires) {
    const [from, op] = [Number(w.dataset.from), Number(w.dataset.op)];
    const sent = trace.events.slice(0, k).some((b, i) => i >= passOf && b.kind === 'backward' && b.op === op && b.tensor === from);
    w.classList.toggle('sent', sent);
    w.classList.toggle('go', e.kind === 'forward' && e.op === op);
    w.classList.toggle('back', e.kind === 'backward' && e.op === op && e.tensor === from);
  }
}

// Where the pass of step k began: dashed lines of an earlier pass are gone.
function lastForward() {
  let start = 0;
  for (let i = 1; i < k; ++i) {
    if (trace.events[i].kind === 'forward' && ['backward', 'stored', 'update', 'zero_grad'].includes(trace.events[i - 1].kind)) start = i;
  }
  return start;
}

function drawTable(before, after) {
  const e = event();
  const shown = trace.tensors.filter((t) => after[t.id].value !== null);
  for (const t of shown) {
    const hidden = eventHidden() && t.id === e.tensor;
    const [, value, earlier, grad] = rows.get(t.id).children;
    setText(value, hidden && before[t.id].value !== after[t.id].value ? '?' : listed(after[t.id].value, 6));
    setText(earlier, listed(before[t.id].grad, 6));
    setText(grad, hidden && before[t.id].grad !== after[t.id].grad ? '?' : listed(after[t.id].grad, 6));
    rows.get(t.id).classList.toggle('now', t.id === e.tensor);
  }
  const body = $('table').tBodies[0];
  if (body.children.length !== shown.length) body.replaceChildren(...shown.map((t) => rows.get(t.id)));
}

function drawCard() {
  const e = event();
  const words = { value: 'value', forward: 'forward', seed: 'seed', backward: 'backward', stored: 'stored gradient', update: 'update', zero_grad: 'zero_grad' };
  const phase = trace.phases.find((p) => p.from <= k && k <= p.to);
  $('step-h').textContent = `Step ${k} of ${N} \u2013 ${words[e.kind]}${phase ? ' \u2013 ' + phase.name : ''}`;
  const hide = eventHidden();
  $('say').textContent = hide ? `Step ${k} of ${N}.` : minusInNumbers(e.say.replace(/^[^:.,]*, /, '').replace(/^./, (c) => c.toUpperCase()));
  for (const row of ['rule', 'numbers', 'result']) {
    $(row).innerHTML = hide && row !== 'rule' ? '?' : e.subst[row] || (row === 'result' ? '' : '\u2013');
    redraw($(row));
  }
  const check = e.check && e.check.text ? minusInNumbers(e.check.text) : '\u2013';
  $('check').textContent = hide ? '?' : check;
  $('check').className = 'rv' + (hide || !e.check ? '' : e.check.state === 'ok' ? ' ok' : e.check.state === 'red' ? ' red' : '');
  $('local').innerHTML = e.subst.local && !hide ? `<p><span class="rk">local derivative</span> ${e.subst.local}</p>` : '';
  redraw($('local'));
  $('note').textContent = [e.reason, e.note].filter(Boolean).map((s) => s.replace(/[.]?$/, '.')).join(' ');
  if (hide) $('note').textContent = '';
  $('grids').replaceChildren(...(hide ? [] : figures(e)));
  document.querySelector('.card').classList.toggle('differing', Boolean(trace.diff) && trace.diff.step === k);
  drawWindow(hide);
}

const tooWide = (e) => e.scrollWidth > e.clientWidth;

// What scrolls sideways can be reached by keyboard, and nothing else can.
function reachable(what = '.rv, #local, .algebra, .formulas ul, pre') {
  for (const e of document.querySelectorAll(what)) {
    const scrolls = tooWide(e);
    if (scrolls !== e.hasAttribute('tabindex')) scrolls ? e.setAttribute('tabindex', '0') : e.removeAttribute('tabindex');
  }
}

function drawQuestion() {
  const { ask } = holder();
  $('ask').hidden = !ask || !$('asking').checked;
  $('question').textContent = ask ? ask.q : '';
  $('answer').textContent = ask ? ask.a : '';
  $('answer').hidden = !revealed;
  $('reveal').hidden = revealed;
}

function drawWindow(hide) {
  const g = hide ? null : geometry(event());
  $('window').hidden = !g;
  if (!g) return;
  for (const [id, axis] of [['cell-row', 2], ['cell-col', 3]]) $(id).max = g.output[axis] - 1;
  if (cell) [$('cell-row').value, $('cell-col').value] = cell;
  else [$('cell-row').value, $('cell-col').value] = ['', ''];
  const w = cell && g.window(...cell);
  $('window-says').textContent = w ? `looks at rows ${w.r0} to ${w.r1} and columns ${w.c0} to ${w.c1} of the input` : '';
}

function chooseCell() {
  const g = geometry(event());
  const at = ['cell-row', 'cell-col'].map((id) => Number($(id).value || 0));
  const inRange = g && at.every((v, axis) => Number.isInteger(v) && v >= 0 && v < g.output[axis + 2]);
  cell = inRange ? at : null;
  $('grids').replaceChildren(...figures(event()));
  drawWindow(false);
}

const minusInNumbers = (s) => s.replace(/(^|[\s(])-(?=[\dI])/g, '$1\u2212');

function figures(e) {
  const out = [];
  const g = geometry(e);
  const here = g && cell ? { r0: cell[0], r1: cell[0], c0: cell[1], c1: cell[1] } : null;
  const looked = here ? g.window(...cell) : null;
  const add = (name, t, shape, box = null) => {
    if (t !== null && t !== undefined && count(t) > 1) out.push(figure(name, t, shape, [], box));
  };
  if (e.kind === 'backward' || e.kind === 'stored') {
    if (e.kind === 'backward') add('upstream', e.upstream, shapeOf(e.from), here);
    if (e.local && e.local.kind === 'jacobian') {
      const size = [e.local.rows, e.local.cols];
      add('local derivative J, asked of the op: rows are outputs, columns inputs', e.local.data, size);
      if (e.local.closed) add(e.local.differs ? 'J by the formula: it differs' : 'J by the formula: the same', e.local.closed, size);
      if (e.local.differs) out[out.length - 1].classList.add('red');
    } else if (e.local && e.local.data) {
      add('slope of each element', e.local.data, shapeOf(e.tensor));
    }
    if (e.before !== null) add('before', e.before, shapeOf(e.tensor));
    add('contribution', e.contrib, shapeOf(e.tensor), looked);
    if (e.before !== null) add('after', e.after, shapeOf(e.tensor));
  } else {
    if (g) add('input', stateAt(k)[g.op.in[0]].value, shapeOf(g.op.in[0]), looked);
    if (e.kind === 'update') add('before', e.before, shapeOf(e.tensor));
    add(e.kind === 'update' ? 'after' : 'value', e.kind === 'forward' ? e.out : e.kind === 'update' ? e.after : e.data, shapeOf(e.tensor), here);
  }
  return out;
}

function drawInside() {
  const e = event();
  const steps = e.micro || [];
  $('inside').hidden = inside < 0;
  document.querySelector('[data-do=into]').disabled = steps.length === 0 || Boolean(eventHidden()) || inside + 1 === steps.length;
  document.querySelector('[data-do=out]').disabled = inside < 0;
  $('into-hint').hidden = steps.length === 0 || inside >= 0;
  $('into-hint').textContent = `${steps.length} steps inside: key Down, or "into".`;
  drawQuestion();
  if (inside < 0) return;
  const m = steps[inside];
  $('inside-h').textContent = `Inside this step: ${inside + 1} of ${steps.length}`;
  $('inside-say').textContent = asking() ? '?' : minusInNumbers(m.say);
  $('inside-formula').innerHTML = m.formula && !asking() ? m.formula.mathml : '';
  redraw($('inside-formula'));
  if (asking()) return $('inside-grids').replaceChildren();
  $('inside-grids').replaceChildren(...m.grids.map((g) => figure(g.name || 'result', g.data, [g.rows, g.cols], g.lit)));
}

function draw() {
  const before = stateAt(k - 1);
  const after = stateAt(k);
  drawGraph(before, after);
  drawTable(before, after);
  drawCard();
  drawInside();
  $('step').value = k;
  $('of').textContent = `/ ${N}`;
  $('slider').value = k;
  $('slider').setAttribute('aria-valuetext', `step ${k} of ${N}`);
  [...$('ticks').children].forEach((tick, i) => tick.classList.toggle('here', i === k - 1));
  document.body.classList.toggle('asking', $('asking').checked);
  $('all').hidden = $('asking').checked;
  reachable('.card .rv, #local');
}

function go(to, quiet = false) {
  const next = Math.min(N, Math.max(1, to));
  if (next === k && inside < 0) return;
  k = next;
  [inside, revealed, cell] = [-1, false, null];
  const fast = timer !== null && Number($('speed').value) > 1;
  if (!fast && !quiet) $('live').textContent = asking() ? event().ask.q : minusInNumbers(event().say);
  draw();
  reveal(boxes.get(event().tensor));
  history.replaceState(null, '', `#step=${k}`);
}

// Scrolls the graph, never the page, so that the box of this step can be seen.
function reveal(box) {
  const [outer, inner] = [$('graph-scroll').getBoundingClientRect(), box.getBoundingClientRect()];
  if (inner.left < outer.left) $('graph-scroll').scrollLeft += inner.left - outer.left - 24;
  if (inner.right > outer.right) $('graph-scroll').scrollLeft += inner.right - outer.right + 24;
}

function play(on) {
  clearInterval(timer);
  timer = null;
  if (on && k < N) timer = setInterval(() => (go(k + 1), k === N && play(false)), 1200 / Number($('speed').value));
  $('play').setAttribute('aria-pressed', String(timer !== null));
  $('play').textContent = timer === null ? 'play' : 'pause';
}

function first(kind) {
  const at = trace.events.findIndex((e) => e.kind === kind);
  if (at >= 0) go(at + 1);
}

function touching(direction) {
  const t = selected === null ? event().tensor : selected;
  for (let i = k + direction; i >= 1 && i <= N; i += direction) {
    if (trace.events[i - 1].tensor === t) return go(i);
  }
}

const actions = {
  home: () => go(1),
  prev: () => go(k - 1),
  next: () => go(k + 1),
  end: () => go(N),
  play: () => play(timer === null),
  forward: () => first('forward'),
  backward: () => first('backward'),
  into: () => {
    const steps = event().micro || [];
    if (inside + 1 >= steps.length || eventHidden()) return;
    ++inside;
    revealed = false;
    drawInside();
    reachable('#inside .rv');
    $('inside').scrollIntoView({ block: 'nearest' });
    $('live').textContent = asking() ? steps[inside].ask.q : minusInNumbers(steps[inside].say);
  },
  out: () => {
    if (inside < 0) return;
    [inside, revealed] = [-1, true];
    draw();
  },
  earlier: () => touching(-1),
  later: () => touching(1),
  digits: () => {
    fullDigits = !fullDigits;
    $('digits').setAttribute('aria-pressed', String(fullDigits));
    for (const m of document.querySelectorAll('.formulas math')) redraw(m);
    draw();
    reachable();
  },
  reveal: () => {
    if (!holder().ask || !$('asking').checked) return;
    revealed = true;
    draw();
    $('live').textContent = holder().ask.a;
  },
  goto: () => $('step').select(),
  help: () => ($('help').open ? $('help').close() : $('help').showModal()),
  close: () => $('help').close(),
};

const keys = {
  ArrowRight: 'next', ArrowLeft: 'prev', ArrowDown: 'into', ArrowUp: 'out', Home: 'home', End: 'end', ' ': 'play',
  n: 'next', p: 'prev', f: 'forward', b: 'backward', g: 'goto', d: 'digits', r: 'reveal', ']': 'later', '[': 'earlier', '?': 'help',
};

document.addEventListener('keydown', (e) => {
  if (e.ctrlKey || e.altKey || e.metaKey) return;
  const field = e.target.matches('select, textarea, input:not([type]), input[type=text], input[type=number]');
  if (e.target === $('step') && e.key === 'Enter') {
    const wanted = Number($('step').value);
    if (Number.isInteger(wanted) && wanted >= 1) go(wanted);
    draw();
    $('graph-scroll').focus();
    return;
  }
  if (e.key === 'Escape' && !$('help').open) {
    play(false);
    draw();
    return $('graph-scroll').focus();
  }
  if (field || $('help').open) return;
  if ((e.key === ' ' || e.key === 'Enter') && e.target.matches('.box')) {
    e.preventDefault();
    return choose(Number(e.target.dataset.t));
  }
  if (e.key === ' ' && e.target.matches('button, a, input')) return;
  // Left and Right scroll what is too wide, except the graph, which follows the steps.
  const sideways = e.key === 'ArrowLeft' || e.key === 'ArrowRight';
  if (sideways && e.target.matches('[tabindex="0"]:not(.box, #graph-scroll)') && tooWide(e.target)) return;
  const action = keys[e.key];
  if (!action || (/^[a-z]$/.test(e.key) && !$('letters').checked)) return;
  e.preventDefault();
  actions[action]();
});

document.addEventListener('click', (e) => {
  const button = e.target.closest('[data-do]');
  if (button) return actions[button.dataset.do]();
  const box = e.target.closest('.box');
  if (box) choose(Number(box.dataset.t));
});
$('reveal').addEventListener('click', actions.reveal);
$('slider').addEventListener('input', () => go(Number($('slider').value)));
$('speed').addEventListener('change', () => timer !== null && play(true));
$('asking').addEventListener('change', () => ((revealed = false), draw(), reachable()));
for (const id of ['cell-row', 'cell-col']) $(id).addEventListener('input', chooseCell);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);

// On paper: the graph as it is at the end, with nothing kept back.
let onScreen = null;
window.addEventListener('resize', () => reachable());
window.addEventListener('beforeprint', () => {
  onScreen = [k, inside, revealed];
  [k, inside, revealed] = [N, -1, true];
  draw();
});
window.addEventListener('afterprint', () => {
  [k, inside, revealed] = onScreen;
  draw();
});
window.addEventListener('hashchange', fromHash);

function choose(t) {
  selected = selected === t ? null : t;
  draw();
}

// A name in a formula and its box light up together.
function light(name, on) {
  for (const t of trace.tensors) if (t.name === name) boxes.get(t.id).classList.toggle('lit', on);
  for (const mi of document.querySelectorAll('.card mi')) if (mi.textContent === name) mi.classList.toggle('lit', on);
}
for (const [type, on] of [['mouseover', true], ['mouseout', false], ['focusin', true], ['focusout', false]]) {
  document.addEventListener(type, (e) => {
    const box = e.target.closest && e.target.closest('.box');
    const mi = e.target.closest && e.target.closest('.card mi');
    if (box) light(trace.tensors[Number(box.dataset.t)].name, on);
    else if (mi) light(mi.textContent, on);
  });
}

function fromHash() {
  const m = /^#step=(\d+)$/.exec(location.hash);
  if (m) go(Number(m[1]), true);
}

// #selftest: every step forward and back must give the same page.
function selftest() {
  const look = () => ['graph', 'table', 'say', 'rule', 'numbers', 'result', 'check', 'local', 'grids'].map((id) => $(id).innerHTML).join('\n');
  const seen = [];
  for (let i = 1; i <= N; ++i) {
    go(i, true);
    seen.push(look());
  }
  let same = 0;
  for (let i = N; i >= 1; --i) {
    go(i, true);
    if (look() === seen[i - 1]) ++same;
  }
  document.documentElement.dataset.selftest = same === N ? `pass:${N}` : `fail:${same}`;
}

for (const e of document.querySelectorAll('.live')) e.hidden = false;
$('slider').max = N;
for (const e of trace.events) {
  const marks = [e.kind, e.part && e.part[1] > 1 ? 'part' : '', e.check && e.check.state === 'red' ? 'wrong' : '',
    trace.diff && trace.diff.step === e.k ? 'wrong' : ''];
  $('ticks').append(make('i', { class: marks.filter(Boolean).join(' ') }));
}
const wanted = location.hash;
if (trace.diff && trace.diff.step > 0) k = trace.diff.step;
draw();
reachable();
if (wanted === '#selftest') selftest();
else fromHash();
performance.mark('yhat-ready');
