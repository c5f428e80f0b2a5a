# SPDX-License-Identifier: MIT
"""Writes a copy of a file in which every proposed change has a switch.

An expression e with mutants m1 and m2 becomes (YHAT_MUTANT(1) ? (m1) : YHAT_MUTANT(2) ? (m2) : (e)), each mutant on a
line of its own, so that one build holds all of them and an environment variable picks one. Of a statement, the parts
are cast to void.
"""
import hashlib
import json
import os
import re
from collections import Counter
from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    number: int
    path: str
    op: str
    line: int
    original: str
    text: str
    planted: str = ""  # the name of a fault planted by hand

    @property
    def key(self):
        return self.path, self.op, self.original, self.text

    def __str__(self):
        return f"{self.path}:{self.line} ({self.op}): {self.original}  ->  {self.text}"


def write_if_changed(path, text):
    """So that what did not change is not built again."""
    if not os.path.exists(path) or open(path).read() != text:
        with open(path, "w") as out:
            out.write(text)


def one_line(text):
    return " ".join(text.split())


def nested(places):
    """The outermost places, each with those inside it."""
    roots, open_places = [], []
    for place in places:
        place.inner = []
    for place in sorted(places, key=lambda p: (p.start, -p.end)):
        if not place.mutants:
            continue
        while open_places and open_places[-1].end <= place.start:
            open_places.pop()
        if open_places and open_places[-1].end < place.end:
            raise SystemExit("two places overlap without one holding the other")
        (open_places[-1].inner if open_places else roots).append(place)
        open_places.append(place)
    return roots


def render(file, first_id, dropped):
    """The switched source, and a list of (id, line in the new file, place, mutant text)."""
    out, listed, counter, lines = [], [], [first_id], [1]

    def put(text):
        out.append(text)
        lines[0] += text.count("\n")

    def emit(start, end, places):
        at = start
        for place in places:
            cast = "void" if place.statement else ""
            put(file.text(at, place.start))
            put("(")
            for text in place.mutants:
                if (place.start, place.end, text) in dropped:
                    continue
                number = counter[0]
                counter[0] += 1
                put("\n")
                listed.append((number, lines[0], place, text))
                put(f"YHAT_MUTANT({number}) ? {cast}({one_line(text)}) :\n")
            put(f"{cast}(")
            emit(place.start, place.end, place.inner)
            put("))")
            at = place.end
        put(file.text(at, end))

    emit(0, len(file.source), nested(list(file.places.values())))
    return "".join(out), listed


def known_to_fail(file, work):
    """The file in which the mutants of this very source that do not compile are kept, and those known already."""
    places = sorted((p.start, p.end, *p.mutants) for p in file.places.values())
    key = hashlib.sha256(file.source + repr(places).encode()).hexdigest()
    path = os.path.join(work, "dropped", key + ".json")
    if not os.path.exists(path):
        return path, set()
    with open(path) as known:
        return path, {tuple(mutant) for mutant in json.load(known)}


def blamed(file, listed, errors):
    """The mutants in whose lines a compiler found errors."""
    said = r":(\d+):\d+: (?:(?:fatal )?error|  required from|note: in expansion of macro)"
    lines = {int(n) for n in re.findall(re.escape(file.path) + said, errors)}
    return {(place.start, place.end, text) for _, line, place, text in listed if line in lines}


def switch(files, first_ids, work, compile_unit, planted):
    """Writes the switched files of one unit of compilation into `work` and compiles it: `compile_unit()` returns what
    the compiler said, nothing if it went through. Mutants that do not compile are dropped. `planted`: per file, the
    names of faults by (original, mutant). Returns the mutants."""
    known = [known_to_fail(file, work) for file in files]
    for _ in range(40):
        listed = []
        for file, first_id, (_, dropped) in zip(files, first_ids, known):
            text, mutants = render(file, first_id, dropped)
            write_if_changed(os.path.join(work, file.path), text)
            listed.append(mutants)
        errors = compile_unit()
        if not errors:
            break
        found = [blamed(file, mutants, errors) for file, mutants in zip(files, listed)]
        if not any(found):
            break
        for (_, dropped), more in zip(known, found):
            dropped |= more
    if errors:
        raise SystemExit(f"{files[0].path} does not compile once switched:\n{errors[:3000]}")
    result = []
    for file, mutants, (path, dropped) in zip(files, listed, known):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w") as out:
            json.dump(sorted(dropped), out)
        result += named(file, mutants, planted.get(file.path, {}))
    return result


def left_out(path, original, text):
    """Changes that are none, or that values cannot show, told by their text."""
    copied = original[10:-1] if original.startswith("std::move(") else original
    if text in (f"Tensor({original})", f"Tensor({copied})") and re.fullmatch(r"\w+", copied):
        return True  # a copy of a handle, or a move of it
    if "observer" in original:
        return True  # what is told to those who watch
    # One step too far in the loop of a kernel: mostly a write past the end of an array, which address sanitizer sees.
    return "/kernels/" in path and " < " in original and text == original.replace(" < ", " <= ")


def named(file, listed, planted):
    mutants, seen = [], Counter()
    for number, _, place, text in listed:
        original = one_line(file.text(place.start, place.end))
        if left_out(file.path, original, one_line(text)):
            continue
        seen[place.op, original, text] += 1  # the same change in two places of an op: the second is op#2
        again = seen[place.op, original, text]
        op = place.op if again == 1 else f"{place.op}#{again}"
        name = planted.get((original, one_line(text)), "")
        mutants.append(Mutant(number, file.path, op, file.line(place.start), original, one_line(text), name))
    missing = set(planted.values()) - {m.planted for m in mutants}
    if missing:
        raise SystemExit(f"{file.path}: planted faults that do not compile: {', '.join(sorted(missing))}")
    return mutants
