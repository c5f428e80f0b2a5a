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
import resource
import shutil
import subprocess
import sys
import time
from collections import defaultdict

from mutants import GRADIENT_FUNCTIONS, File
from report import read_equivalents, read_list, report
from switched import one_line, write, write_if_changed

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
FOLDERS = ["core", "layers", "losses", "optim", "models", "data", "trace", "include"]
FLAGS = ["-std=c++20", "-DYHAT_HAVE_THREADS", "-I."] + [f"-I{folder}" for folder in FOLDERS]
SOURCES = ["core/ops/*.cpp", "core/tensor.cpp", "core/backward.cpp", "losses/*.cpp",
           "core/kernels/reference/*.cpp"]
UNUSED = ["core/files", "data", "layers", "models", "optim", "trace"]  # sources that the tests of gradients do not need
UNIT_OF_HEADERS = "core/kernels/isa_baseline.cpp"
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


def copy_tree(target, switched):
    """A copy to be changed. Files that did not change keep their time, so that they are not built again."""
    def copy(source, destination):
        name = os.path.relpath(source, ROOT)
        if name in switched or name.endswith(".cpp") and name.startswith(tuple(f"{folder}/" for folder in UNUSED)):
            return
        if not os.path.exists(destination) or open(source, "rb").read() != open(destination, "rb").read():
            shutil.copyfile(source, destination)

    for name in ["CMakeLists.txt", "README.md", "cmake", "tests", *FOLDERS]:
        source, destination = os.path.join(ROOT, name), os.path.join(target, name)
        if os.path.isdir(source):
            shutil.copytree(source, destination, dirs_exist_ok=True, copy_function=copy)
        else:
            copy(source, destination)


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
    arguments = FLAGS + [f"-I{ROOT}"] + [f"-I{os.path.join(ROOT, folder)}" for folder in FOLDERS]
    files = []
    for path in sorted(p for p in paths | set(GRADIENT_FUNCTIONS) if only in p):
        progress.show(f"reading {path}")
        file = read_file(path, arguments, work)
        for name, original, text in planted.get(path, []):
            file.plant(original, text, name)
        if file.places:
            files.append(file)
    return files


def switch(work, files, planted, jobs, progress):
    """Writes a copy of all sources, those of `files` switched. Returns the mutants."""
    copy_tree(work, {file.path for file in files})
    with open(os.path.join(HERE, "mutant.h")) as header:
        write_if_changed(os.path.join(work, "mutant.h"), header.read())

    def switch_one(file, first_id):
        names = {(one_line(original), one_line(text)): name for name, original, text in planted.get(file.path, [])}
        return write(file, work, unit_of(file.path), FLAGS, first_id, names)

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        futures, next_id = [], 1
        for file in files:
            futures.append(pool.submit(switch_one, file, next_id))
            next_id += sum(len(place.mutants) for place in file.places.values())
        for done, future in enumerate(concurrent.futures.as_completed(futures), 1):
            progress.show(f"{done}/{len(files)} files switched")
    return [mutant for future in futures for mutant in future.result()]


def build(work, count, progress):
    """Builds the tests of gradients from the switched sources. Returns the program."""
    with open(os.path.join(HERE, "reached.cpp.in")) as template:
        text = template.read().replace("@COUNT@", str(count))
    write_if_changed(os.path.join(work, "tests", "gradcheck", "reached_test.cpp"), text)
    folder = os.path.join(work, "build")
    progress.show("building")
    configure = ["cmake", "-S", work, "-B", folder, "-G", "Ninja", "-DYHAT_BUILD_DEMOS=OFF", "-DYHAT_BUILD_LABS=OFF",
                 "-DYHAT_INSTALL=OFF", "-DYHAT_EMBED_SAMPLE=OFF", "-DCMAKE_BUILD_TYPE=None",
                 "-DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON",
                 f"-DCMAKE_CXX_FLAGS=-include \"{os.path.join(work, 'mutant.h')}\" -O1 -w"]
    for command in (configure, ["cmake", "--build", folder, "--target", "gradcheck_tests"]):
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode != 0:
            raise SystemExit(result.stdout[-6000:] + result.stderr[-3000:])
    return os.path.join(folder, "tests", "gradcheck_tests")


def run_tests(program, names, number, limit=None, note=None):
    """What fails with this mutant on: "failure", "signal N", "timeout", or None."""
    environment = dict(os.environ, YHAT_MUTANT=str(number), OMP_NUM_THREADS="1")
    if note:
        environment["YHAT_REACHED"] = note
    # A comma in a name would separate two names.
    command = [program, "--abort-after=1", "--no-intro", "--test-case=" + ",".join(n.replace(",", "?") for n in names)]
    try:
        result = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                timeout=limit,
                                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)))
    except subprocess.TimeoutExpired:
        return "timeout"
    if result.returncode < 0:
        return f"signal {-result.returncode}"
    return "failure" if result.returncode else None


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
        verdict = run_tests(program, [name], mutant.number, limit=10 * seconds + 5)
        if verdict:
            return name if verdict == "failure" else f"{name} ({verdict})"
    return None


def write_verdicts(folder, verdicts):
    with open(os.path.join(folder, "verdicts.json"), "w") as out:
        json.dump([[*m.key, verdict] for m, verdict in verdicts.items()], out)


def read_verdicts(folder, mutants):
    """What killed mutants the last time; those that survived are left out."""
    with open(os.path.join(folder, "verdicts.json")) as file:
        known = {tuple(key): verdict for *key, verdict in json.load(file)}
    return {m: known[m.key] for m in mutants if known.get(m.key)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default=os.path.join(ROOT, "build", "mutation"), help="where to work")
    parser.add_argument("--only", default="", help="mutate only files whose path contains this")
    parser.add_argument("--again", action="store_true", help="only those that nothing noticed the last time")
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
    mutants = switch(work, find_mutants(work, options.only, planted, progress), planted,
                     options.jobs, progress)
    if options.list:
        progress.end()
        for mutant in mutants:
            print(f"{mutant.number} {mutant}")
        return 0
    program = build(work, max(m.number for m in mutants), progress)
    built = time.time()
    reach = tests_that_reach(program, work)
    verdicts = read_verdicts(options.build, mutants) if options.again else {}
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        futures = {pool.submit(killed_by, program, m, reach.get(m.number, [])): m for m in mutants if m not in verdicts}
        for future in concurrent.futures.as_completed(futures):
            verdicts[futures[future]] = future.result()
            progress.show(f"{len(verdicts)}/{len(mutants)} mutants, {sum(not v for v in verdicts.values())} survive")
    write_verdicts(options.build, verdicts)
    progress.end()
    good = report(mutants, verdicts, equivalents, options.only)
    unreached = sum(m.number not in reach for m in mutants)
    print(f"{unreached} reached by no test; {built - started:.0f} s to build, {time.time() - built:.0f} s to run")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
