// SPDX-License-Identifier: MIT
// Each example's own lesson, as it stands on the page; wrong gradients; comparisons; paper.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { check, equal, make, numbersIn, open, press, step, to, traceOf } from './browser.mjs';

const names = (trace) => Object.fromEntries(trace.tensors.map((t) => [t.name, t.id]));
const backward = (trace, from, input, nth = 0) => trace.events.filter((e) => e.kind === 'backward' &&
  trace.tensors[e.from].name === from && trace.tensors[e.tensor].name === input)[nth];
const gridOf = (page, caption) => page.evaluate((c) => {
  const found = [...document.querySelectorAll('.card figure')].find((f) => !f.closest('[hidden]') && f.querySelector('figcaption').textContent.startsWith(c));
  return found ? [...found.querySelectorAll('td')].map((td) => td.textContent) : null;
}, caption);
const near = (a, b, relative) => a.length === b.length && a.every((v, i) => Math.abs(v - b[i]) <= relative * Math.abs(b[i]) + 1e-300);

// This test's own softmax, not the page's.
function softmax(z) {
  const e = z.map((v) => Math.exp(v - Math.max(...z)));
  const sum = e.reduce((a, b) => a + b, 0);
  return e.map((v) => v / sum);
}

async function collapse(browser) {
  for (const z of [[2, 1, 0.1], [8, 0, -2]]) {
    const file = make('softmax-own', '--logits', z.join(','), '--label', '2');
    const trace = traceOf(file);
    const page = await open(browser, file);
    const e = backward(trace, 'p', 'z');
    const expected = softmax(z).map((p, i) => p - (i === 2 ? 1 : 0));
    check(near(e.contrib, expected, 1e-12), `p - y at ${z}: ${e.contrib}`);
    await to(page, e.k);
    const shown = numbersIn((await gridOf(page, 'contribution')).join(' '));
    check(near(shown, expected, 6e-4), `the page shows p - y at ${z}: ${shown}`);
    // Down shows the stages, the second of which lights one row of J; Up comes back to the same step.
    await page.click('h1');
    const looks = await page.textContent('.rows');
    equal(e.micro.length, 7, 'seven stages');
    await press(page, 'ArrowDown', 'ArrowDown', 'ArrowDown');
    equal(await page.textContent('#inside-h'), 'Inside this step: 3 of 7', 'Down goes in');
    const lit = await page.evaluate(() => [...document.querySelectorAll('#inside-grids figure:nth-child(2) td')].map((td) => td.classList.contains('lit')));
    equal(lit, [false, false, false, false, false, false, true, true, true], 'one row of J is lit');
    await press(page, 'ArrowDown');
    check((await page.locator('#inside-formula .cancelled').count()) >= 2, 'p_k is struck through');
    await press(page, 'ArrowDown', 'ArrowDown');
    check((await page.textContent('#inside-say')).includes('add up to 1'), 'the condition is named');
    await press(page, 'ArrowDown', 'ArrowDown');
    equal(await page.textContent('#inside-h'), 'Inside this step: 7 of 7', 'the last stage stays');
    equal(numbersIn((await gridOf(page, 'p - y')).join(' ')), shown, 'the last stage is the contribution');
    await press(page, 'ArrowUp');
    equal([await step(page), await page.isHidden('#inside'), await page.textContent('.rows')], [e.k, true, looks], 'Up comes back');
    await page.context().close();
  }
}

async function windows(browser) {
  const file = make('conv');
  const trace = traceOf(file);
  const page = await open(browser, file);
  const e = backward(trace, 'y', 'x');
  await to(page, e.k);
  await page.click('h1');
  await press(page, ...Array(6).fill('ArrowDown'));
  equal(numbersIn((await gridOf(page, 'dL/dx so far')).join(' ')), e.after, 'six windows add up to the gradient of x');
  await press(page, 'ArrowDown');
  equal(numbersIn((await gridOf(page, 'dL/dx, all windows')).join(' ')), e.after, 'the turned kernel gives the same');
  equal(numbersIn((await gridOf(page, 'kernel, turned')).join(' ')), [9, 8, 7, 6, 5, 4, 3, 2, 1], 'turned by 180 degrees');
  await page.fill('#cell-row', '1');
  await page.fill('#cell-col', '2');
  equal(await page.textContent('#window-says'), 'looks at rows 1 to 3 and columns 2 to 4 of the input', 'the window of a cell');
  equal(await page.locator('#grids figure:has(figcaption:text-is("contribution")) td.lit').count(), 9, 'nine cells are marked');
  await page.context().close();
  const pool = make('pool');
  const largest = backward(traceOf(pool), 'y', 'x');
  equal(largest.after[12], 5, 'the winner of two windows');
  equal(largest.check.state, 'not smooth here', 'a tie is no smooth point');
}

async function notFinite(browser) {
  const file = make('gap120');
  const trace = traceOf(file);
  const page = await open(browser, file);
  const log = trace.events.find((e) => e.kind === 'forward' && trace.ops[e.op].name === 'log');
  await to(page, log.k);
  check((await page.textContent('#note')).includes('log: the first value that is not finite'), 'names the op');
  check((await page.textContent('#result')).includes('\u2212Infinity'), '-Infinity');
  const softmaxStep = backward(trace, 'p', 'z');
  await to(page, softmaxStep.k);
  equal(await gridOf(page, 'contribution'), ['NaN', 'NaN', 'NaN'], 'NaN is shown as NaN');
  check(await page.evaluate(() => document.getElementById('check').classList.contains('red')), 'and is red');
  const fused = trace.events.filter((e) => e.kind === 'backward').at(-1);
  await to(page, fused.k);
  equal(await gridOf(page, 'contribution'), ['1', '0', '\u22121'], 'the fused op gives p - y');
  await page.context().close();
}

// A dead relu: 0 with its reason, and no 0 before backward.
async function zeros(browser) {
  const file = make('neuron-dead', '--variant', 'relu');
  const trace = traceOf(file);
  const page = await open(browser, file);
  const e = backward(trace, 'a', 'z');
  await to(page, e.k - 1);
  equal(await page.textContent(`#n${names(trace).z} .g`), '-', 'a dash before');
  await to(page, e.k);
  equal(await page.textContent(`#n${names(trace).z} .g`), '0', 'then 0');
  check((await page.textContent('#note')).toLowerCase().includes('relu: input was negative'), 'with its reason');
  await page.context().close();
  const twice = make('zero_grad');
  const sum = traceOf(twice).events.filter((x) => x.kind === 'backward' && x.before !== null && x.part[1] === 1);
  check(near(sum[0].after, [-12.8], 1e-12), 'without zero_grad the gradients add up');
  const second = await open(browser, twice, { hash: `#step=${sum[0].k}` });
  check((await second.textContent('main')).includes('-8 + -4.8 = -12.8'), 'and the page says so');
  await second.context().close();
}

const folder = path.resolve('mutants');

async function mutants(browser) {
  mkdirSync(folder, { recursive: true });
  const list = execFileSync(process.env.YHAT_MUTANTS, [folder], { encoding: 'utf8' }).trim().split('\n').map((l) => l.split(' '));
  equal(list.length, 4, 'four wrong gradients');
  for (const [name, first] of list) {
    const k = Number(first);
    const page = await open(browser, path.join(folder, `${name}.html`));
    const states = [];
    for (let i = 1; i <= k; ++i) {
      await to(page, i);
      states.push(await page.evaluate(() => document.getElementById('check').classList.contains('red')));
    }
    equal(states.indexOf(true), k - 1, `${name}: the first red check is at step ${k}`);
    check((await page.textContent(`#s${k}`)).includes('RED'), `${name}: red in the text`);
    await page.context().close();

    const [right, wrong] = ['right', 'wrong'].map((w) => path.join(folder, `${name}-${w}.json`));
    const marked = path.join(folder, `${name}-diff.html`);
    const run = spawnSync(process.env.YHAT_STEP, ['--diff', right, wrong, '--html', marked], { encoding: 'utf8' });
    equal(run.status, 1, `${name}: --diff finds it`);
    check(run.stdout.startsWith(`first difference: step ${k} of `), `${name}: at step ${k}`);
    const diff = await open(browser, marked);
    equal(await step(diff), k, `${name}: the page of the difference opens there`);
    check((await diff.textContent('.differs')).includes('verdict'), `${name}: and says what differs`);
    check(await diff.evaluate(() => document.querySelector('.card').classList.contains('differing')), `${name}: the step is marked`);
    await diff.context().close();
  }
}

// A tensor whose name would end the page's script and ask for a picture.
async function hostileName(browser) {
  const file = path.join(folder, 'hostile-name.html');
  const trace = traceOf(file);
  const name = '</script><img src=x onerror=alert(1)>';
  equal(trace.tensors[0].name, name, 'the name as it was given');
  const page = await open(browser, file);
  for (const e of trace.events) {
    await to(page, e.k);
    if (e.tensor === 0) check((await page.textContent('#rule')).includes('alert(1)'), `step ${e.k}: the name is in the rule`);
    equal(await page.locator('img').count(), 0, `step ${e.k}: and is no picture`);
  }
  equal(await page.textContent('#table tbody th'), name, 'the name is text in the table');
  equal(await page.textContent('#n0 title'), name, 'and in the graph');
  await page.context().close();
}

// On paper, and without JavaScript: the final graph, formulas, the text of every step, questions and answers.
async function paper(browser, examples) {
  for (const name of examples) {
    const file = make(name);
    const trace = traceOf(file);
    const wanted = [trace.title, ...trace.lead, ...trace.tail, ...trace.events.flatMap((e) => [e.text[0], ...(e.ask ? [e.ask.q, e.ask.a] : [])])];
    const inside = trace.events.find((e) => e.micro);
    const finals = [];
    for (const javaScriptEnabled of [false, true]) {
      const page = await open(browser, file, { javaScriptEnabled });
      await page.emulateMedia({ media: 'print' });
      const text = await page.innerText('body');
      const flat = text.replace(/\s+/g, ' ');
      const missing = wanted.filter((w) => !flat.includes(w.replace(/\s+/g, ' ')));
      equal(missing, [], `${name}: on paper, JavaScript ${javaScriptEnabled ? 'on' : 'off'}`);
      check(await page.isVisible('svg#graph'), `${name}: the graph on paper`);
      check(await page.isHidden('.controls'), `${name}: no buttons on paper`);
      if (javaScriptEnabled) {
        await page.emulateMedia({ media: 'screen' });
        if (inside) await to(page, inside.k);
        if (inside) await press(page, 'ArrowDown');
        const screen = await page.innerHTML('main');
        await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
        finals.push(await inBoxes(page));
        await page.evaluate(() => dispatchEvent(new Event('afterprint')));
        check((await page.innerHTML('main')) === screen, `${name}: after printing the page is as before`);
        await page.pdf();
      } else {
        finals.push(await inBoxes(page));
      }
      await page.context().close();
    }
    equal(finals[1], finals[0], `${name}: the graph on paper is the final one`);
    if (name === 'diamond') equal(finals[0][2 * names(trace).y + 1], '7', 'the gradient of y on paper');
  }
}
// Value and gradient of each box, in the order of the tensors.
const inBoxes = async (page) => (await page.locator('#graph .val, #graph .g').allTextContents()).map((t) => t.replaceAll('\u2212', '-'));

async function insideQuestion(browser) {
  const file = make('softmax');
  const e = backward(traceOf(file), 'p', 'z');
  const page = await open(browser, file, { hash: `#step=${e.k}` });
  await page.check('#asking');
  await page.click('h1');
  await press(page, 'ArrowDown');
  check(await page.isHidden('#inside'), 'first the question of the step');
  await press(page, 'r', 'ArrowDown', 'ArrowDown', 'ArrowDown');
  equal(await page.textContent('#question'), 'Which entries of J matter?', 'a stage asks');
  equal(await page.textContent('#inside-say'), '?', 'and keeps its answer back');
  await press(page, 'r');
  check((await page.textContent('#inside-say')).includes('Only one row of J survives'), 'until r');
  await page.context().close();
}

export async function examples(browser, all) {
  await collapse(browser);
  await windows(browser);
  await notFinite(browser);
  await zeros(browser);
  await mutants(browser);
  await hostileName(browser);
  await insideQuestion(browser);
  await paper(browser, all);
}
