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
  if (!Array.isArray(t)) return `${text(t.min)} to ${text(t.max)}`;
  if (t.length === 1) return text(t[0]);
  if (t.length > most) return `${t.length} numbers`;
  return `(${t.map(text).join(', ')})`;
}

// Text that stays is left alone: what is written is laid out again.
function setText(e, words) {
  if (e.textContent !== words) e.textContent = words;
}

function make(tag, attributes = {}, ...children) {
  const e = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value);
  e.append(...children);
  return e;
}

// The planes of a tensor, its last two axes. A long vector is wrapped.
function planesOf(t, shape) {
  if (!Array.isArray(t)) {
    return { rows: t.heat.rows, cols: t.heat.cols, all: t.heat.planes, data: [t.heat.data, ...(t.heat.more || [])] };
  }
  const last = shape.length ? shape[shape.length - 1] : 1;
  const long = last === t.length && last > 24;
  const cols = long ? 30 : last;
  const rows = long ? Math.ceil(last / cols) : shape.length > 1 ? shape[shape.length - 2] : 1;
  const data = [];
  for (let i = 0; i < t.length; i += rows * cols) data.push(t.slice(i, i + rows * cols));
  return { rows, cols, all: data.length, data };
}

// The tint of a number: its size against the largest of the tensor.
function tinted(v, largest, strongest) {
  if (!Number.isFinite(v)) return 'var(--bad-tint)';
  return `rgba(var(--${v < 0 ? 'cool' : 'heat'}), ${((Math.abs(v) / largest) * strongest).toFixed(3)})`;
}

const inBoxOf = (box, row, col) => box && row >= box.r0 && row <= box.r1 && col >= box.c0 && col <= box.c1;

function numberTable(data, cols, largest, lit, box) {
  const body = make('tbody');
  for (let i = 0; i < data.length; i += cols) {
    const row = make('tr');
    for (let j = i; j < Math.min(i + cols, data.length); ++j) {
      const marked = lit.has(j) || inBoxOf(box, i / cols, j - i);
      const classes = [data[j] < 0 ? 'neg' : '', marked ? 'lit' : ''].filter(Boolean).join(' ');
      const cell = make('td', classes ? { class: classes } : {}, text(data[j]));
      cell.style.backgroundColor = tinted(data[j], largest, 0.3);
      row.append(cell);
    }
    body.append(row);
  }
  return make('table', { class: 'grid' }, body);
}

// The page's colours, read once for light and for dark.
let colours = null;
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => (colours = null));
function coloursOfPage() {
  const style = getComputedStyle(document.documentElement);
  const [heat, cool, bad, now] = ['--heat', '--cool', '--bad', '--now'].map((v) => style.getPropertyValue(v).trim());
  const pixel = (rgb) => rgb.split(',').reduce((sum, v, i) => sum | (Number(v) << (8 * i)), 0);  // red is the lowest byte
  return { heat: pixel(heat), cool: pixel(cool), bad, now };
}

// Many numbers as a picture; negative cells are crossed by a line.
function picture(data, rows, cols, largest, box) {
  const size = Math.max(3, Math.min(14, Math.floor(168 / cols)));
  const canvas = make('canvas', { width: cols * size, height: rows * size });
  const c = canvas.getContext('2d', { willReadFrequently: true });
  const { heat, cool, bad, now } = (colours ??= coloursOfPage());
  const image = c.createImageData(canvas.width, canvas.height);
  const pixels = new Uint32Array(image.data.buffer);
  const broken = [];
  data.forEach((v, i) => {
    if (!Number.isFinite(v)) return broken.push(i);
    const share = Math.abs(v) / largest;
    const line = v < 0 && share > 0.08 ? 0.35 + 0.65 * share : 0;
    const [plain, crossed] = [share, 1 - (1 - share) * (1 - line)].map((alpha) => (v < 0 ? cool : heat) | (Math.round(255 * alpha) << 24));
    const corner = Math.floor(i / cols) * size * canvas.width + (i % cols) * size;
    for (let y = 0; y < size; ++y) {
      const row = corner + y * canvas.width;
      pixels.fill(plain, row, row + size);
      pixels[row + size - 1 - y] = crossed;
    }
  });
  c.putImageData(image, 0, 0);
  c.fillStyle = bad;
  for (const i of broken) c.fillRect((i % cols) * size, Math.floor(i / cols) * size, size, size);
  if (box) {
    [c.strokeStyle, c.lineWidth] = [now, 2];
    c.strokeRect(box.c0 * size, box.r0 * size, (box.c1 - box.c0 + 1) * size, (box.r1 - box.r0 + 1) * size);
  }
  return canvas;
}

const mostWritten = 64;  // numbers; more are a picture

// A tensor as a table with a tint for each number's size, or as pictures. `lit` are elements to mark, `box` is a
// rectangle {r0, r1, c0, c1} to mark in every plane.
function figure(name, t, shape, lit = [], box = null) {
  const { rows, cols, all, data } = planesOf(t, shape);
  const planes = data.map((plane) => plane.map(toNumber));
  const largest = Math.max(1e-300, ...planes.flat().map((v) => (Number.isFinite(v) ? Math.abs(v) : 0)));
  const caption = make('figcaption', {}, name);
  if (Array.isArray(t) && t.length <= mostWritten) {
    const tables = planes.map((plane, n) => {
      const first = n * rows * cols;
      return numberTable(plane, cols, largest, new Set(lit.map((i) => i - first)), box);
    });
    const holder = tables.length === 1 ? tables[0] : make('div', { class: 'planes' }, ...tables);
    return make('figure', { tabindex: '0', role: 'group', 'aria-label': name }, caption, holder);
  }
  const numbers = Array.isArray(t) ? t.map(toNumber) : null;
  const finite = numbers ? numbers.filter(Number.isFinite) : null;
  const [low, high] = numbers ? [Math.min(...finite), Math.max(...finite)] : [t.min, t.max];
  const zeros = numbers ? numbers.filter((v) => v === 0).length : t.zeros;
  const bad = numbers ? numbers.length - finite.length : t.nonfinite;
  caption.append(` ${shape.join('x')}, ${text(low)} to ${text(high)}${zeros ? `, ${zeros} zeros` : ''}` +
    `${bad ? `, ${bad} not finite` : ''}${all > planes.length ? `; ${planes.length} of ${all} planes` : ''}`);
  const scaled = box && !numbers && shape.length > 1 ? scaledTo(box, rows / shape[shape.length - 2], cols / shape[shape.length - 1]) : box;
  const pictures = planes.map((plane) => picture(plane, rows, cols, largest, scaled));
  return make('figure', {}, caption, make('div', { class: 'planes', role: 'img', 'aria-label': caption.textContent }, ...pictures));
}

const scaledTo = (b, y, x) => ({ r0: Math.floor(b.r0 * y), r1: Math.ceil((b.r1 + 1) * y) - 1, c0: Math.floor(b.c0 * x), c1: Math.ceil((b.c1 + 1) * x) - 1 });

// Where the window of output cell (i, j) lies in the input of a convolution or pooling; null for other ops.
function geometry(e) {
  const op = e.op === undefined ? null : trace.ops[e.op];
  if (!op || !['conv2d', 'max_pool2d', 'avg_pool2d'].includes(op.name) || (e.kind === 'backward' && e.input !== 0)) return null;
  const setting = (name, axis, otherwise) => {
    const both = [op.attrs[name] ?? otherwise].flat();
    return both[axis] ?? both[0];
  };
  const shape = (t) => trace.tensors[t].shape;
  const kernel = (axis) => (op.name === 'conv2d' ? shape(op.in[1])[axis + 2] : setting('kernel', axis, 1));
  const [input, output] = [shape(op.in[0]), shape(op.out)];
  const span = (axis, i) => {
    const first = i * setting('stride', axis, 1) - setting('padding', axis, 0);
    const last = first + (kernel(axis) - 1) * Math.max(1, setting('dilation', axis, 1));
    return [Math.max(0, first), Math.min(input[axis + 2] - 1, last)];
  };
  return {
    op, output,
    window(i, j) {
      const [[r0, r1], [c0, c1]] = [span(0, i), span(1, j)];
      return { r0, r1, c0, c1 };
    },
  };
}

// Formulas carry each number's exact value, so that the switch of digits reaches them.
function redraw(math) {
  for (const mn of math.querySelectorAll('mn[data-v]')) setText(mn, text(toNumber(parseNumber(mn.dataset.v))));
}
const parseNumber = (s) => (/^-?(\d|\.)/.test(s) ? Number(s) : s);

globalThis.yhatPage = { show, showFull };
