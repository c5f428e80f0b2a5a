// SPDX-License-Identifier: MIT
// Screenshots for people: each example at a telling step, light and dark, narrow, for other eyes, on paper.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { launch, listed, make, open, traceOf } from './browser.mjs';

mkdirSync('shots', { recursive: true });
const browser = await launch();
const shoot = async (file, name, { inside = 0, vision, full = false, ...options } = {}) => {
  const page = await open(browser, file, options);
  if (vision) await (await page.context().newCDPSession(page)).send('Emulation.setEmulatedVisionDeficiency', { type: vision });
  for (let i = 0; i < inside; ++i) await page.keyboard.press('ArrowDown');
  if (full) await page.addStyleTag({ content: '.controls { position: static !important; }' });  // not over what it covers
  await page.screenshot({ path: `shots/${name}.png`, fullPage: full });
  await page.context().close();
};
const only = process.env.YHAT_SHOTS ? process.env.YHAT_SHOTS.split(',') : listed();
for (const name of only) {
  const file = make(name);
  const events = traceOf(file).events;
  const telling = events.find((e) => e.kind === 'backward' && e.micro) || events.find((e) => e.kind === 'backward' && e.part[0] === 2) ||
    events.filter((e) => e.kind === 'backward').at(-1);
  const hash = `#step=${telling.k}`;
  await shoot(file, name, { hash, full: true });
  await shoot(file, `${name}-dark`, { hash, colorScheme: 'dark' });
  await shoot(file, `${name}-360`, { hash, viewport: { width: 360, height: 740 }, full: true });
  if (telling.micro) await shoot(file, `${name}-inside`, { hash, inside: Math.min(4, telling.micro.length), full: true });
}
const loss = make('loss');
await shoot(loss, 'loss', { full: true });
await shoot(loss, 'loss-dark', { colorScheme: 'dark', full: true });
await shoot(loss, 'loss-360', { viewport: { width: 360, height: 740 }, full: true });
await shoot(loss, 'loss-stage', { hash: '#stage=3', full: true });
const diamond = make('diamond');
for (const vision of ['deuteranopia', 'protanopia', 'achromatopsia']) await shoot(diamond, `diamond-${vision}`, { hash: '#step=10', vision });
const page = await open(browser, diamond, { hash: '#step=10' });
await page.pdf({ path: 'shots/diamond.pdf' });
await browser.close();
console.log(path.resolve('shots'));
