// SPDX-License-Identifier: MIT
// Contrast of what axe does not measure: lines, rings, ticks, text over a hatched cell. From the colours of the page itself.
import { check, make, open, to, traceOf } from './browser.mjs';

const luminance = (rgb) => rgb.map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
  .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
function ratio(a, b) {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}
const over = (top, below, alpha) => top.map((v, i) => alpha * v + (1 - alpha) * below[i]);
const rgb = (css) => css.match(/[\d.]+/g).map(Number);  // three, or four with alpha

const lines = ['value-line', 'grad-line', 'res-line', 'now', 'bad', 'soft'];
const texts = ['ink', 'soft', 'value', 'grad', 'res', 'bad'];
const tints = ['value-tint', 'grad-tint', 'res-tint', 'bad-tint', 'shade'];

// Every colour variable as the browser computes it.
const colours = (page) => page.evaluate((names) => {
  const probe = document.body.appendChild(document.createElement('i'));
  const all = names.map((name) => {
    probe.style.color = `var(--${name})`;
    return [name, getComputedStyle(probe).color];
  });
  probe.remove();
  return all;
}, ['panel', 'bg', ...lines, ...texts, ...tints]).then((all) => Object.fromEntries(all.map(([name, css]) => [name, rgb(css)])));

export async function contrast(browser) {
  for (const colorScheme of ['light', 'dark']) {
    const atLeast = (least, a, b, what) => check(ratio(a, b) >= least, `${what}, ${colorScheme}: ${ratio(a, b).toFixed(2)} (at least ${least})`);
    const file = make('bug');
    const page = await open(browser, file, { colorScheme });
    const c = await colours(page);
    for (const ground of ['panel', 'bg']) {
      for (const line of lines) atLeast(3, c[line], c[ground], `${line} on ${ground}`);
    }
    for (const ground of ['panel', 'bg', ...tints]) {
      for (const text of texts) atLeast(4.5, c[text], c[ground], `${text} on ${ground}`);
    }
    const opacity = (kind) => page.evaluate((k) => Number(getComputedStyle(document.querySelector(`#ticks i.${k}:not(.here)`)).opacity), kind);
    atLeast(3, over(c['value-line'], c.panel, await opacity('forward')), c.panel, 'tick of a forward step');
    atLeast(3, over(c['grad-line'], c.panel, await opacity('backward')), c.panel, 'tick of a backward step');
    // The strongest tint and its hatching, in a figure that is marked as wrong: bug's last step.
    await to(page, traceOf(file).events.length);
    const [tint, hatch, ink] = (await page.evaluate(() => {
      const cells = [...document.querySelectorAll('figure.red td.neg')].map((td) => getComputedStyle(td));
      return cells.map((s) => [s.backgroundColor, /rgba?\([^)]*\) 4px/.exec(s.backgroundImage)[0], s.color])[0];
    })).map(rgb);
    const strongest = 0.3;  // tinted() in common.js
    const cell = over(tint.slice(0, 3), c['bad-tint'], strongest);
    atLeast(4.5, ink, over(hatch.slice(0, 3), cell, hatch[3]), 'text over hatching');
    check(tint[3] <= strongest, `no tint is stronger than ${strongest}: ${tint[3]}`);
    await page.context().close();
  }
}
