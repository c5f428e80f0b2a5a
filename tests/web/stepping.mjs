// SPDX-License-Identifier: MIT
// Keys, buttons, addresses, numbers: what a page of steps must do.
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { check, equal, make, numbersIn, open, press, source, step, to, traceOf, until } from './browser.mjs';

const looks = (page) => page.evaluate(() => {
  const main = document.querySelector('main').cloneNode(true);
  main.querySelector('#live').remove();
  return main.innerHTML;
});
async function selftests(browser, files) {
  for (const [file, events] of files) {
    const page = await open(browser, file, { hash: '#selftest' });
    equal(await page.evaluate(() => document.documentElement.dataset.selftest), `pass:${events}`, `self-test of ${file}`);
    await page.context().close();
  }
}

async function keys(browser, diamond) {
  const page = await open(browser, diamond);
  equal(await step(page), 1, 'starts at step 1');
  await page.waitForTimeout(1500);
  equal(await step(page), 1, 'does not play by itself');
  await page.click('h1');
  const first = await looks(page);
  await press(page, ...Array(10).fill('ArrowRight'));
  equal(await step(page), 11, 'Right ten times');
  await press(page, 'ArrowRight');
  equal(await step(page), 11, 'Right at the end stays');
  await press(page, ...Array(10).fill('ArrowLeft'));
  check((await looks(page)) === first, 'Right x N, Left x N gives the same page');
  await press(page, 'End');
  equal(await step(page), 11, 'End');
  await press(page, 'Home');
  equal(await step(page), 1, 'Home');
  await press(page, 'n', 'n', 'p');
  equal(await step(page), 2, 'n n p');
  await press(page, 'g');
  await page.keyboard.type('9');
  await press(page, 'Enter');
  equal(await step(page), 9, 'g 9 Enter');
  check(page.url().endsWith('#step=9'), 'the address follows');
  await page.reload();
  equal(await step(page), 9, 'reload stays');
  await press(page, 'b');
  equal(await step(page), 7, 'b: first backward');
  await press(page, 'f');
  equal(await step(page), 2, 'f: first forward');
  for (const letter of 'npbd') {
    await press(page, 'g');
    await page.keyboard.type(letter);
    equal(await page.inputValue('#step'), letter, `${letter} is typed into the field`);
    await press(page, 'Escape');
    equal(await step(page), 2, `and steps nowhere: Esc shows the old step`);
  }
  equal(await page.getAttribute('#digits', 'aria-pressed'), 'false', 'nor does d change the digits');
  await press(page, 'Alt+ArrowLeft', 'Control+ArrowRight');
  equal(await step(page), 2, 'with Ctrl and Alt the keys are the browser\'s');
  await page.focus('#slider');
  await press(page, 'ArrowRight');
  equal(await step(page), 3, 'Right on the slider is one step');
  await page.focus('[data-do=next]');
  await press(page, 'Space');
  equal(await step(page), 4, 'Space on a button presses it');
  equal(await page.evaluate(() => document.getElementById('play').textContent), 'play', 'and does not play');
  await press(page, '?');
  check(await page.evaluate(() => document.getElementById('help').open), '? opens the help');
  await page.click('#letters');
  await press(page, 'Escape', 'n');
  equal(await step(page), 4, 'letter keys can be switched off');
  await press(page, 'ArrowRight');
  equal(await step(page), 5, 'the arrows stay');
  await page.context().close();
}

// On a screen that is too low for the page, wherever the focus is. No step of diamond has steps inside.
async function arrows(browser, diamond) {
  const page = await open(browser, diamond, { viewport: { width: 1280, height: 500 }, hash: '#step=5' });
  const scrolled = () => page.evaluate(() => scrollY);
  for (const focus of ['nothing', '#graph-scroll', '#n0', '#slider', '[data-do=next]']) {
    if (focus === 'nothing') await page.click('h1');
    else await page.focus(focus);
    await page.evaluate(() => scrollTo(0, 200));
    equal(await scrolled(), 200, 'the page can scroll');
    for (const key of ['ArrowDown', 'ArrowUp', 'ArrowUp', 'ArrowLeft', 'ArrowRight']) {
      await press(page, key);
      await page.waitForTimeout(120);  // browsers scroll smoothly
      equal(await scrolled(), 200, `${key} does not scroll the page, focus on ${focus}`);
    }
    equal(await step(page), 5, 'Left and Right step');
  }
  await page.context().close();
}

async function selection(browser, diamond) {
  const page = await open(browser, diamond);
  const trace = traceOf(diamond);
  const y = trace.tensors.find((t) => t.name === 'y').id;
  await page.click(`#n${y}`);
  const visited = [];
  for (let i = 0; i < 6; ++i) {
    await press(page, ']');
    visited.push(await step(page));
  }
  const mine = trace.events.filter((e) => e.tensor === y).map((e) => e.k);
  equal([...new Set(visited)], mine, '] visits the steps of the selected tensor');
  await page.context().close();
}

async function playing(browser, diamond) {
  const page = await open(browser, diamond, { reducedMotion: 'reduce' });
  await page.selectOption('#speed', '4');
  await page.click('h1');
  await press(page, 'g');
  await page.keyboard.type('9');
  await press(page, 'Enter');
  const said = await page.textContent('#live');
  await press(page, 'Space');
  await until(page, 11);
  equal(await page.textContent('#play'), 'play', 'playing stops at the end, also with reduced motion');
  equal(await page.textContent('#live'), said, 'nothing is announced while playing fast');
  await page.selectOption('#speed', '0.5');
  await page.click('h1');
  await press(page, 'Home', 'Space');
  equal(await page.textContent('#play'), 'pause', 'Space plays');
  await press(page, 'Space');
  equal(await page.textContent('#play'), 'play', 'and Space again pauses');
  await page.waitForTimeout(3000);
  equal(await step(page), 1, 'so that no step follows');
  await page.context().close();
}

// The gradient of y: dash, 5, 7; b's contribution before a's.
async function diamondNumbers(browser, diamond) {
  const page = await open(browser, diamond);
  const trace = traceOf(diamond);
  const id = (name) => trace.tensors.find((t) => t.name === name).id;
  const grad = (name) => page.textContent(`#n${id(name)} .g`);
  const y = [];
  for (const k of [8, 9, 10, 11]) {
    await to(page, k);
    y.push(await grad('y'));
  }
  equal(y, ['-', '5', '7', '7'], 'the gradient of y');
  equal(await grad('x'), '21', 'the gradient of x');
  await page.context().close();
}

// The numbers in a formula: the exact ones that it carries, and the text that it shows.
const inFormula = (page, id) => page.evaluate((i) => [...document.querySelectorAll(`#${i} mn[data-v]`)]
  .map((mn) => [mn.dataset.v, mn.textContent]), id);
const written = (t, most) => (Array.isArray(t) && t.length <= most ? t : []);
const plain4 = (v) => (Number.isFinite(v) ? Number(v.toPrecision(4)) : v);

// Which numbers of the JSON a backward step's rows are made of.
function expected(e) {
  const few = [e.contrib, e.upstream].every((t) => Array.isArray(t) && t.length <= 4);
  const slope = ['scalar', 'elementwise'].includes(e.local.kind) ? e.local.data : [];
  const before = e.local.kind === 'rule' ? [] : e.before || [];
  const upstreamOnly = e.local.kind === 'rule' && Array.isArray(e.upstream) && e.upstream.length <= 4;
  return {
    numbers: few || upstreamOnly ? [...before, ...e.upstream, ...slope] : [],
    result: [e.before, e.contrib, e.after].flatMap((t) => written(t, 6)),
  };
}

// upstream times local derivative, by this test.
function product(e) {
  if (e.local.kind !== 'jacobian') return e.upstream.map((g, i) => g * e.local.data[i]);
  return e.contrib.map((_, c) => e.upstream.reduce((sum, g, r) => sum + g * e.local.data[r * e.contrib.length + c], 0));
}

// Rule, substituted numbers and result against the JSON and against this test's own arithmetic.
async function cards(browser, file) {
  const page = await open(browser, file);
  const trace = traceOf(file);
  const single = trace.engine.dtype === 'f32';
  const firstSeed = trace.events.find((e) => e.kind === 'seed').k;
  for (const e of trace.events) {
    await to(page, e.k);
    const here = `${path.basename(file)}, step ${e.k}`;
    const rule = (await page.textContent('#rule')).replace(/\s/g, '');
    check(rule.includes(trace.tensors[e.tensor].name.replace(/\s/g, '')), `${here}: the rule names ${trace.tensors[e.tensor].name}: ${rule}`);
    if (e.k === firstSeed - 1) {
      const gradients = await page.locator('#graph .box:not(.nograd) .g').allTextContents();
      equal([...new Set(gradients)], ['-'], `${here}: no gradient before backward`);
    }
    if (e.kind === 'backward') {
      for (const [row, numbers] of Object.entries(expected(e))) {
        const shown = await inFormula(page, row);
        equal(shown.map(([exact]) => String(Number(exact))), numbers.map((v) => String(Number(v))), `${here}: the ${row} row has the JSON's numbers`);
        equal(shown.map(([, text]) => String(numbersIn(text)[0])), numbers.map((v) => String(plain4(Number(v)))), `${here}: to 4 digits`);
      }
      if (e.local.data && e.upstream.concat(e.contrib).every(Number.isFinite)) {
        const sums = product(e).map((p, i) => (e.before ? e.before[i] : 0) + p);
        check(sums.every((s, i) => Math.abs(s - e.after[i]) <= (single ? 1e-6 : 1e-12) * Math.max(1, Math.abs(s))), `${here}: after is ${sums}, by hand`);
      }
    }
    const text = await page.evaluate((k) => document.getElementById(`s${k}`).textContent, e.k);
    equal(text.trimEnd().split('\n'), e.text.map((l) => l.trimEnd()), `text of step ${e.k}`);
  }
  await page.context().close();
}

// The list that the C++ tests use.
async function digits(browser, diamond) {
  const page = await open(browser, diamond);
  // JSON keeps no -0 through a browser's arguments, so the text goes in.
  const text = readFileSync('numbers.json', 'utf8');
  const shown = await page.evaluate((t) => JSON.parse(t).map((row) => {
    const v = typeof row.value === 'string' ? Number(row.value) : row.value;
    return [yhatPage.show(v), yhatPage.showFull(v)];
  }), text);
  equal(shown, JSON.parse(text).map((row) => [row.four, row.full]), 'numbers as in C++');
  await page.context().close();
}

async function asking(browser, diamond) {
  const page = await open(browser, diamond, { hash: '#step=9' });
  await page.check('#asking');
  const y = traceOf(diamond).tensors.find((t) => t.name === 'y').id;
  equal(await page.textContent(`#n${y} .g`), '?', 'the answer is hidden in the graph');
  check((await page.textContent('#table tr.now')).includes('?'), 'and in the table');
  check(await page.isHidden('#all'), 'and in the text');
  await page.click('h1');
  await press(page, 'r');
  equal(await page.textContent(`#n${y} .g`), '5', 'r reveals it');
  check(await page.isVisible('#answer'), 'with the answer');
  await page.context().close();
}

async function plain(browser, diamond) {
  const page = await open(browser, diamond, { javaScriptEnabled: false });
  const text = await page.textContent('body');
  for (const part of ['diamond', '5 += 1 * 2', 'numeric 7 ok', 'Every path from y to c counts', '6 instead of 21']) {
    check(text.includes(part), `without JavaScript: ${part}`);
  }
  check(await page.isVisible('svg'), 'without JavaScript: the graph');
  check(await page.isVisible('.formulas math >> nth=0'), 'without JavaScript: the formulas');
  check(await page.isHidden('.controls'), 'without JavaScript: no dead buttons');
  await page.context().close();
}

// The live region says each step once, with its numbers.
async function announcements(browser, diamond) {
  const page = await open(browser, diamond);
  await page.evaluate(() => {
    globalThis.said = [];
    new MutationObserver(() => said.push(document.getElementById('live').textContent))
      .observe(document.getElementById('live'), { childList: true, characterData: true, subtree: true });
  });
  await page.click('h1');
  await press(page, 'End', 'ArrowLeft');
  equal(await page.evaluate(() => said), ['Step 11 of 11, backward, from y to x. 7 times 3 is 21, the first contribution.',
    'Step 10 of 11, backward, from a to y. 5 plus 1 times 2 is 7.'], 'one sentence for each step');
  await page.context().close();
}

export async function stepping(browser, all) {
  const diamond = make('diamond');
  const files = all.map((name) => make(name)).map((f) => [f, traceOf(f).events.length]);
  check(source(make('diamond-again')) === source(diamond), 'the same command, the same bytes');
  await selftests(browser, files);
  mkdirSync('elsewhere', { recursive: true });
  copyFileSync(diamond, 'elsewhere/copy.html');
  await selftests(browser, [[path.resolve('elsewhere/copy.html'), 11]]);
  await keys(browser, diamond);
  await arrows(browser, diamond);
  await selection(browser, diamond);
  await playing(browser, diamond);
  await announcements(browser, diamond);
  await diamondNumbers(browser, diamond);
  for (const [file] of files) await cards(browser, file);
  await digits(browser, diamond);
  await asking(browser, diamond);
  await plain(browser, diamond);
}
