#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Mutation score of the gradient checks: plants changes in gradient code and counts how many the checks notice.

    tests/mutation/run.py [--build DIR] [--only FILE] [--again] [--jobs N] [--list]

Needs python3-clang-14, CMake, Ninja and g++. All mutants are in one build; each run of the tests turns one on. Prints
the score per op and file, the faults planted by hand (planted.txt) and every survivor; exits 1 if a survivor is not
listed in equivalent.txt with its proof, if a listed one was killed or no longer exists, or if a planted fault was not
found.
"""
import argparse
import concurrent.futures
import glob
import hashlib
import json
import os
import pickle
import random
import resource
import signal
import subprocess
import sys
import time
from collections import defaultdict

from compiler import FOLDERS, HERE, ROOT, Compiler, build_ordinary, copy_tree
from mutants import GRADIENT_FUNCTIONS, File
from report import read_equivalents, read_list, report
from switched import one_line, switch, write_if_changed

SOURCES = ["core/ops/*.cpp", "core/tensor.cpp", "core/backward.cpp", "losses/*.cpp", "core/kernels/reference/*.cpp"]
ISA = "baseline"  # the fast kernels are switched in this instruction set
UNIT_OF_HEADERS = f"core/kernels/isa_{ISA}.cpp"
# Only checks of gradients count: differences, integer identities, and exact gradients where differences cannot look.
TESTS = ["gradcheck of all ops*", "gradcheck of kernels*", "integer identity*", "*edges*", "max pooling of distinct*",
         "places that no window touches*"]
MEMORY = 4 << 30  # bytes that a run of the tests may take


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


def unit_of(path):
    """The source that is compiled: the file itself, or one that includes it."""
    return UNIT_OF_HEADERS if path.endswith(".h") else path


def read_file(path, arguments, work):
    """The places of a file; kept in the work folder, as it takes seconds to find them."""
    with open(os.path.join(ROOT, path), "rb") as source, open(os.path.join(HERE, "mutants.py"), "rb") as rules:
        key = hashlib.sha256(source.read() + rules.read()).hexdigest()
    kept = os.path.join(work, "places", key)
    if os.path.exists(kept):
        with open(kept, "rb") as file:
            return pickle.load(file)
    found = File(ROOT, path, unit_of(path), arguments)
    os.makedirs(os.path.dirname(kept), exist_ok=True)
    with open(kept, "wb") as file:
        pickle.dump(found, file)
    return found


def find_mutants(work, only, planted, progress):
    """The files with something to change, those of whose path contains `only`."""
    paths = {os.path.relpath(p, ROOT) for s in SOURCES for p in glob.glob(os.path.join(ROOT, s))}
    unknown = [p for p in [*GRADIENT_FUNCTIONS, *planted] if not os.path.exists(os.path.join(ROOT, p))]
    if unknown:
        raise SystemExit(f"no such file: {', '.join(unknown)}")
    arguments = ["-std=c++20", "-DYHAT_HAVE_THREADS", f"-I{ROOT}"]
    arguments += [f"-I{os.path.join(ROOT, folder)}" for folder in FOLDERS]
    files = []
    for path in sorted(p for p in paths | set(GRADIENT_FUNCTIONS) if only in p):
        progress.show(f"reading {path}")
        file = read_file(path, arguments, work)
        for name, original, text in planted.get(path, []):
            file.plant(original, text, name)
        if file.places:
            files.append(file)
    return files


def build(work, files, planted, jobs, progress):
    """Builds the tests with all changes in them, switched off. Returns the mutants and the program."""
    build_ordinary()
    copy_tree(work, {file.path for file in files})
    with open(os.path.join(HERE, "mutant.h")) as header:
        write_if_changed(os.path.join(work, "mutant.h"), header.read())
    names = {path: {(one_line(original), one_line(text)): name for name, original, text in faults}
             for path, faults in planted.items()}
    units, next_id = defaultdict(list), 1
    for file in files:
        units[unit_of(file.path)].append((file, next_id))
        next_id += sum(len(place.mutants) for place in file.places.values())
    with open(os.path.join(HERE, "reached.cpp.in")) as template:
        write_if_changed(os.path.join(work, "reached.cpp"), template.read().replace("@COUNT@", str(next_id)))

    compiler = Compiler(work, {file.path for file in files})

    def switch_unit(unit):
        members, first_ids = zip(*units[unit])
        sources = [unit, *(file.path for file in members)]
        return switch(members, first_ids, work, lambda: compiler.compile(unit, sources), names)

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        futures = [pool.submit(switch_unit, unit) for unit in units]
        listener = pool.submit(compiler.compile, "reached.cpp", ["reached.cpp"], "tests/main.cpp")
        for done, future in enumerate(concurrent.futures.as_completed(futures), 1):
            future.result()
            progress.show(f"{done}/{len(units)} sources switched and compiled")
    if listener.result():
        raise SystemExit(listener.result())
    program = os.path.join(work, "gradcheck_tests")
    compiler.link([*units, "reached.cpp"], program)
    return [mutant for future in futures for mutant in future.result()], program


def hangs(process):
    """Waits for the end. A process that sleeps for ten seconds waits for itself: these tests have one thread."""
    asleep = 0
    while process.poll() is None and asleep < 10:
        try:
            process.wait(1)
        except subprocess.TimeoutExpired:
            with open(f"/proc/{process.pid}/stat") as file:
                asleep = asleep + 1 if file.read().rsplit(")", 1)[1].split()[0] == "S" else 0
    return process.poll() is None


def run_tests(program, names, number, seconds=3600, note=None):
    """What fails with this mutant on: "failure", "signal N", "timeout" (of processor time), "hang", or None."""
    environment = dict(os.environ, YHAT_MUTANT=str(number), OMP_NUM_THREADS="1", YHAT_ISA=ISA)
    if note:
        environment["YHAT_REACHED"] = note

    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))

    # A comma in a name would separate two names.
    command = [program, "--abort-after=1", "--no-intro", "--test-case=" + ",".join(n.replace(",", "?") for n in names)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          preexec_fn=limit) as process:
        if hangs(process):
            process.kill()
            return "hang"
    if process.returncode == -signal.SIGXCPU:
        return "timeout"
    if process.returncode < 0:
        return f"signal {-process.returncode}"
    return "failure" if process.returncode else None


def tests_that_reach(program, work):
    """(seconds, name) of the test cases that reach each mutant, the fastest first."""
    note = os.path.join(work, "reached.txt")
    if run_tests(program, TESTS, 0, note=note):
        raise SystemExit("the tests fail without any mutant")
    reach = defaultdict(list)
    with open(note) as file:
        for line in file:
            name, seconds, numbers = line.rstrip("\n").split("\t")
            for number in numbers.split():
                reach[int(number)].append((float(seconds), name))
    return {number: sorted(tests) for number, tests in reach.items()}


def killed_by(program, mutant, tests):
    """The first test case that notices a mutant, None if none does."""
    for seconds, name in tests:
        verdict = run_tests(program, [name], mutant.number, seconds=int(10 * seconds) + 2)
        if verdict:
            return name if verdict == "failure" else f"{name} ({verdict})"
    return None


class Verdicts:
    """What killed each mutant, None if nothing did: kept in a file as it comes in, so that a run can be continued."""

    def __init__(self, folder, mutants, again):
        path = os.path.join(folder, "verdicts.jsonl")
        self.of = {}
        if again and os.path.exists(path):
            with open(path) as file:
                known = {tuple(key): verdict for *key, verdict in map(json.loads, file)}
            self.of = {m: known[m.key] for m in mutants if known.get(m.key)}
        self.file = open(path, "a" if again else "w")

    def add(self, mutant, verdict):
        self.of[mutant] = verdict
        self.file.write(json.dumps([*mutant.key, verdict]) + "\n")
        self.file.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "mutation"), help="where to work")
    parser.add_argument("--only", default="", help="mutate only files whose path contains this")
    parser.add_argument("--again", action="store_true", help="continue: only what is not yet known to be noticed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--list", action="store_true", help="print the mutants and stop")
    options = parser.parse_args()
    equivalents = read_equivalents(os.path.join(HERE, "equivalent.txt"))
    planted = defaultdict(list)
    for name, path, original, text in read_list(os.path.join(HERE, "planted.txt"), 4):
        planted[path].append((name, original, text))
    progress = Progress()
    work = os.path.join(options.build, "source")
    os.makedirs(work, exist_ok=True)
    started = time.time()
    files = find_mutants(work, options.only, planted, progress)
    mutants, program = build(work, files, planted, options.jobs, progress)
    progress.end()
    if options.list:
        for mutant in mutants:
            print(f"{mutant.number} {mutant}")
        return 0
    built = time.time()
    reach = tests_that_reach(program, work)
    verdicts = Verdicts(options.build, mutants, options.again)
    waiting = [m for m in mutants if m not in verdicts.of]
    random.Random(1).shuffle(waiting)  # so that what is known half-way is a fair sample
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        futures = {pool.submit(killed_by, program, m, reach.get(m.number, [])): m for m in waiting}
        for future in concurrent.futures.as_completed(futures):
            verdicts.add(futures[future], future.result())
            survive = sum(not v for v in verdicts.of.values())
            progress.show(f"{len(verdicts.of)}/{len(mutants)} mutants, {survive} survive")
    progress.end()
    good = report(mutants, verdicts.of, equivalents, options.only)
    unreached = sum(m.number not in reach for m in mutants)
    print(f"{unreached} reached by no test; {built - started:.0f} s to build, {time.time() - built:.0f} s to run")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
