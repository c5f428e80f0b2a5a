# SPDX-License-Identifier: MIT
"""What a mutation run says: the score, per file and op, and whether it is good enough."""
from collections import defaultdict

MOST_EQUIVALENT = 0.03  # of all mutants


def read_list(path, fields):
    """Lines of `fields` texts between ` | `; # starts a comment."""
    rows = []
    with open(path) as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                row = [part.strip() for part in line.rstrip("\n").split(" | ", fields - 1)]
                if len(row) != fields or not all(row):
                    raise SystemExit(f"{path}: not {fields} texts between ' | ': {line.strip()}")
                rows.append(row)
    return rows


def read_equivalents(path):
    """The mutants that change nothing, each with its proof, by (file, op, original, mutant)."""
    known = {}
    for *key, proof in read_list(path, 5):
        if tuple(key) in known:
            raise SystemExit(f"{path}: listed twice: {' | '.join(key)}")
        known[tuple(key)] = proof
    return known


def table(mutants, verdicts, equivalents, group, title):
    rows = defaultdict(lambda: [0, 0, 0, 0])
    for m in mutants:
        row = rows[group(m)]
        row[0] += 1
        row[1 if verdicts[m] else 2 if m.key in equivalents else 3] += 1
    lines = [f"{title:<52} {'mutants':>8} {'killed':>7} {'equivalent':>11} {'survive':>8}"]
    lines += [f"{name:<52} {a:>8} {b:>7} {c:>11} {d:>8}" for name, (a, b, c, d) in sorted(rows.items())]
    return lines


def report(mutants, verdicts, equivalents, only="", say=print):
    """`verdicts`: what killed a mutant, None if nothing did. Prints the result; returns whether it is good: no survivor
    that is not listed with a proof, none listed that was killed or is gone, few listed, every planted fault found."""
    alive = [m for m in mutants if not verdicts[m] and m.key not in equivalents]
    same = [m for m in mutants if not verdicts[m] and m.key in equivalents]
    killed = len(mutants) - len(alive) - len(same)
    def op_of(mutant):
        return f"{mutant.path.rsplit('/', 1)[-1]}: {mutant.op.split('#')[0]}"

    for title, group in (("op", op_of), ("file", lambda m: m.path)):
        for line in table(mutants, verdicts, equivalents, group, title):
            say(line)
        say("")
    planted = [m for m in mutants if m.planted]
    for m in planted:
        say(f"{'red' if verdicts[m] else 'NOT FOUND':<10} {m.planted}: {verdicts[m] or 'no test fails'}")
    say("")
    score = 100 * killed / max(1, len(mutants) - len(same))
    say(f"mutation score {score:.1f} %: {killed} of {len(mutants) - len(same)} non-equivalent mutants killed, "
        f"{len(same)} equivalent ({100 * len(same) / max(1, len(mutants)):.1f} % of all)")
    good = True
    for m in alive:
        good = False
        say(f"survivor {m.number}  {m}")
    stale = set(equivalents) - {m.key for m in same}
    for key in sorted(stale):
        if only in key[0]:
            good = False
            say(f"listed as equivalent, but killed or gone: {' | '.join(key)}")
    if len(same) > MOST_EQUIVALENT * len(mutants) and not only:
        good = False
        say(f"more than {100 * MOST_EQUIVALENT:.0f} % are listed as equivalent")
    return good and all(verdicts[m] for m in planted)
