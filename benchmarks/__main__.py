"""`python -m benchmarks [MEASURE ...]`: make a throw-away Muster, measure, print the table, write the JSON."""

from __future__ import annotations

import argparse
import os
import sys
import time

from benchmarks.environment import ROOT, Environment

RESULTS = ROOT / "var" / "bench.json"
BUSY = 1.0


def main() -> int:
    """Return 1 when a target was missed."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("only", nargs="*", help="what to measure; all of it when nothing is named")
    asked = parser.parse_args().only
    load = os.getloadavg()[0]
    with Environment.made() as place:
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        import django  # noqa: PLC0415  (settings read the home, which is made just now)

        django.setup()
        from muster.core.isolation import see_all_in_this_process  # noqa: PLC0415

        see_all_in_this_process("what is measured is made and compared")
        from django.db import connections  # noqa: PLC0415

        from benchmarks import ceilings  # noqa: PLC0415
        from benchmarks.data import Data  # noqa: PLC0415
        from benchmarks.measures import MEASURES, Bench, starting  # noqa: PLC0415
        from benchmarks.report import Row, table, write  # noqa: PLC0415
        from muster.cli.setup import bring_database_up_to_date, collect_static  # noqa: PLC0415

        if unknown := set(asked) - set(MEASURES):
            parser.error(f"There is no measure {', '.join(sorted(unknown))}; there are {', '.join(MEASURES)}.")
        begun = time.monotonic()
        say("Making the database and its data ...")
        bring_database_up_to_date()
        collect_static()
        data = Data.made()
        ceilings.prepare(place)
        bench = Bench(place, data)
        rows: list[Row] = []
        with place.serving() as seconds:
            for name, measure in MEASURES.items():
                if not asked or name in asked:
                    say(f"Measuring: {(measure.__doc__ or name).splitlines()[0]}")
                    try:
                        rows += measure(bench)
                    except (AssertionError, RuntimeError, OSError) as wrong:
                        # A wrong answer is a missed target; the other measures still tell something.
                        rows.append(Row(name, "a wrong answer", met=False, numbers={"wrong": str(wrong)}))
            if not asked:
                rows += starting(bench, seconds)
        connections.close_all()
        whole = time.monotonic() - begun
        server = place.sql("SHOW server_version")[0][0]
    print(table(rows))
    write(rows, RESULTS, {"postgres": server, "cores": os.cpu_count(), "load": load, "seconds": round(whole, 1)})
    if load > BUSY:
        say(f"The machine was busy (load {load:.1f} before the start): ratios are worse than they are.")
    say(f"Took {whole:.0f} s; all numbers are in {RESULTS.relative_to(ROOT)}.")
    return int(any(row.met is False for row in rows))


def say(words: str) -> None:
    """Progress goes to the terminal beside the table."""
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
