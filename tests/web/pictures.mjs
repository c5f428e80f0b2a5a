// SPDX-License-Identifier: MIT
// The README's pictures of the loss page: docs/pictures/loss-light.png and loss-dark.png.
import path from 'node:path';
import { failures, launch, make, open } from './browser.mjs';

const browser = await launch();
for (const colorScheme of ['light', 'dark']) {
  const page = await open(browser, make('loss'), { hash: '#stage=3', colorScheme, viewport: { width: 960, height: 1200 } });
  const clip = await page.evaluate(() => {
    const top = document.querySelector('.block .now').getBoundingClientRect().top;
    const bottom = document.querySelector('.block .mse li.current').getBoundingClientRect().bottom;
    for (const e of document.querySelectorAll('.controls')) e.style.display = 'none';
    return { x: 0, y: top - 8, width: innerWidth, height: bottom - top + 20 };
  });
  await page.screenshot({ path: path.join(process.env.YHAT_DOCS, `pictures/loss-${colorScheme}.png`), clip });
  await page.context().close();
}
await browser.close();
process.exitCode = failures.length ? 1 : 0;
