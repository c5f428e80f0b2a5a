# SPDX-License-Identifier: MIT
"""A workload in a process of its own. Rivals never share one: idle threads of one library would spin in the other's way."""
import os
import subprocess


class Worker:
    def __init__(self, label, command, threads, **settings):
        self.label = label
        environment = dict(os.environ, OMP_NUM_THREADS=str(threads), OPENBLAS_NUM_THREADS=str(threads))
        environment.pop("OMP_WAIT_POLICY", None)
        environment |= settings
        self.process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        try:  # the scheduler shares processors between groups of processes; best effort
            with open(f"/proc/{self.process.pid}/autogroup", "w", encoding="ascii") as file:
                file.write("-16")
        except OSError:
            pass
        self.ready = self.answer().split()[1:]

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"bench: {self.label} ended early ({' '.join(self.process.args)})")
        return line

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return self.answer()

    def seconds(self, count):
        return float(self.ask(f"run {count}"))

    def memory(self):
        """(arrays and working memory asked from the system, pages that it supplied) since the start"""
        return tuple(int(n) for n in self.ask("memory").split())

    def peak_mib(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            for line in file:
                if line.startswith("VmHWM"):
                    return int(line.split()[1]) / 1024
        return None

    def end(self):
        self.process.stdin.close()
        self.process.wait()
