#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Draws the losses of runs of imagenet_train --overfit: overfit.py NAME=metrics.csv ... > overfit.svg"""
import csv
import math
import sys

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 320, 56, 90, 16, 44
STYLE = """<style>
text { font: 13px sans-serif; fill: #555 } .axis { stroke: #888 } .grid { stroke: #8884; stroke-dasharray: 3 3 }
.c0 { stroke: #1f6fb2 } .c1 { stroke: #c05a00 } polyline { fill: none; stroke-width: 2 } .n0 { fill: #1f6fb2 } .n1 { fill: #c05a00 }
@media (prefers-color-scheme: dark) { text { fill: #bbb } .c0 { stroke: #6db3f2 } .c1 { stroke: #f0a050 } .n0 { fill: #6db3f2 } .n1 { fill: #f0a050 } }
</style>"""


def main(arguments):
    curves = []
    for argument in arguments:
        name, path = argument.split("=", 1)
        with open(path, newline="") as file:
            curves.append((name, [(int(r["step"]), float(r["loss"])) for r in csv.DictReader(file) if r["split"] == "train"]))
    steps = max(p[-1][0] for _, p in curves)
    highest = math.ceil(max(loss for _, p in curves for _, loss in p))
    x = lambda step: LEFT + (step - 1) / (steps - 1) * (WIDTH - LEFT - RIGHT)
    y = lambda loss: TOP + (1 - loss / highest) * (HEIGHT - TOP - BOTTOM)
    words = "; ".join(f"{name} from {p[0][1]:.2f} to {p[-1][1]:.3f} in {p[-1][0]} steps" for name, p in curves)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">', f"<title>Training loss: {words}</title>", STYLE]
    for tick in range(0, highest + 1, 2 if highest > 5 else 1):
        out.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>'
                   f'<text x="{LEFT - 8}" y="{y(tick) + 4:.1f}" text-anchor="end">{tick}</text>')
    for tick in [1] + list(range(20, steps + 1, 20)):
        out.append(f'<text x="{x(tick):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{tick}</text>')
    start = math.log(1000)
    out.append(f'<line class="axis" stroke-dasharray="6 3" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(start):.1f}" y2="{y(start):.1f}"/>'
               f'<text x="{WIDTH - RIGHT + 6}" y="{y(start) + 4:.1f}">ln 1000</text>')
    out.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 6}" text-anchor="middle">step</text>'
               f'<text transform="translate(14 {(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">cross-entropy</text>')
    for i, (name, points) in enumerate(curves):
        out.append(f'<polyline class="c{i}" points="' + " ".join(f"{x(s):.1f},{y(v):.1f}" for s, v in points) + '"/>')
        out.append(f'<text class="n{i}" x="{x(points[-1][0]) + 6:.1f}" y="{y(points[-1][1]) + (4 - 14 * i):.1f}">{name}</text>')
    print("\n".join(out + ["</svg>"]))


if __name__ == "__main__":
    main(sys.argv[1:])
