#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The verdict of a mutation run must be able to fail: for each reason, on a run made up here."""
import os
import sys
import tempfile
from dataclasses import dataclass

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from report import read_equivalents, report  # noqa: E402


@dataclass(frozen=True)
class Mutant:
    number: int
    path: str = "a.cpp"
    op: str = "f"
    planted: str = ""

    @property
    def key(self):
        return self.path, self.op, f"original {self.number}", "mutant"


def run(verdicts, equivalents=(), planted=(), only=""):
    mutants = [Mutant(i, planted="fault" if i in planted else "") for i in range(len(verdicts))]
    said = []
    keys = {("a.cpp", "f", f"original {i}", "mutant"): "proof" for i in equivalents}
    good = report(mutants, dict(zip(mutants, verdicts)), keys, only, said.append)
    return good, "\n".join(said)


def expect(what, got, wanted, text):
    if got[0] != wanted or text not in got[1]:
        raise SystemExit(f"{what}: expected {wanted} and '{text}', got {got[0]} and\n{got[1]}")


killed = ["test"] * 100
expect("all killed", run(killed), True, "mutation score 100.0 %: 100 of 100")
expect("a survivor", run(killed + [None]), False, "survivor 100")
expect("a listed survivor", run(killed + [None], [100]), True, "1 equivalent (1.0 % of all)")
expect("a listed one that was killed", run(killed, [7]), False, "killed or gone: a.cpp | f | original 7 | mutant")
expect("a listed one that is gone", run(killed, [500]), False, "killed or gone: a.cpp | f | original 500 | mutant")
expect("gone, but from a file that was not asked for", run(killed, [500], only="b.cpp"), True, "score 100.0 %")
expect("too many listed", run(killed + [None] * 5, range(100, 105)), False, "more than 3 %")
expect("a planted fault", run(killed, planted=[3]), True, "red        fault: test")
expect("a planted fault that nothing finds", run(killed + [None], [100], planted=[100]), False, "NOT FOUND  fault")
with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
    file.write("a.cpp | f | x | y | because\na.cpp | f | x | y | again\n")
    file.flush()
    try:
        read_equivalents(file.name)
    except SystemExit as error:
        if "listed twice" not in str(error):
            raise
    else:
        raise SystemExit("a mutant listed twice was not noticed")
print("the verdict fails where it must")
