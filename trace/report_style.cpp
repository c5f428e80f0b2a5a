// SPDX-License-Identifier: MIT
#include "report_style.h"

namespace yhat::detail {

const char* const report_style = R"css(:root {
  --page: #f5f4f0; --surface: #fdfdfc; --ink: #14130f; --soft: #56544d; --grid: #e6e4dd; --line: #b9b6ab;
  --s0: #2a78d6; --s1: #d9591c; --s2: #158a68; --s3: #7a4fc9; --heat: 42, 120, 214; --deep: #ffffff; --mark: #14130f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #121211; --surface: #1b1b19; --ink: #f3f2ed; --soft: #b5b2a7; --grid: #33322e; --line: #5d5a52;
    --s0: #5a9cec; --s1: #f0854a; --s2: #3fb58f; --s3: #a98be6; --heat: 70, 140, 230; --deep: #ffffff; --mark: #f3f2ed;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI",
  Roboto, "DejaVu Sans", sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 40px 24px 64px; }
h1 { font-size: 34px; line-height: 1.15; letter-spacing: -0.02em; margin: 0 0 8px; }
h2 { font-size: 20px; letter-spacing: -0.01em; margin: 0 0 4px; }
.lead { color: var(--soft); font-size: 18px; margin: 0 0 28px; max-width: 46em; }
section { background: var(--surface); border: 1px solid var(--grid); border-radius: 12px; padding: 22px 24px;
  margin: 20px 0 0; }
section > p { color: var(--soft); margin: 0 0 14px; max-width: 52em; }
dl, dd, figure, ul { margin: 0; padding: 0; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; }
.tiles > div { background: var(--surface); border: 1px solid var(--grid); border-radius: 12px; padding: 14px 16px; }
.tiles dt { color: var(--soft); font-size: 13px; }
.tiles dd { font-size: 28px; line-height: 1.25; font-weight: 650; letter-spacing: -0.02em; }
.tiles dd.note { font-size: 13px; font-weight: 400; letter-spacing: 0; color: var(--soft); }
.facts { display: grid; grid-template-columns: max-content 1fr; gap: 3px 20px; font-size: 14px; margin-top: 10px; }
.facts dt { color: var(--soft); }
.facts dd { overflow-wrap: anywhere; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr)); gap: 18px 28px;
  margin: 14px 0; }
figcaption { font-weight: 600; font-size: 15px; margin-bottom: 4px; }
.plot { width: 100%; height: auto; display: block; }
.plot text { fill: var(--soft); font-size: 12px; font-variant-numeric: tabular-nums; }
.plot .name { fill: var(--ink); }
.plot .grid { stroke: var(--grid); }
.plot .axis { stroke: var(--line); }
.plot path, .plot line[class^="s"] { fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; }
.plot .dashed { stroke-dasharray: 5 4; }
.plot .dot { fill: currentColor; stroke: var(--surface); stroke-width: 1; }
.plot .hit { fill: transparent; }
.plot .here { stroke: var(--soft); stroke-dasharray: 2 3; }
.plot .mark { fill: none; stroke: var(--ink); stroke-width: 2; }
.plot g:hover .dot { stroke: currentColor; stroke-width: 5; }
.s0 { color: var(--s0); } .s1 { color: var(--s1); } .s2 { color: var(--s2); } .s3 { color: var(--s3); }
.wide { overflow-x: auto; }
.beside { display: flex; flex-wrap: wrap; gap: 12px 56px; align-items: flex-end; }
.beside table:not(.confusion) caption { width: 24em; }
table { border-collapse: collapse; font-size: 14px; font-variant-numeric: tabular-nums; margin: 10px 0; }
caption { text-align: left; color: var(--soft); padding: 0 0 8px; }
th { font-weight: 600; }
th, td { padding: 4px 14px 4px 0; text-align: right; white-space: nowrap; }
thead th { color: var(--soft); font-weight: 500; border-bottom: 1px solid var(--line); }
tbody td { border-bottom: 1px solid var(--grid); }
td.text, th.text, tbody th { text-align: left; }
details { margin-top: 6px; }
summary { cursor: pointer; color: var(--soft); font-size: 14px; }
.confusion { border-collapse: separate; border-spacing: 2px; }
.confusion th { border: 0; color: var(--ink); font-weight: 500; padding: 0 10px 0 0; }
.confusion thead th { vertical-align: bottom; padding: 0 0 6px; }
.confusion thead span { writing-mode: vertical-rl; transform: rotate(180deg); }
.confusion tbody td { border: 0; min-width: 44px; height: 34px; padding: 0 4px; text-align: center; border-radius: 4px;
  background: rgba(var(--heat), var(--a, 0)); }
.confusion .diagonal { outline: 2px solid var(--mark); outline-offset: -2px; font-weight: 650; }
.confusion .c0 { color: var(--soft); background: var(--page); }
.c1 { --a: .10; } .c2 { --a: .20; } .c3 { --a: .30; } .c4 { --a: .40; } .c5 { --a: .50; }
.confusion .c6 { --a: .80; color: var(--deep); } .confusion .c7 { --a: .86; color: var(--deep); }
.confusion .c8 { --a: .93; color: var(--deep); } .confusion .c9 { --a: 1; color: var(--deep); }
.pictures { list-style: none; display: grid; grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); gap: 14px;
  margin-top: 10px; }
.pictures li { display: flex; gap: 14px; align-items: flex-start; }
.pictures img { image-rendering: pixelated; border-radius: 6px; border: 1px solid var(--grid); flex: none; }
.pictures li > div { flex: 1; min-width: 0; font-size: 14px; }
.pictures p { margin: 0; color: var(--soft); }
.bar { display: grid; grid-template-columns: 1fr 4.2em; align-items: center; font-size: 13px; line-height: 1.3;
  margin-top: 4px; position: relative; padding-bottom: 5px; }
.bar span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.bar i { position: absolute; left: 0; bottom: 0; height: 4px; min-width: 1px; border-radius: 2px;
  background: var(--line); }
.bar.right i { background: var(--s0); }
.bar.right span { font-weight: 600; }
.bar b { font-weight: 400; text-align: right; font-variant-numeric: tabular-nums; }
@media print {
  :root { --page: #fff; --surface: #fff; }
  body { font-size: 11pt; }
  main { max-width: none; padding: 0; }
  section, .tiles > div { border-color: #bbb; }
  figure, li, tr { break-inside: avoid; }
  .confusion td, .bar i, .plot { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
)css";

}  // namespace yhat::detail
