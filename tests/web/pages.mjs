// SPDX-License-Identifier: MIT
import { checks, failures, launch, listed } from './browser.mjs';
import { stepping } from './stepping.mjs';
import { loss } from './loss.mjs';
import { access } from './access.mjs';
import { contrast } from './contrast.mjs';
import { examples } from './examples.mjs';

const browser = await launch();
try {
  const all = listed();
  await stepping(browser, all);
  await examples(browser, all);
  await access(browser, all);
  await contrast(browser);
  await loss(browser);
} finally {
  await browser.close();
}
console.log(`${checks - failures.length} passed, ${failures.length} failed`);
process.exitCode = failures.length ? 1 : 0;
