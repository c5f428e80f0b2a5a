// SPDX-License-Identifier: MIT
// Sizes and times of the pages, to be read, not asserted. Aims: 300 KB (LeNet 1 MB), usable within 500 ms, 95 of 100
// steps within 50 ms.
import { statSync } from 'node:fs';
import { launch, listed, make, open, traceOf } from './browser.mjs';

const stages = 7;  // of the loss page, which has no events
const browser = await launch();
console.log('example      steps   size KB   usable ms   step ms: median    p95    max');
for (const name of [...listed(), 'loss']) {
  const started = performance.now();
  const file = make(name);
  const made = performance.now() - started;
  const times = [];
  let usable = 0;
  for (let round = 0; round < 3; ++round) {
    const page = await open(browser, file);
    // From the start of navigation until the script has drawn its first step.
    usable = await page.evaluate(() => performance.getEntriesByName('yhat-ready')[0].startTime);
    times.push(...await page.evaluate(async (stages) => {
      const took = [];
      const frame = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
      const key = (k) => document.body.dispatchEvent(new KeyboardEvent('keydown', { key: k, bubbles: true }));
      const n = document.querySelectorAll('#ticks i').length || stages;
      for (let i = 1; i < n; ++i) {
        const from = performance.now();
        key('ArrowRight');
        document.body.getBoundingClientRect();  // style and layout, too
        took.push(performance.now() - from);
        if (i % 20 === 0) await frame();
      }
      return took;
    }, stages));
    await page.context().close();
  }
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(share * times.length))].toFixed(1);
  console.log(`${name.padEnd(12)} ${String(traceOf(file).events.length || stages).padStart(5)}   ${(statSync(file).size / 1000).toFixed(1).padStart(7)}   ` +
    `${usable.toFixed(0).padStart(9)}   ${at(0.5).padStart(15)} ${at(0.95).padStart(6)} ${at(1).padStart(6)}   (made in ${made.toFixed(0)} ms)`);
}
await browser.close();
