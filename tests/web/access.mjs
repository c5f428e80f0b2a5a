// SPDX-License-Identifier: MIT
// Contrast, names, headings, focus, narrow screens.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { check, equal, make, open, press, step, to, traceOf } from './browser.mjs';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export async function audit(page) {
  await page.evaluate(axe);
  const result = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return result.violations;
}
export const serious = (list) => list.filter((v) => ['serious', 'critical'].includes(v.impact))
  .map((v) => `${v.id}: ${v.nodes.slice(0, 2).map((n) => n.html.slice(0, 120)).join(' | ')}`);

// Seen by other eyes: the signs that are not colour must be there.
async function otherEyes(browser) {
  const page = await open(browser, make('diamond'), { hash: '#step=10' });
  const seen = await page.evaluate(() => {
    const style = (selector, property) => getComputedStyle(document.querySelector(selector))[property];
    return {
      forward: style('.wire .f', 'strokeDasharray'), backward: style('.wire.back .b', 'strokeDasharray'),
      now: style('.box.now .ring', 'strokeWidth'), row: getComputedStyle(document.querySelector('tr.now th'), '::after').content,
    };
  });
  equal(seen, { forward: 'none', backward: '6px, 4px', now: '3px', row: '" <- this"' }, 'dashes, outline and words');
  await page.context().close();
}

const narrow = { width: 360, height: 740 };

// No step, and no step inside one, is wider than a phone; what scrolls inside the page can be reached by Tab.
async function phone(browser, name, file) {
  const page = await open(browser, file, { viewport: narrow });
  for (const digits of ['4 digits', 'all digits']) {
    if (digits === 'all digits') await page.click('#digits');
    const wrong = await page.evaluate((steps) => {
      const key = (k) => document.body.dispatchEvent(new KeyboardEvent('keydown', { key: k, bubbles: true }));
      const found = [];
      const look = (where) => {
        const width = document.documentElement.scrollWidth;
        if (width !== 360) found.push(`${where}: ${width} wide`);
        for (const e of document.querySelectorAll('main *')) {
          if (e.scrollWidth <= e.clientWidth || e.tabIndex >= 0 || !/auto|scroll/.test(getComputedStyle(e).overflowX)) continue;
          found.push(`${where}: ${e.id || e.className || e.tagName} scrolls, but not by keyboard`);
        }
      };
      const into = document.querySelector('[data-do=into]');
      key('Home');
      for (let k = 1; k <= steps; ++k) {
        look(`step ${k}`);
        for (let i = 1; !into.disabled; ++i) {
          key('ArrowDown');
          look(`step ${k}, inside ${i}`);
        }
        key('ArrowRight');
      }
      return found;
    }, traceOf(file).events.length);
    equal(wrong.slice(0, 5), [], `${name}: no sideways scrolling at 360, ${digits}`);
  }
  await page.context().close();
}

// What is not there at the first sight of a page: a red step, the steps inside a step, a question, a phone.
async function states(browser) {
  const inside = traceOf(make('softmax')).events.find((e) => e.kind === 'backward' && e.micro);
  const cases = [
    ['bug', 'the red step', async (page) => to(page, traceOf(make('bug')).events.length)],
    ['softmax', 'inside a step', async (page) => {
      await to(page, inside.k);
      await press(page, 'ArrowDown', 'ArrowDown');
      check(await page.isVisible('#inside'), 'the steps inside are there');
    }],
    ['diamond', 'a question', async (page) => {
      await to(page, 9);
      await page.check('#asking');
      check(await page.isVisible('#ask'), 'the question is there');
    }],
    ['conv', 'narrow', async () => {}, { viewport: narrow }],
  ];
  for (const [name, what, prepare, options] of cases) {
    for (const colorScheme of ['light', 'dark']) {
      const page = await open(browser, make(name), { colorScheme, ...options });
      await prepare(page);
      equal(serious(await audit(page)), [], `axe, ${name}, ${what}, ${colorScheme}`);
      await page.context().close();
    }
  }
}

// Tab reaches everything, shows where it is, and leaves the page again.
async function tabs(browser) {
  const page = await open(browser, make('diamond'));
  const seen = [];
  let left = false;
  for (let i = 0; i < 80 && !left; ++i) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const e = document.activeElement;
      const style = (of, property) => getComputedStyle(of)[property];
      const ring = e.matches('.box') ? style(e.querySelector('.ring'), 'stroke') : style(e, 'outlineStyle');
      return { what: e.id || e.dataset.do || e.className.baseVal || e.tagName, ring: ring !== 'none', body: e === document.body };
    });
    left = at.body;
    if (left) break;
    check(at.ring, `a focus ring on ${at.what}`);
    seen.push(at.what);
  }
  check(left, 'Tab leaves the page');
  for (const what of ['text-link', 'help', 'n0', 'n4', 'home', 'step', 'speed', 'digits', 'asking', 'slider']) {
    check(seen.includes(what), `Tab reaches ${what}`);
  }
  await page.context().close();
}

// The arrows scroll what has the focus and is too wide, and step elsewhere.
async function sideways(browser) {
  const file = make('lenet');
  const page = await open(browser, file, { viewport: narrow });
  await to(page, 35);
  await page.focus('#local');
  await press(page, 'ArrowRight', 'ArrowRight');
  await page.waitForTimeout(300);  // browsers scroll smoothly
  check((await page.evaluate(() => document.getElementById('local').scrollLeft)) > 0, 'Right scrolls a formula that is too wide');
  equal(await step(page), 35, 'and does not step');
  await page.focus('#graph-scroll');
  await press(page, 'ArrowRight');
  equal(await step(page), 36, 'on the graph it steps');
  await page.context().close();
}

export async function access(browser, all) {
  await otherEyes(browser);
  for (const name of all) {
    const file = make(name);
    for (const colorScheme of ['light', 'dark']) {
      const page = await open(browser, file, { hash: '#step=11', colorScheme });
      equal(serious(await audit(page)), [], `axe, ${name}, ${colorScheme}`);
      if (name === 'diamond') {
        await page.evaluate(() => document.querySelector('h1').remove());
        check((await audit(page)).some((v) => v.id === 'page-has-heading-one'), 'axe finds a missing heading');
      }
      await page.context().close();
    }
    await phone(browser, name, file);
  }
  await states(browser);
  await tabs(browser);
  await sideways(browser);
}
