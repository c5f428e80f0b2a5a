// SPDX-License-Identifier: MIT
// What the page tests share: a browser without network, a page that may make no request and no noise, checks that count.
import { chromium } from 'playwright-core';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const failures = [];
export let checks = 0;

export function check(holds, what) {
  ++checks;
  if (!holds) {
    failures.push(what);
    console.log('FAILED:', what);
  }
}
export function equal(actual, expected, what) {
  const [a, e] = [JSON.stringify(actual), JSON.stringify(expected)];
  check(a === e, `${what}: ${a} (expected ${e})`);
}

export const launch = () => chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--no-first-run'],
});

// Runs yhat_step and returns the page's path.
export function make(name, ...options) {
  mkdirSync('pages', { recursive: true });
  const file = path.resolve('pages', `${name}.html`);
  const [example] = name.split('-');
  execFileSync(process.env.YHAT_STEP, [example, ...options, '--html', file], { stdio: 'pipe' });
  return file;
}
// The examples with steps; the loss page has none.
export const listed = () => execFileSync(process.env.YHAT_STEP, ['--list'], { encoding: 'utf8' }).trim().split('\n')
  .map((line) => line.split(' ')[0]).filter((name) => name !== 'loss');
export const source = (file) => readFileSync(file, 'utf8');
export const traceOf = (file) => JSON.parse(/id="trace">(.*?)<\/script>/s.exec(source(file))[1]);

// Opens a page; any request but its own, any message and any error is a failure.
export async function open(browser, file, { hash = '', ...options } = {}) {
  const context = await browser.newContext({ offline: true, viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(180000);  // a busy machine is no failure
  const page = await context.newPage();
  const name = path.basename(file);
  page.on('request', (r) => check(r.url().startsWith('file:') && r.url().includes(name), `${name} asks for ${r.url()}`));
  page.on('console', (m) => check(false, `${name} says ${m.text()}`));
  page.on('pageerror', (e) => check(false, `${name}: ${e.message}`));
  await page.goto('file://' + file + hash);
  return page;
}

export const step = (page) => page.evaluate(() => Number(document.getElementById('step').value));
export const press = async (page, ...keys) => {
  for (const key of keys) await page.keyboard.press(key);
};
// Waits until the page shows step k. (waitForFunction needs eval, which the page's policy forbids.)
export async function until(page, k) {
  for (let i = 0; i < 1000 && (await step(page)) !== k; ++i) await page.waitForTimeout(5);
  equal(await step(page), k, `reaches step ${k}`);
}
export async function to(page, k) {
  await page.evaluate((n) => (location.hash = `#step=${n}`), k);
  await until(page, k);
}

// The numbers that a piece of text shows, with the typographic minus.
export const numbersIn = (text) =>
  (text.replaceAll('\u2212', '-').match(/-?(\d+\.?\d*(e-?\d+)?|Infinity|NaN)/g) || []).map(Number);
