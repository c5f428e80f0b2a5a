// SPDX-License-Identifier: MIT
// The loss page: its numbers against the trace and against a softmax of this file's own; stages, slider, bugs, access.
import { check, equal, make, numbersIn, open, press, source, traceOf } from './browser.mjs';
import { audit, serious } from './access.mjs';

const softmax = (z) => {
  const e = z.map((v) => Math.exp(v - Math.max(...z)));
  const sum = e.reduce((a, b) => a + b);
  return e.map((v) => v / sum);
};
const stage = (page) => page.evaluate(() => {
  const on = document.querySelector('[data-stage-at][aria-pressed=true]');
  return on ? Number(on.dataset.stageAt) : null;
});
const shownStages = (page) => page.evaluate(() =>
  [...document.querySelectorAll('.block:not([hidden]) .ce .stages li')].filter((e) => !e.classList.contains('later')).length);
const texts = (page, selector) => page.locator(`.block:not([hidden]) ${selector}`).allTextContents();

// What a number looks like with 4 digits must be within half a unit of the fourth.
const near = (shown, exact) => Math.abs(shown - exact) <= 5.1e-4 * Math.abs(exact) + 1e-12;
function vector(what, shown, exact) {
  check(shown.length === exact.length && shown.every((v, i) => near(v, exact[i])), `${what}: ${shown} (expected ${exact})`);
}

const length = (v) => Math.hypot(...v);

// dL/dz of the three losses, on paper.
function gradients(z, label) {
  const p = softmax(z);
  const y = p.map((_, k) => (k === label ? 1 : 0));
  const ce = p.map((v, k) => v - y[k]);
  const mean = p.reduce((s, v, k) => s + v * ce[k], 0);
  return { p, y, ce, mse: p.map((v, k) => v * (ce[k] - mean)), raw: z.map((v, k) => v - y[k]) };
}

// Every number that the page shows for this case.
async function numbers(page, c, what) {
  const z = c.n.z;
  const { p, y, ce: d, mse, raw } = gradients(z, c.label);
  const first = async (selector) => numbersIn((await texts(page, selector)).join(' '));
  const grad = async (id) => (await texts(page, `.${id} .top .grad td:nth-child(2)`)).map((t) => numbersIn(t)[0]);
  vector(`${what}: z, p`, (await first('.now [data-n]')).slice(0, 2 * z.length), [...z, ...p]);
  vector(`${what}: dL/dz of CE`, await grad('ce'), d);
  vector(`${what}: dL/dz of MSE`, await grad('mse'), mse);
  vector(`${what}: dL/dz of MSE(z)`, await grad('raw'), raw);
  vector(`${what}: J`, await first('.ce [data-stage="0"] mtd'), p.flatMap((a, k) => p.map((b, i) => a * ((k === i ? 1 : 0) - b))));
  vector(`${what}: upstream of CE`, await first('.ce [data-stage="1"] .numbers mn'), p.map((v, k) => (y[k] ? -1 / v : 0)));
  vector(`${what}: stage 2`, await first('.ce [data-stage="2"] .numbers mn'), d);
  vector(`${what}: stage 3`, await first('.ce [data-stage="3"] .numbers mn'), [-1 / p[c.label], p[c.label], -1]);
  vector(`${what}: stage 6`, await first('.ce [data-stage="6"] .numbers mn'), d);
  vector(`${what}: stage 6 of MSE`, await first('.mse [data-stage="6"] .numbers mn'), mse);
  vector(`${what}: ratio`, await first('.mse .norm b'), [length(d) / length(mse)]);
  vector(`${what}: bug A`, await first('[data-bug="bug.a"] td:nth-child(2)'), d.map((v, k) => v * y[k]));
  vector(`${what}: bug B`, await first('[data-bug="bug.b"] td:nth-child(2)'), d);
  equal([...new Set(await texts(page, '.agree [data-ok]'))], ['agree'], `${what}: all ways agree`);
  for (const [key, exact] of [['p', p], ['ce.engine', d], ['mse.engine', mse]]) {
    check(c.n[key].every((v, i) => Math.abs(v - exact[i]) < 1e-12), `${what}: ${key} in the JSON`);
  }
}

async function cases(browser, file) {
  const page = await open(browser, file);
  const trace = traceOf(file);
  for (const c of trace.cases) {
    await page.check(`input[name=start][value=${c.id}]`);
    await numbers(page, c, c.id);
    check(page.url().endsWith(`#start=${c.id}`), 'the address names the start');
  }
  for (const i of [0, 20, 40, 44, 60, 73, 80]) {
    await page.fill('#m', String(i));
    const n = Object.fromEntries(Object.entries(trace.sweeps[0].series).map(([name, all]) => [name, all[i]]));
    await numbers(page, { label: 2, n }, `m = ${trace.sweeps[0].values[i]}`);
  }
  const rows = await page.locator('#cases tbody tr').allTextContents();
  equal(rows.length, 4, 'the four cases');
  for (const [i, [z, label]] of [[[2, 1, 0.1], 0], [[2, 1, 0.1], 2], [[8, 0, -2], 2], [[0, 0, 0], 0]].entries()) {
    const g = gradients(z, label);
    vector(`case ${i + 1} of the table`, numbersIn(rows[i]), [...z, label, ...g.ce, ...g.mse, length(g.ce) / length(g.mse), ...g.raw]);
  }
  await page.context().close();
}

async function keys(browser, file) {
  const page = await open(browser, file);
  await page.click('h1');
  equal(await stage(page), null, 'all stages at first');
  equal(await shownStages(page), 7, 'all seven can be read');
  const looks = () => page.evaluate(() => {
    const main = document.querySelector('main').cloneNode(true);
    for (const e of main.querySelectorAll('#live, #ask')) e.remove();
    return main.innerHTML.replaceAll(' class=""', '');
  });
  const first = await looks();
  await press(page, 'ArrowRight');
  equal([await stage(page), await shownStages(page)], [0, 1], 'Right begins at stage 0');
  await press(page, ...Array(9).fill('n'));
  equal([await stage(page), await shownStages(page)], [6, 7], 'n to the end and not beyond');
  await press(page, 'p', 'ArrowLeft', 'ArrowLeft');
  equal(await stage(page), 3, 'p and Left go back');
  const told = await page.textContent('#say');
  check(told.includes('\u22122.203e4 times 4.538e\u22125 is \u22121: p2 cancels'), `the sentence of stage 3: ${told}`);
  check(page.url().endsWith('#start=very-wrong&stage=3'), 'the address follows');
  await page.reload();
  equal(await stage(page), 3, 'reload stays');
  await press(page, 'Home');
  equal(await stage(page), 0, 'Home');
  await press(page, 'End');
  equal(await stage(page), 6, 'End');
  await press(page, 'Alt+ArrowLeft', 'Control+ArrowLeft');
  equal(await stage(page), 6, 'with Ctrl and Alt the keys are the browser\'s');
  await press(page, 'a');
  equal(await stage(page), null, 'a: all stages');
  check((await looks()) === first, 'and the page is as it was');
  await page.focus('#m');
  await press(page, 'ArrowLeft');
  equal(await page.textContent('#m-at'), 'm = 9.75', 'Left on the slider is one position');
  equal(await stage(page), null, 'and no stage');
  const scrolled = await page.evaluate(() => scrollY);
  await page.click('h1');
  await press(page, 'ArrowRight', 'ArrowLeft', ']', '[', '[');
  equal(await page.evaluate(() => scrollY), scrolled, 'arrows do not scroll the page');
  equal(await page.textContent('#m-at'), 'm = 9.5', '] and [ move along the line');
  await page.check('input[value=wrong]');
  equal(await page.textContent('#m-at'), 'not on this line', '(4, 0, -2) is off the line');
  check(await page.isHidden('#norms .here'), 'and has no marker');
  await page.focus('[data-do=next]');
  const at = await stage(page);
  await press(page, 'Space');
  equal(await stage(page), at + 1, 'Space on a button presses it');
  await press(page, '?');
  check(await page.isVisible('#help'), '? opens the help');
  await page.click('#letters');
  await press(page, 'Escape', 'n');
  equal([await page.isVisible('#help'), await stage(page)], [false, at + 1], 'Esc closes it; letter keys can be switched off');
  await page.context().close();

  for (const [hash, m, k] of [['#m=4.5', 'm = 4.5', null], ['#start=wrong', 'not on this line', null],
    ['#start=benign&stage=2', 'm = 0', 2], ['#m=nonsense&stage=9', 'm = 10', null]]) {
    const other = await open(browser, file, { hash });
    equal([await other.textContent('#m-at'), await stage(other)], [m, k], hash);
    await other.context().close();
  }
}

async function said(browser, file) {
  const page = await open(browser, file);
  await page.evaluate(() => {
    globalThis.spoken = [];
    new MutationObserver((all) => spoken.push(all.at(-1).target.textContent)).observe(document.getElementById('live'), { childList: true, characterData: true, subtree: true });
  });
  await page.click('h1');
  for (let k = 0; k < 7; ++k) await press(page, 'ArrowRight');
  const spoken = await page.evaluate(() => spoken);
  equal(spoken.length, 7, 'one sentence for each stage');
  check(spoken.every((s, k) => s.startsWith(`Stage ${k} of 6`)), 'each says which');
  check(spoken.filter((s) => /\d\.\d/.test(s)).length >= 5, 'with numbers');
  await page.context().close();
}

async function guessing(browser, file) {
  const page = await open(browser, file);
  const told = () => page.locator('.block:not([hidden]) .bug p.told').evaluateAll((list) => list.map((e) => getComputedStyle(e).display !== 'none'));
  equal(await told(), [false, false], 'the bugs are to be found first');
  await page.click('h1');
  await press(page, 'r');
  equal(await told(), [true, false], 'r reveals the first');
  await page.click('[data-reveal="bug.b"]');
  equal(await told(), [true, true], 'a button the second');
  equal(await texts(page, '[data-bug="bug.a"] [data-ok]'), ['RED', 'RED', 'ok'], 'A is right at the true class only');
  equal(await texts(page, '[data-bug="bug.b"] [data-ok]'), ['RED', 'RED', 'RED'], 'B is wrong everywhere');
  await page.check('#asking');
  await press(page, 'End');
  await page.click('h1');
  await press(page, 'Home', 'ArrowRight', 'ArrowRight');
  equal([await stage(page), await shownStages(page)], [2, 2], 'a stage is hidden while its question stands');
  check(await page.isHidden('#answer') && await page.isHidden('#all'), 'and its answer');
  check((await page.textContent('#live')).includes('Which entries of J matter?'), 'the question is read out');
  await press(page, 'r');
  equal(await shownStages(page), 3, 'r reveals it');
  check((await page.textContent('#answer')).includes('one row'), 'with the answer');
  await page.context().close();
}

async function markup(browser, file) {
  const page = await open(browser, file);
  const pieces = [...source(file).matchAll(/<(svg|math)\b.*?<\/\1>/gs)].map((m) => m[0]);
  const wrong = await page.evaluate((list) => list.filter((x) =>
    new DOMParser().parseFromString(x, 'application/xml').querySelector('parsererror')), pieces);
  equal(wrong, [], 'SVG and MathML are well-formed');
  check(pieces.length > 40, `${pieces.length} drawings and formulas`);
  await page.context().close();
}

async function digits(browser, file) {
  const page = await open(browser, file, { hash: '#start=example' });
  await page.click('#digits');
  const own = softmax([2, 1, 0.1]);
  const shown = (await texts(page, '.ce .top .grad td:nth-child(2)')).map((t) => numbersIn(t)[0]);
  check(Math.abs(shown[0] - own[0]) < 1e-15, 'all digits');
  await page.context().close();
}

async function plain(browser, file) {
  const page = await open(browser, file, { javaScriptEnabled: false });
  for (const part of ['All but the true class', 'Which factor does squared error keep?', 'a hidden sigmoid at z = 4',
    '3274', 'NOT equal', '4/27']) {
    check((await page.textContent('body')).includes(part), `without JavaScript: ${part}`);
  }
  for (const what of ['.ce .stages li >> nth=6', '.bug .told >> nth=0', '#norms svg', '#not-claimed', '#all pre']) {
    check(await page.isVisible(what), `without JavaScript ${what} is there`);
  }
  check(await page.isHidden('.controls'), 'without JavaScript: no dead buttons');
  await page.context().close();
  const printed = await open(browser, file, { hash: '#stage=1' });
  await printed.emulateMedia({ media: 'print' });
  check(await printed.isVisible('.ce .stages li >> nth=6'), 'on paper all stages');
  check(await printed.isVisible('.bug p.told >> nth=1'), 'on paper the answers');
  check(await printed.isHidden('.controls'), 'on paper no buttons');
  await printed.context().close();
}

async function access(browser, file) {
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [1280, 360]) {
      const page = await open(browser, file, { hash: '#stage=3', colorScheme, viewport: { width, height: 740 } });
      equal(serious(await audit(page)), [], `axe, loss, ${colorScheme}, ${width} wide`);
      await page.context().close();
    }
  }
  for (const width of [360, 800]) {
    const page = await open(browser, file, { viewport: { width, height: 740 } });
    equal(await page.evaluate(() => document.documentElement.scrollWidth), width, `loss: no sideways scrolling at ${width}`);
    await page.context().close();
  }
  const page = await open(browser, file);
  const seen = new Set();
  let left = false;
  for (let i = 0; i < 90 && !left; ++i) {
    await press(page, 'Tab');
    const at = await page.evaluate(() => {
      const e = document.activeElement;
      const ringed = (x) => getComputedStyle(x).outlineStyle !== 'none';
      const ring = ringed(e) || (e.matches('input[type=radio]') && ringed(e.closest('label')));
      return { what: e.id || e.dataset.do || e.dataset.reveal || e.value || e.tagName, ring, body: e === document.body };
    });
    left = at.body;
    if (left) break;
    check(at.ring, `a focus ring on ${at.what}`);
    seen.add(at.what);
  }
  check(left, 'Tab leaves the page');
  for (const what of ['text-link', 'help', 'very-wrong', 'm', 'bug.a', 'bug.b', 'home', 'next', 'every', 'digits', 'asking']) {
    check(seen.has(what), `Tab reaches ${what}`);
  }
  await page.context().close();
}

export async function loss(browser) {
  const file = make('loss');
  check(source(make('loss-again')) === source(file), 'loss: the same command, the same bytes');
  const page = await open(browser, file, { hash: '#selftest' });
  equal(await page.evaluate(() => document.documentElement.dataset.selftest), 'pass:85', 'self-test of the loss page');
  await page.context().close();
  await cases(browser, file);
  await cases(browser, make('loss-yours', '--logits', '-1,0.5,2,0.25', '--label', '1'));
  await keys(browser, file);
  await said(browser, file);
  await guessing(browser, file);
  await digits(browser, file);
  await markup(browser, file);
  await plain(browser, file);
  await access(browser, file);
}
