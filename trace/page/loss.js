// SPDX-License-Identifier: MIT
// The loss page: which case is shown, how many stages of its derivation, what is still to be guessed. All numbers are
// those of the trace; here they are only put into their places.
const sweep = trace.sweeps[0];
sweep.cases = sweep.values.map((_, i) => ({
  label: sweep.label,
  block: sweep.block,
  n: Object.fromEntries(Object.entries(sweep.series).map(([name, all]) => [name, all[i]])),
}));
const last = 6;
let now = trace.cases[trace.shown];
let stage = null;  // null: all of them
let revealed = false;
const told = new Set();  // bugs

const block = () => document.querySelector(`.block[data-block="${now.block}"]`);
const stages = () => trace.stages[now.block];

// The number that a key names: "p:2", or "ratio" for the only one.
function numberOf(key) {
  const [name, i] = key.split(':');
  return toNumber(now.n[name][Number(i || 0)]);
}
const fill = (sentence) => sentence.replace(/\{([^}]+)\}/g, (_, key) => text(numberOf(key)));

// Sentences have p_2 for an index below the line, and - for a minus.
function put(id, sentence) {
  const parts = sentence.replace(/(^| |\()-(?=[A-Za-z0-9 ])/g, '$1\u2212').split(/\b([A-Za-z]|delta)_([a-z0-9]+)/);
  $(id).replaceChildren(...parts.map((part, i) => (i % 3 === 2 ? make('sub', {}, part) : part)));
}

function drawNumbers() {
  for (const b of document.querySelectorAll('.block')) b.hidden = b !== block();
  for (const e of block().querySelectorAll('[data-n]')) e.dataset.v = showFull(numberOf(e.dataset.n));
  for (const e of block().querySelectorAll('[data-bar], [data-length]')) {
    const v = numberOf(e.dataset.bar || e.dataset.length);
    e.style.setProperty('--v', Number.isFinite(v) ? v.toPrecision(5) : 0);
    if (e.dataset.bar) e.classList.toggle('off', Math.abs(v) > 1);
  }
  for (const e of block().querySelectorAll('[data-ok]')) {
    const ok = numberOf(e.dataset.ok) === 1;
    e.className = ok ? 'ok' : 'red';
    e.textContent = ok ? (e.closest('.agree') ? 'agree' : 'ok') : 'RED';
  }
  drawDigits(block());
}

function drawDigits(within) {
  for (const e of within.querySelectorAll('[data-v]')) e.textContent = text(toNumber(parseNumber(e.dataset.v)));
}

// Where the case stands on the line z = m (0.8, 0, -0.2); -1: beside it.
const place = () => {
  const own = JSON.stringify([now.label, now.n.z.map((v) => v.toPrecision(12))]);
  return sweep.cases.findIndex((c) => JSON.stringify([c.label, c.n.z.map((v) => v.toPrecision(12))]) === own);
};

function drawPlace() {
  const at = place();
  $('m-at').textContent = at < 0 ? 'not on this line' : `m = ${minus(String(sweep.values[at]))}`;
  if (at >= 0) $('m').value = at;
  $('m').setAttribute('aria-valuetext', at < 0 ? 'z is not on this line' : `m ${sweep.values[at]}, p of the true class ${text(numberOf('p:2'))}`);
  for (const radio of document.querySelectorAll('input[name=start]')) radio.checked = radio.value === now.id;
  for (const id of ['norms', 'probability']) {
    const here = document.querySelector(`#${id} .here`);
    here.style.display = at < 0 ? 'none' : '';
    if (at < 0) continue;
    const [lo, hi, left, right] = here.closest('svg').dataset.x.split(' ').map(Number);
    const x = left + ((sweep.values[at] - lo) / (hi - lo)) * (right - left);
    here.setAttribute('transform', `translate(${x.toFixed(1)} 0)`);
  }
}

// While the question stands, the stage that answers it is hidden.
const asking = () => $('asking').checked && !revealed && stage !== null;

function drawStage() {
  const shown = asking() ? stage - 1 : stage === null ? last : stage;
  for (const e of document.querySelectorAll('.stages li')) {
    const k = Number(e.dataset.stage);
    e.classList.toggle('later', k > shown);
    e.classList.toggle('current', k === stage);
  }
  document.body.classList.toggle('one-by-one', stage !== null);
  document.body.classList.toggle('rows-lit', shown >= 2);
  for (const e of document.querySelectorAll('[data-stage-at]')) {
    e.setAttribute('aria-pressed', String(Number(e.dataset.stageAt) === stage));
  }
  $('every').setAttribute('aria-pressed', String(stage === null));
  const s = stage === null ? null : stages()[stage];
  put('say', sentence());
  $('all').hidden = $('asking').checked;
  $('ask').hidden = !$('asking').checked || !s;
  if (!s) return;
  put('question', s.ask.q);
  put('answer', s.ask.a);
  $('answer').hidden = !revealed;
  $('reveal').hidden = revealed;
}

function sentence() {
  if (stage === null) return 'All stages. The right arrow goes through them, one move at a time.';
  const s = stages()[stage];
  return `Stage ${stage} of ${last}, ${s.title}. ${asking() ? '' : fill(s.say)}`;
}

function drawBugs() {
  for (const bug of document.querySelectorAll('.bug')) {
    const open = told.has(bug.dataset.bug);
    for (const e of bug.querySelectorAll('.told')) e.classList.toggle('hide', !open);
    bug.querySelector('[data-reveal]').hidden = open;
  }
}

function draw() {
  drawNumbers();
  drawPlace();
  drawStage();
  drawBugs();
}

function address() {
  const parts = [now.id ? `start=${now.id}` : `m=${sweep.values[sweep.cases.indexOf(now)]}`];
  if (stage !== null) parts.push(`stage=${stage}`);
  history.replaceState(null, '', `#${parts.join('&')}`);
}

function showCase(c, moving = false) {
  now = c;
  drawNumbers();
  drawPlace();
  put('say', sentence());  // shown, not spoken: the slider speaks for itself
  if (!moving) address();
}
const position = (i, moving) => showCase(sweep.cases[Math.min(sweep.cases.length - 1, Math.max(0, i))], moving);

function go(to, quiet = false) {
  stage = to === null ? null : Math.min(last, Math.max(0, to));
  revealed = false;
  drawStage();
  if (quiet) return;
  put('live', asking() ? `${sentence()}${stages()[stage].ask.q}` : sentence());
  address();
}

function tell(bug) {
  told.add(bug);
  drawBugs();
}

const actions = {
  home: () => go(0),
  end: () => go(last),
  next: () => go(stage === null ? 0 : stage + 1),
  prev: () => go(stage === null ? last : stage - 1),
  all: () => go(null),
  more: () => position(Number($('m').value) + 1),
  less: () => position(Number($('m').value) - 1),
  digits: () => {
    fullDigits = !fullDigits;
    $('digits').setAttribute('aria-pressed', String(fullDigits));
    drawDigits(document);
    drawPlace();
    put('say', sentence());
  },
  reveal: () => {
    if (asking()) {
      revealed = true;
      drawStage();
      put('live', `${stages()[stage].ask.a} ${sentence()}`);
    } else {
      const next = [...block().querySelectorAll('.bug')].find((b) => !told.has(b.dataset.bug));
      if (next) tell(next.dataset.bug);
    }
  },
  help: () => ($('help').open ? $('help').close() : $('help').showModal()),
  close: () => $('help').close(),
};
const keys = {
  ArrowRight: 'next', ArrowLeft: 'prev', Home: 'home', End: 'end', n: 'next', p: 'prev', a: 'all', d: 'digits', r: 'reveal',
  ']': 'more', '[': 'less', '?': 'help',
};

document.addEventListener('keydown', (e) => {
  if (e.ctrlKey || e.altKey || e.metaKey || $('help').open) return;
  const action = keys[e.key];
  // A slider and a group of radio buttons have arrows of their own; so has a box that scrolls.
  if (!action || (e.key.length > 1 && e.target.matches('[type=range], [type=radio], pre, .scroll'))) return;
  if (/^[a-z]$/.test(e.key) && !$('letters').checked) return;
  e.preventDefault();
  actions[action]();
});
document.addEventListener('click', (e) => {
  const button = e.target.closest('[data-do], [data-stage-at], [data-reveal]');
  if (!button) return;
  if (button.dataset.do) actions[button.dataset.do]();
  else if (button.dataset.stageAt) go(Number(button.dataset.stageAt));
  else tell(button.dataset.reveal);
});
$('m').addEventListener('input', () => position(Number($('m').value), true));
$('m').addEventListener('change', address);  // browsers refuse to note every place on the way
$('asking').addEventListener('change', () => ((revealed = false), drawStage()));
for (const radio of document.querySelectorAll('input[name=start]')) {
  radio.addEventListener('change', () => showCase(trace.cases.find((c) => c.id === radio.value)));
}
window.addEventListener('hashchange', fromHash);

function fromHash() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  const start = trace.cases.find((c) => c.id === wanted.get('start'));
  const m = wanted.has('m') ? sweep.values.indexOf(Number(wanted.get('m'))) : -1;
  if (start) now = start;
  else if (m >= 0) now = sweep.cases[m];
  const k = wanted.get('stage');
  if (/^[0-6]$/.test(k || '')) stage = Number(k);
  draw();
}

// #selftest: every case, forth and back, must give the same page.
function selftest() {
  const look = () => block().innerHTML + $('say').textContent + $('m-at').textContent;
  const all = [...trace.cases, ...sweep.cases];
  const seen = all.map((c, i) => (showCase(c, true), go(i % (last + 1), true), look()));
  let same = 0;
  for (let i = all.length - 1; i >= 0; --i) {
    showCase(all[i], true);
    go(i % (last + 1), true);
    if (look() === seen[i]) ++same;
  }
  document.documentElement.dataset.selftest = same === all.length ? `pass:${same}` : `fail:${same}`;
}

for (const e of document.querySelectorAll('.live')) e.hidden = false;
const wanted = location.hash;
draw();
if (wanted === '#selftest') selftest();
else fromHash();
performance.mark('yhat-ready');
