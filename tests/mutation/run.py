#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Mutation score of the gradient checks: plants changes in gradient code and counts how many the checks notice.

    tests/mutation/run.py [--build DIR] [--only FILE] [--jobs N] [--list]

Needs python3-clang-14, CMake, Ninja and a compiler. All mutants are in one build; each run of the tests turns one on.
Prints the score per file and every survivor; exits 1 if a survivor is not listed in equivalent.txt with its proof, or a
listed one was killed or no longer exists.
"""
import argparse
import concurrent.futures
import glob
import os
import re
import shutil
import subprocess
import sys
import time

from mutants import File

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
FOLDERS = ["core", "layers", "losses", "optim", "models", "data", "trace", "include"]
FLAGS = ["-std=c++20", "-DYHAT_HAVE_THREADS", "-I."] + [f"-I{folder}" for folder in FOLDERS]
# Headers that are compiled as part of another file.
UNITS = {"core/kernels/fast/": "core/kernels/isa_baseline.cpp"}


def source_files():
    patterns = ["core/ops/*.cpp", "core/tensor.cpp", "core/backward.cpp", "losses/*.cpp", "layers/*.cpp",
                "core/kernels/reference/*.cpp", "core/kernels/fast/*grad*.h"]
    return [os.path.relpath(path, ROOT) for pattern in patterns for path in sorted(glob.glob(os.path.join(ROOT, pattern)))]


def unit_of(path):
    return next((unit for prefix, unit in UNITS.items() if path.startswith(prefix)), path)


class Progress:
    """One line, rewritten, while a person watches; nothing in a pipe."""

    def show(self, text):
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{text[:78]:<78}")
            sys.stderr.flush()

    def end(self):
        self.show("")
        if sys.stderr.isatty():
            sys.stderr.write("\r")


def copy_tree(target):
    for name in ["CMakeLists.txt", "README.md", "cmake", "tests", "demos", "docs", *FOLDERS]:
        source, destination = os.path.join(ROOT, name), os.path.join(target, name)
        if os.path.isdir(source):
            shutil.copytree(source, destination, dirs_exist_ok=True)
        elif os.path.exists(source):
            shutil.copy(source, destination)


def write_switched(work, paths, progress):
    """Writes the switched sources into the copy; mutants that do not compile are dropped. Returns the mutants."""
    all_mutants, next_id = [], 1
    for path in paths:
        progress.show(f"switching {path}")
        file = File(ROOT, path, unit_of(path), FLAGS + [f"-I{ROOT}"] + [f"-I{os.path.join(ROOT, f)}" for f in FOLDERS])
        dropped = set()
        for _ in range(20):
            text, listed = file.render(next_id, dropped)
            with open(os.path.join(work, path), "w") as out:
                out.write(text)
            lines = {line: (place, mutant) for _, line, place, mutant in listed}
            result = subprocess.run(["g++", "-fsyntax-only", "-w", "-fmax-errors=0", *FLAGS, "-include",
                                     os.path.join(HERE, "mutant.h"), unit_of(path)], cwd=work, capture_output=True, text=True)
            if result.returncode == 0:
                break
            bad = {int(n) for n in re.findall(re.escape(path) + r":(\d+):\d+: (?:fatal )?error", result.stderr)}
            bad |= {int(n) for n in re.findall(re.escape(path) + r":(\d+):\d+:   required from", result.stderr)}
            found = [lines[n] for n in bad if n in lines]
            if not found:
                raise SystemExit(f"{path} does not compile once switched:\n{result.stderr[:3000]}")
            dropped |= {(path, place.start, place.end, mutant) for place, mutant in found}
        for number, _, place, mutant in listed:
            original = " ".join(file.text(place.start, place.end).split())
            all_mutants.append((number, path, file.line(place.start), original, " ".join(mutant.split())))
        next_id += len(listed)
    return all_mutants


def build(work, progress):
    shutil.copy(os.path.join(HERE, "mutant.cpp.in"), os.path.join(work, "core", "mutant.cpp"))
    header = os.path.join(HERE, "mutant.h")
    folder = os.path.join(work, "build")
    progress.show("building")
    configure = ["cmake", "-S", work, "-B", folder, "-G", "Ninja", "-DYHAT_BUILD_DEMOS=OFF", "-DYHAT_BUILD_LABS=OFF",
                 f"-DCMAKE_CXX_FLAGS=-include \"{header}\" -O1 -w", "-DYHAT_INSTALL=OFF"]
    for command in (configure, ["cmake", "--build", folder, "--target", "gradcheck_tests"]):
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode != 0:
            raise SystemExit(result.stdout[-3000:] + result.stderr[-3000:])
    return os.path.join(folder, "tests", "gradcheck_tests")


def killed_by(program, number, hint, limit):
    """What notices a mutant: the tests of the ops in its file first, then all of them. None if nothing does."""
    environment = dict(os.environ, YHAT_MUTANT=str(number), OMP_NUM_THREADS="1")
    for extra in ([[f"--test-case={hint}"]] if hint else []) + [[]]:
        try:
            result = subprocess.run([program, "--abort-after=1", "--no-intro", *extra], env=environment,
                                    capture_output=True, text=True, timeout=limit, errors="replace")
        except subprocess.TimeoutExpired:
            return "timeout"
        if result.returncode < 0:
            return f"signal {-result.returncode}"
        if result.returncode != 0:
            case = re.search(r"TEST CASE:\s+(.*)", result.stdout)
            return case.group(1) if case else "failure"
    return None


# The tests that most likely notice a mutant of a file, tried first.
GROUPS = {"arithmetic": "*element by element*,*two tensors*", "elementwise": "*element by element*", "reduce": "*reductions*",
          "shape_ops": "*shapes*", "broadcast": "*shapes*,*two tensors*", "index": "*index*", "matmul": "*products*",
          "conv": "*convolution*", "pool": "*pooling*", "lrn": "*normalisation*", "softmax": "*normalisation*",
          "dropout": "*normalisation*", "losses/": "*losses*"}


def hint_for(path):
    return next((tests for part, tests in GROUPS.items() if part in path), "*two tensors*")


def read_equivalents():
    """Lines `file | original | mutant | proof`."""
    known = {}
    path = os.path.join(HERE, "equivalent.txt")
    if os.path.exists(path):
        for line in open(path):
            if line.strip() and not line.startswith("#"):
                file, original, mutant, proof = [part.strip() for part in line.split(" | ", 3)]
                known[file, original, mutant] = proof
    return known


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "mutation"), help="where to work")
    parser.add_argument("--only", default="", help="mutate only files whose path contains this")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--list", action="store_true", help="print the mutants and stop")
    options = parser.parse_args()
    progress = Progress()
    work = os.path.join(options.build, "source")
    os.makedirs(work, exist_ok=True)
    copy_tree(work)
    mutants = write_switched(work, [p for p in source_files() if options.only in p], progress)
    if options.list:
        for mutant in mutants:
            print("{} {}:{}: {}  ->  {}".format(*mutant))
        return 0
    program = build(work, progress)
    started = time.time()
    if killed_by(program, 0, None, 600):
        raise SystemExit("the tests fail without any mutant")
    limit = 10 * (time.time() - started) + 10
    verdicts = {}
    started = time.time()
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        futures = {pool.submit(killed_by, program, m[0], hint_for(m[1]), limit): m for m in mutants}
        for done, future in enumerate(concurrent.futures.as_completed(futures), 1):
            verdicts[futures[future]] = future.result()
            progress.show(f"{done}/{len(mutants)} mutants, {sum(v is None for v in verdicts.values())} survive")
    progress.end()
    return report(mutants, verdicts, read_equivalents(), options.only, time.time() - started)


def report(mutants, verdicts, equivalents, only, seconds):
    failed = False
    used = set()
    totals = [0, 0, 0]
    print(f"{'file':<48} {'mutants':>8} {'killed':>7} {'equivalent':>11} {'survive':>8}")
    survivors = []
    for path in sorted({m[1] for m in mutants}):
        here = [m for m in mutants if m[1] == path]
        key = {m: (m[1], m[3], m[4]) for m in here}
        killed = [m for m in here if verdicts[m] is not None]
        same = [m for m in here if verdicts[m] is None and key[m] in equivalents]
        alive = [m for m in here if verdicts[m] is None and key[m] not in equivalents]
        used |= {key[m] for m in same}
        survivors += alive
        totals = [totals[0] + len(here), totals[1] + len(killed), totals[2] + len(same)]
        print(f"{path:<48} {len(here):>8} {len(killed):>7} {len(same):>11} {len(alive):>8}")
    count, killed, same = totals
    print(f"\nmutation score {100 * killed / max(1, count - same):.1f} %: {killed} of {count - same} non-equivalent mutants "
          f"killed, {same} equivalent, {seconds:.0f} s")
    for number, path, line, original, mutant in survivors:
        failed = True
        print(f"survivor {number}  {path}:{line}: {original}  ->  {mutant}")
    for file, original, mutant in sorted(set(equivalents) - used):
        if only in file:
            failed = True
            print(f"listed as equivalent, but killed or gone: {file} | {original} | {mutant}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
