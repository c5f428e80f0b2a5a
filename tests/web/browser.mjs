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
export const source = (file) => readFileSync(file, 'utf8');
export const traceOf = (file) => JSON.parse(/id="trace">(.*?)<\/script>/s.exec(source(file))[1]);

// Opens a page; any request but its own, any message and any error is a failure.
export async function open(browser, file, { hash = '', ...options } = {}) {
  const context = await browser.newContext({ offline: true, viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const name = path.basename(file);
  page.on('request', (r) => check(r.url().startsWith('file:') && r.url().includes(name), `${name} asks for ${r.url()}`));
  page.on('console', (m) => check(false, `${name} says ${m.text()}`));
  page.on('pageerror', (e) => check(false, `${name}: ${e.message}`));
  await page.goto('file://' + file + hash);
  return page;
}

// The numbers that a piece of text shows, with the typographic minus.
export const numbersIn = (text) =>
  (text.replaceAll('\u2212', '-').match(/-?(\d+\.?\d*(e-?\d+)?|Infinity|NaN)/g) || []).map(Number);
