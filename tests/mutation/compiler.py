# SPDX-License-Identifier: MIT
"""Builds the tests of gradients with switched sources: those are compiled from a copy of the library, all else comes from
an ordinary build of it, file by file."""
import glob
import json
import os
import shlex
import shutil
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
ORDINARY = os.path.join(ROOT, "build", "mutation", "ordinary")
FOLDERS = ["core", "layers", "losses", "optim", "models", "data", "trace", "include"]


def run(command, folder=ROOT):
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if result.returncode != 0:
        raise SystemExit(f"{shlex.join(command)}\n{result.stdout[-3000:]}{result.stderr[-3000:]}")


def build_ordinary():
    """The ordinary tests of gradients, whose objects and library are linked."""
    options = ["-DCMAKE_EXPORT_COMPILE_COMMANDS=ON", "-DYHAT_BUILD_DEMOS=OFF", "-DYHAT_BUILD_LABS=OFF"]
    run(["cmake", "-S", ROOT, "-B", ORDINARY, "-G", "Ninja", *options])
    run(["cmake", "--build", ORDINARY, "--target", "gradcheck_tests"])


def copy_tree(target, switched):
    """A copy of the library to be changed. What did not change keeps its time, so that it is not compiled again."""
    def copy(source, destination):
        if os.path.relpath(source, ROOT) in switched:
            return
        if not os.path.exists(destination) or open(source, "rb").read() != open(destination, "rb").read():
            shutil.copyfile(source, destination)

    for folder in FOLDERS:
        shutil.copytree(os.path.join(ROOT, folder), os.path.join(target, folder), dirs_exist_ok=True,
                        copy_function=copy, ignore=shutil.ignore_patterns("fashion_mnist_sample"))


class Compiler:
    """Compiles sources of the copy with the flags of the ordinary build, the last of them replaced."""

    def __init__(self, work, switched):
        self.work = work
        self.switched = switched
        with open(os.path.join(ORDINARY, "compile_commands.json")) as file:
            self.commands = {os.path.relpath(entry["file"], ROOT): entry["command"] for entry in json.load(file)}
        os.makedirs(os.path.join(work, "objects"), exist_ok=True)
        self.headers = [os.path.join(work, "mutant.h")]
        for folder in FOLDERS:
            for path in glob.glob(os.path.join(work, folder, "**", "*.h"), recursive=True):
                if os.path.relpath(path, work) not in switched:
                    self.headers.append(path)

    def object_of(self, unit):
        return os.path.join(self.work, "objects", unit.replace("/", "_") + ".o")

    def up_to_date(self, unit, sources):
        target = self.object_of(unit)
        newest = max(os.path.getmtime(path) for path in [*self.headers, *(os.path.join(self.work, s) for s in sources)])
        return os.path.exists(target) and os.path.getmtime(target) > newest

    def compile(self, unit, sources, like=None):
        """What the compiler said; nothing if it went through. `sources`: what the unit is made of, besides headers that
        are not switched. `like`: the unit whose flags are taken."""
        if self.up_to_date(unit, sources):
            return ""
        command = shlex.split(os.environ.get("CMAKE_CXX_COMPILER_LAUNCHER", ""))
        command += shlex.split(self.commands[like or unit].replace(ROOT + "/", self.work + "/").split(" -o ")[0])
        command += ["-include", os.path.join(self.work, "mutant.h"), "-O1", "-w", "-fmax-errors=0", "-I" + ROOT]
        result = subprocess.run([*command, "-o", self.object_of(unit), "-c", unit], cwd=self.work, capture_output=True,
                                text=True)
        return "" if result.returncode == 0 else result.stderr or "failed"

    def link(self, units, program):
        objects = os.path.join(ORDINARY, "tests", "CMakeFiles")
        tests = glob.glob(os.path.join(objects, "gradcheck_tests.dir", "**", "*.o"), recursive=True)
        tests += glob.glob(os.path.join(objects, "yhat_test_main.dir", "*.o"))
        run(["g++", *map(self.object_of, units), *tests, os.path.join(ORDINARY, "libyhat.a"), "-lfmt", "-lpthread", "-o",
             program])
