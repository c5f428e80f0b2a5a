# SPDX-License-Identifier: MIT
"""Measured rows as text for a terminal and as Markdown for docs/performance.md and README.md."""
import re


def time_text(seconds):
    for unit, size in (("s", 1), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.0f} ns"


def verdict(value, demand, stretch):
    if demand is None:
        return ""
    return "stretch" if value <= stretch else "met" if value <= demand else "**missed**"


def cells(result):
    ratio = result["ratio"]
    share = result.get("share_of_peak")
    return [
        result["title"],
        time_text(result["ours"]["median"]),
        f"{time_text(result['peer']['median'])} ({result['peer']['setting']})",
        f"{ratio['median']:.3g} ({ratio['min']:.3g} to {ratio['max']:.3g})",
        f"{result['demand']:g} / {result['stretch']:g}",
        verdict(ratio["median"], result["demand"], result["stretch"]),
        "" if share is None else f"{result['gflops']:.0f} GFLOP/s, {100 * share:.0f} %",
        f"{result['ours']['mib']:.0f} / {result['peer']['mib']:.0f}",
    ]


HEADER = ["workload", "yhat", "PyTorch", "ratio (min to max)", "bar / stretch", "", "yhat: of FMA peak", "peak MiB, yhat / PyTorch"]


def aligned(lines):
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(line, widths)).rstrip() for line in lines)


def text(results):
    return aligned([HEADER] + [[c.replace("**", "") for c in cells(r)] for r in results])


def markdown_table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def peak_text(results, threads):
    values = sorted(r["peak"][str(threads)] for r in results)
    return f"{values[len(values) // 2]:.0f} ({values[0]:.0f} to {values[-1]:.0f})"


def markdown(report):
    results = report["rows"]
    dates = sorted({r["date"][:10] for r in results})
    machine = report["machine"]
    out = [
        f"Measured {' and '.join([dates[0], dates[-1]][:len(dates)])} on {machine['cpu']}, {machine['processors']} processors, "
        f"kernels for {machine['isa']}. PyTorch {machine['pytorch']} with BLAS from {machine['blas']} ({machine['blas_kernels']}). FMA peak while this was "
        f"measured, GFLOP/s: {peak_text(results, 1)} with 1 thread, {peak_text(results, 2)} with 2.",
        "",
        markdown_table(HEADER, [cells(r) for r in results]),
    ]
    memory = [r for r in results if r.get("memory")]
    if memory:
        out += ["", markdown_table(["peak memory", "MiB", "bar / stretch", ""], [
            [r["title"], f"{r['ours']['mib']:.0f}", f"{r['memory'][0]} / {r['memory'][1]}",
             verdict(r["ours"]["mib"], *r["memory"])] for r in memory])]
    counted = [r for r in results if r.get("after_first")]
    if counted:
        out += ["", markdown_table(["after the first step", "steps", "arrays asked of the system", "pages supplied by it"], [
            [r["title"], str(r["after_first"]["runs"]), str(r["after_first"]["arrays"]), str(r["after_first"]["pages"])]
            for r in counted])]
    start = report.get("start")
    if start:
        out += ["", f"From the start of a demo's process until its first training step is done: {start['ms']:.0f} ms "
                f"(bar {start['demand_ms']} ms). The demo `lenet`, stripped: {start['mb']:.2f} MB (bar {start['demand_mb']} MB)."]
    return "\n".join(out)


def short(report, names):
    """A few rows for the README: machine, times and ratio."""
    rows = [r for r in report["rows"] if r["name"] in names]
    machine = report["machine"]
    return "\n".join([
        f"`bench/run.py` on {machine['cpu']}, {machine['processors']} processors, kernels for {machine['isa']}; PyTorch {machine['pytorch']} at its best number",
        f"of threads. Median of {min(r['rounds'] for r in rows)} rounds in turn; a ratio below 1: yhat is faster.",
        "",
        markdown_table(HEADER[:4], [cells(r)[:4] for r in rows]),
    ])


def write_section(path, begin, end, body):
    """Replaces what stands between two comments of a page."""
    with open(path, encoding="utf-8") as file:
        page = file.read()
    pattern = re.compile(f"(<!-- {re.escape(begin)} -->).*?(<!-- {re.escape(end)} -->)", re.S)
    if not pattern.search(page):
        raise SystemExit(f"bench: {path} has no section between '{begin}' and '{end}'")
    with open(path, "w", encoding="utf-8") as file:
        file.write(pattern.sub(lambda found: f"{found[1]}\n\n{body}\n\n{found[2]}", page))
