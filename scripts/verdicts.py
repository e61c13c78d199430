# SPDX-License-Identifier: GPL-2.0
"""What became of each test: printed, counted, and kept in a file for a run that goes on."""

import sys
import threading

import harness


class Log:
    """Prints verdicts as they come and keeps the last one on each test."""

    def __init__(self, quiet=False, kept=None):
        self.quiet = quiet
        self.kept = kept
        self.verdicts = {}
        self.out = sys.stdout
        self.lock = threading.Lock()

    def add(self, verdict):
        """Take a verdict, maybe a second one on the same test.  Any thread may call this."""
        with self.lock:
            self._add(verdict)

    def _add(self, verdict):
        self.verdicts[verdict.setting, verdict.name] = verdict
        if self.kept:
            self.kept.parent.mkdir(parents=True, exist_ok=True)
            with open(self.kept, "a", encoding="utf-8") as file:
                file.write(f"{verdict.setting}\t{verdict.name}\t{verdict.state}\n")
        if self.quiet:
            return
        why = f"  {verdict.why}" if verdict.why else ""
        print(f"{verdict.state:6} {verdict.setting:10} {verdict.name} "
              f"({verdict.seconds:.1f} s){why}", file=self.out, flush=True)
        if verdict.state == "not ok" and verdict.output:
            for line in verdict.output.strip().splitlines():
                print(f"       | {line}", file=self.out, flush=True)

    def recall(self):
        """Take what earlier runs at this commit saw pass, to go on from there."""
        last = {}
        for line in self.kept.read_text().splitlines() if self.kept.exists() else ():
            setting, name, state = line.split("\t")
            last[setting, name] = state
        failed = {setting for (setting, name), state in last.items() if state == "not ok"}

        def stands(setting, name):
            """Where memory is searched for what was lost, that comes last and is about all."""
            if name.startswith("build-") or not setting.endswith(" unit") and \
                    setting.split()[0] not in harness.SLOW:
                return True
            end = "all-suites" if setting.endswith(" unit") else "leaks"
            return setting not in failed and (setting, end) in last

        passed = {(setting, name): harness.Verdict(setting, name, state)
                  for (setting, name), state in last.items()
                  if state != "not ok" and stands(setting, name)}
        self.verdicts.update(passed)
        if passed:
            self.kept.write_text("".join(f"{one.setting}\t{one.name}\t{one.state}\n"
                                         for one in passed.values()))
            print(f"test: {len(passed)} verdicts of an earlier run at this commit stand; --fresh "
                  "forgets them", file=self.out, flush=True)
        elif self.kept.exists():
            self.kept.unlink()

    def has(self, setting, *names):
        """Did all these pass, earlier or in this run?"""
        return all((str(setting), name) in self.verdicts and
                   self.verdicts[str(setting), name].state != "not ok" for name in names)

    def count(self, state):
        """How many verdicts are STATE."""
        return sum(verdict.state == state for verdict in self.verdicts.values())

    def summary(self):
        """Print what failed, then the count; the exit status."""
        failed = [one for one in self.verdicts.values() if one.state == "not ok"]
        for verdict in failed:
            print(f"FAILED {verdict.setting} {verdict.name}: {verdict.why}")
        print(f"{self.count('ok')} passed, {len(failed)} failed, {self.count('skip')} skipped")
        return 1 if failed or not self.verdicts else 0
