// SPDX-License-Identifier: MIT
// Shared by the pages: the trace, numbers, tables of numbers.
const trace = JSON.parse(document.getElementById('trace').textContent);
const $ = (id) => document.getElementById(id);
const minus = (text) => text.replace(/-/g, '\u2212');
let fullDigits = false;

// A number in JSON is a number, or the name of one that JSON has no word for.
function toNumber(v) {
  return typeof v === 'number' ? v : v === 'Infinity' ? Infinity : v === '-Infinity' ? -Infinity : NaN;
}

function special(v) {
  return Number.isNaN(v) ? 'NaN' : v === Infinity ? 'Infinity' : v === -Infinity ? '-Infinity' : null;
}

// 4 significant digits, ties to even, as the terminal shows them.
function show(v) {
  const word = special(v);
  if (word) return word;
  if (v === 0) return '0';
  let [digits, exponent] = Math.abs(v).toExponential(3).split('e');
  const exact = Math.abs(v).toExponential(40);
  if (/^\d\.\d{3}50*e/.test(exact)) {  // toExponential takes a tie up
    const below = exact.slice(0, 5);
    if (Number(below[4]) % 2 === 0) [digits, exponent] = [below, exact.split('e')[1]];
  }
  exponent = Number(exponent);
  const rounded = Number(`${digits}e${exponent}`);
  const sign = v < 0 ? '-' : '';
  if (exponent < -3 || exponent >= 4) return `${sign}${digits}e${exponent}`;
  let text = rounded.toFixed(3 - exponent);
  const tolerance = Math.fround(v) === v ? 1e-6 : 1e-9;
  if (Math.abs(rounded - Math.abs(v)) <= tolerance * Math.abs(v) && text.includes('.')) {
    text = text.replace(/0+$/, '').replace(/\.$/, '');
  }
  return sign + text;
}

// The shortest digits that read back exactly.
function showFull(v) {
  const word = special(v);
  if (word) return word;
  if (v === 0) return Object.is(v, -0) ? '-0' : '0';
  const [mantissa, e] = Math.abs(v).toExponential().split('e');
  const exponent = Number(e);
  const digits = mantissa.replace('.', '');
  const n = digits.length;
  const sign = v < 0 ? '-' : '';
  if (exponent < -3 || exponent >= 16) return `${sign}${mantissa}e${exponent}`;
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  if (n <= exponent + 1) return sign + digits + '0'.repeat(exponent + 1 - n);
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}

const text = (v) => minus((fullDigits ? showFull : show)(toNumber(v)));

// A tensor in JSON is its elements, or a summary with a picture.
const count = (t) => (Array.isArray(t) ? t.length : t.shape.reduce((a, b) => a * b, 1));
function listed(t, most) {
  if (t === null || t === undefined) return '-';
  if (!Array.isArray(t)) return `${t.shape.join('x')}, ${text(t.min)} to ${text(t.max)}`;
  if (t.length === 1) return text(t[0]);
  if (t.length > most) return `${t.length} numbers`;
  return `(${t.map(text).join(', ')})`;
}

function make(tag, attributes = {}, ...children) {
  const e = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value);
  e.append(...children);
  return e;
}

// Numbers as a table with a tint for their size, or a picture of many. Negative cells are hatched.
function figure(name, t, shape, lit = []) {
  const heat = Array.isArray(t) ? null : t.heat;
  const data = (heat ? heat.data : t).map(toNumber);
  const cols = heat ? heat.cols : shape.length ? shape[shape.length - 1] : 1;
  const largest = Math.max(...data.map((v) => (Number.isFinite(v) ? Math.abs(v) : 0)), 1e-300);
  const tint = (v, strongest) => {
    if (!Number.isFinite(v)) return 'var(--bad-tint)';
    const share = (Math.abs(v) / largest) * strongest;
    return `rgba(var(--${v < 0 ? 'cool' : 'heat'}), ${share.toFixed(3)})`;
  };
  const caption = make('figcaption', {}, name);
  if (heat) {
    caption.append(` (${t.shape.join('x')}${heat.of ? ', ' + heat.of : ''}; ${text(t.min)} to ${text(t.max)}` +
      `${t.zeros ? `, ${t.zeros} zeros` : ''}${t.nonfinite ? `, ${t.nonfinite} not finite` : ''})`);
    const picture = make('div', { class: 'heat', role: 'img', 'aria-label': caption.textContent });
    picture.style.gridTemplateColumns = `repeat(${cols}, 9px)`;
    for (const v of data) {
      const cell = make('i', v < 0 ? { class: 'neg' } : {});
      cell.style.backgroundColor = tint(v, 1);
      picture.append(cell);
    }
    return make('figure', {}, caption, picture);
  }
  const body = make('tbody');
  const marked = new Set(lit);
  for (let i = 0; i < data.length; i += cols) {
    const row = make('tr');
    for (let j = i; j < Math.min(i + cols, data.length); ++j) {
      const classes = [data[j] < 0 ? 'neg' : '', marked.has(j) ? 'lit' : ''].filter(Boolean).join(' ');
      const cell = make('td', classes ? { class: classes } : {}, text(data[j]));
      cell.style.backgroundColor = tint(data[j], 0.3);
      row.append(cell);
    }
    body.append(row);
  }
  return make('figure', { tabindex: '0', role: 'group', 'aria-label': name }, caption, make('table', { class: 'grid' }, body));
}

// Formulas carry each number's exact value, so that the switch of digits reaches them.
function redraw(math) {
  for (const mn of math.querySelectorAll('mn[data-v]')) mn.textContent = text(toNumber(parseNumber(mn.dataset.v)));
}
const parseNumber = (s) => (/^-?(\d|\.)/.test(s) ? Number(s) : s);

globalThis.yhatPage = { show, showFull };
