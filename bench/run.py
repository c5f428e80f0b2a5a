#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Speed and memory beside PyTorch: bench/run.py [--quick] [--only REGEX]. See docs/performance.md.

Builds the workloads (build/bench), installs PyTorch if it is missing (bench/install_peer.sh), runs both sides in turn, each
in a process of its own, and prints the table. A run without --quick also writes bench/results.json and the results
in docs/performance.md and README.md; with --only, the rows that were not measured keep what they had.
"""
import argparse
import datetime
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time

from process import Worker
from rows import DEMO_MB, ROWS, START_MS
import table

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "bench"
WORKER = BUILD / "bench" / "bench_worker"
PYTHON = "/usr/bin/python3"  # Debian's, whose PyTorch this is
RESULTS = ROOT / "bench" / "results.json"
PAGE = ROOT / "docs" / "performance.md"
README = ROOT / "README.md"
README_ROWS = ("lenet_train", "alexnet_train_16", "sgemm_2048")
STAGES_PAGE = ROOT / "docs" / "fast_convolution.md"


def progress(text):
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def build():
    options = ["-DYHAT_BUILD_BENCH=ON", "-DYHAT_BUILD_TESTS=OFF", "-DYHAT_BUILD_LABS=OFF", "-DCMAKE_BUILD_TYPE=Release",
               "-DCMAKE_UNITY_BUILD=ON"]
    quiet = {"stdout": subprocess.DEVNULL}
    subprocess.run(["cmake", "-S", ROOT, "-B", BUILD, "-G", "Ninja", *options], check=True, **quiet)
    subprocess.run(["cmake", "--build", BUILD, "--target", "bench_worker", "bench_conv_stages", "lenet"], check=True, **quiet)


def have_peer():
    """PyTorch, and a BLAS that is not the reference one, which is many times slower and would flatter us."""
    with open(os.devnull, "w", encoding="ascii") as null:
        torch = subprocess.run([PYTHON, "-c", "import torch"], stderr=null, check=False).returncode == 0
        blas = subprocess.run(["ldconfig", "-p"], stdout=subprocess.PIPE, stderr=null, text=True, check=False).stdout
    return torch and "openblas" in blas


def ours(name, threads):
    return Worker(f"yhat t{threads}", [WORKER, name], threads)


def peer(name, threads, label="", **settings):
    return Worker(f"t{threads}{label}", [PYTHON, ROOT / "bench" / "peer.py", name], threads, **settings)


def peers(row, blas):
    """Starters of PyTorch in each setting that may be its best."""
    for threads in row.threads:
        yield lambda t=threads: peer(row.name, t, **blas)
        if threads > 1:
            yield lambda t=threads: peer(row.name, t, " passive", OMP_WAIT_POLICY="PASSIVE", **blas)


def best_blas():
    """OpenBLAS goes by the processor's name. If it does not know it, its AVX-512 kernels may be faster than its choice."""
    with open("/proc/cpuinfo", encoding="ascii") as file:
        if "avx512f" not in file.read():
            return {}
    candidates = [{}, {"OPENBLAS_CORETYPE": "SkylakeX"}]
    workers = [peer("sgemm_1024", 1, **c) for c in candidates]
    times = [[w.seconds(3) for w in workers] for _ in range(6)][1:]
    for worker in workers:
        worker.end()
    medians = [statistics.median(t[i] for t in times) for i in range(2)]
    return candidates[medians.index(min(medians))]


class Series:
    """What one process took, round by round."""

    def __init__(self, worker, share):
        self.worker = worker
        first = worker.seconds(1)
        self.runs = 1
        self.memory = worker.memory() if worker.label.startswith("yhat") else None
        if first < 1:  # warm up, and see how many runs make a round of `share` seconds
            first = min(first, worker.seconds(2) / 2, worker.seconds(2) / 2)
            self.runs += 4
        self.count = max(1, min(2000, round(share / first)))
        self.times = []

    def round(self):
        self.times.append(self.worker.seconds(self.count) / self.count)
        self.runs += self.count
        time.sleep(0.05)  # its idle threads stop spinning

    def median(self):
        return statistics.median(self.times)


def measure(row, rounds, share, peaks, blas):
    """At least rounds[0] rounds, and up to rounds[1] while the row has taken less than rounds[2] seconds."""
    workers = [Series(ours(row.name, max(row.threads)), share)] + [Series(start(), share) for start in peers(row, blas)]
    mine, rivals, racing = workers[0], workers[1:], list(workers)
    peak = {n: [] for n in peaks}
    least, most, patience = rounds
    start = time.monotonic()
    for i in range(most):
        if i >= least and time.monotonic() - start > patience:
            break
        progress(f"{row.title}: round {i + 1}")
        for n, worker in peaks.items():
            peak[n].append(float(worker.ready[0]) / worker.seconds(1))
        for series in racing if i % 2 == 0 else reversed(racing):
            series.round()
        best = min(r.median() for r in rivals if r in racing)
        racing = [s for s in racing if s is mine or s.median() < 1.2 * best]  # the others are not PyTorch's best
    best = min((r for r in rivals if r in racing), key=Series.median)
    ratios = [a / b for a, b in zip(mine.times, best.times)]
    result = {
        "name": row.name, "title": row.title, "demand": row.demand, "stretch": row.stretch,
        "date": datetime.datetime.now().isoformat(timespec="minutes"), "rounds": len(mine.times),
        "ours": numbers(mine.times, row.per) | {"mib": mine.worker.peak_mib(), "threads": max(row.threads)},
        "peer": numbers(best.times, row.per) | {"mib": best.worker.peak_mib(), "setting": best.worker.label},
        "ratio": numbers(ratios), "peak": {str(n): statistics.median(p) for n, p in peak.items()},
    }
    gflop = float(mine.worker.ready[0])
    if gflop:
        result["gflops"] = gflop / mine.median()
        result["share_of_peak"] = result["gflops"] / result["peak"][str(max(row.threads))]
    if row.memory:
        result["memory"] = row.memory
    if row.counted:
        arrays, pages = (b - a for a, b in zip(mine.memory, mine.worker.memory()))
        result["after_first"] = {"runs": mine.runs - 1, "arrays": arrays, "pages": pages}
    for series in workers:
        series.worker.end()
    return result


def numbers(times, per=1):
    return {"median": statistics.median(times) / per, "min": min(times) / per, "max": max(times) / per}


def measure_start():
    """A process like a demo's, from its start until its first training step is done; and a demo's size."""
    def once():
        start = time.perf_counter()
        worker = ours("first_step", os.cpu_count())
        worker.seconds(1)
        seconds = time.perf_counter() - start
        worker.end()
        return seconds
    stripped = BUILD / "lenet.stripped"
    subprocess.run(["strip", "-o", stripped, BUILD / "demos" / "lenet"], check=True)
    return {"ms": 1e3 * statistics.median(once() for _ in range(9)), "demand_ms": START_MS,
            "mb": stripped.stat().st_size / 1e6, "demand_mb": DEMO_MB}


def machine():
    with open("/proc/cpuinfo", encoding="ascii") as file:
        cpu = re.search(r"model name\s*:\s*(.*)", file.read())[1].strip()
    probe = ours("peak", 1)
    isa = probe.ready[1]
    probe.end()
    version = subprocess.run([PYTHON, "-c", "import torch; print(torch.__version__)"], check=True, capture_output=True, text=True)
    blas = pathlib.Path(next(pathlib.Path("/usr/lib").glob("*/libblas.so.3"))).resolve()
    return {"cpu": cpu, "processors": os.cpu_count(), "isa": isa, "pytorch": version.stdout.strip(),
            "blas": f"{blas.parent.name}/{blas.name}"}


def main():
    parser = argparse.ArgumentParser(description="Speed and memory beside PyTorch.")
    parser.add_argument("--quick", action="store_true", help="3 minutes: fewer rounds and rows; nothing is written")
    parser.add_argument("--only", metavar="REGEX", default="", help="the workloads whose names match")
    parser.add_argument("--json", metavar="FILE", help="also write the rows of this run to FILE")
    options = parser.parse_args()
    chosen = [r for r in ROWS if re.search(options.only, r.name) and (r.quick or not options.quick)]
    if not chosen:
        parser.error(f"--only {options.only}: no such workload ({', '.join(r.name for r in ROWS)})")
    build()
    if not have_peer():
        subprocess.run([ROOT / "bench" / "install_peer.sh"], check=True)
    blas = best_blas()
    report = {"machine": machine() | {"blas_kernels": blas.get("OPENBLAS_CORETYPE", "its own choice")}, "rows": []}
    peaks = {n: ours("peak", n) for n in (1, 2)}
    for row in chosen:
        report["rows"].append(measure(row, *((3, 3, 0), 0.1) if options.quick else ((5, 11, 15), 0.4), peaks, blas))
    for worker in peaks.values():
        worker.end()
    if not options.only:
        report["start"] = measure_start()
    progress("")
    print(table.text(report["rows"]))
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    if options.quick:
        return
    before = json.loads(RESULTS.read_text(encoding="utf-8")) if options.only and RESULTS.exists() else {"rows": []}
    known = {r["name"]: r for r in before["rows"]} | {r["name"]: r for r in report["rows"]}
    whole = before | report | {"rows": [known[r.name] for r in ROWS if r.name in known]}
    RESULTS.write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
    table.write_section(PAGE, "results: written by bench/run.py", "end of results", table.markdown(whole))
    table.write_section(README, "measured: written by bench/run.py", "end of measured", table.short(whole, README_ROWS))
    if not options.only:
        stages = subprocess.run([BUILD / "bench" / "bench_conv_stages"], check=True, capture_output=True, text=True).stdout
        table.write_section(STAGES_PAGE, "stages: written by bench/run.py", "end of stages", stages.strip())


if __name__ == "__main__":
    main()
