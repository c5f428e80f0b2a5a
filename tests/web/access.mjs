// SPDX-License-Identifier: MIT
// Contrast, names, headings, focus, narrow screens.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { check, equal, make, open } from './browser.mjs';

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
    const narrow = await open(browser, file, { viewport: { width: 360, height: 740 } });
    equal(await narrow.evaluate(() => document.documentElement.scrollWidth), 360, `${name}: no sideways scrolling at 360`);
    await narrow.context().close();
  }
  const page = await open(browser, make('diamond'));
  const seen = [];
  for (let i = 0; i < 60; ++i) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const e = document.activeElement;
      const ring = getComputedStyle(e).outlineStyle !== 'none' || e.matches('.box');
      return { what: e.id || e.dataset.do || e.className.baseVal || e.tagName, ring, body: e === document.body };
    });
    if (at.body) break;
    check(at.ring, `a focus ring on ${at.what}`);
    seen.push(at.what);
  }
  for (const what of ['text-link', 'help', 'n0', 'n4', 'home', 'step', 'speed', 'digits', 'asking', 'slider']) {
    check(seen.includes(what), `Tab reaches ${what}`);
  }
  await page.context().close();
}
