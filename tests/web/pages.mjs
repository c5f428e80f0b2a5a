// SPDX-License-Identifier: MIT
import { checks, failures, launch } from './browser.mjs';
import { stepping } from './stepping.mjs';
import { access } from './access.mjs';

const browser = await launch();
try {
  await stepping(browser);
  await access(browser);
} finally {
  await browser.close();
}
console.log(`${checks - failures.length} passed, ${failures.length} failed`);
process.exitCode = failures.length ? 1 : 0;
