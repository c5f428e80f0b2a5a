#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What students and developers wait for: bench/build_time.py [--repeat N] [--skip-whole]. Processor time (user), medians.

Uses build/default, which must be built, and its handout of one lab. The whole build is done once, in a folder of its own,
and takes minutes.
"""
import argparse
import os
import pathlib
import resource
import statistics
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "default"
FOLDERS = ("core", "layers", "losses", "optim", "models", "data", "trace", "include")
LAB = "02"


def user_seconds(*command, check=True):
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run(command, check=check, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


def report(what, value, unit, budget):
    print(f"{what:40} {value:7.1f} {unit:3}  ({budget})", flush=True)


def one_file(work, repeat):
    source = work / "one.cpp"
    source.write_text("#include <yhat/yhat.h>\n", encoding="ascii")
    command = [os.environ.get("CXX", "c++"), "-std=c++20", "-O2", "-c", source, "-o", work / "one.o",
               *(f"-I{ROOT / folder}" for folder in FOLDERS)]
    return statistics.median(user_seconds(*command) for _ in range(repeat))


def lab(work, repeat):
    user_seconds("cmake", "--build", BUILD, "--target", f"starter-lab{LAB}", "yhat-grade", "yhat_labs_main")
    handout = BUILD / "handouts" / f"lab{LAB}"
    user_seconds("cmake", "-G", "Ninja", "-S", handout, "-B", work / "lab", f"-Dyhat_DIR={BUILD}")
    user_seconds("cmake", "--build", work / "lab")
    edited = next(path for path in sorted(handout.rglob("*.cpp")) if "YHAT_TODO" in path.read_text(encoding="utf-8"))
    times = []
    for _ in range(repeat):
        edited.touch()
        built = user_seconds("cmake", "--build", work / "lab")
        times.append(built + user_seconds("cmake", "--build", work / "lab", "--target", "check", check=False))  # 0 points
    return statistics.median(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--skip-whole", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = pathlib.Path(folder)
        report("a file that includes <yhat/yhat.h>", one_file(work, options.repeat), "s", "about 1")
        report(f"edit lab {LAB}, build and run its check", lab(work, options.repeat), "s", "about 5")
        if options.skip_whole:
            return
        user_seconds("cmake", "-S", ROOT, "--preset", "default", "-B", work / "whole")
        seconds = user_seconds("cmake", "--build", work / "whole")
        report("the whole build", seconds, "s", "about 90 s on 2 processors")
        # The largest of all processes so far: a compiler or the linker.
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        report("the largest process of it", memory, "MiB", "less than 1000")


if __name__ == "__main__":
    main()
