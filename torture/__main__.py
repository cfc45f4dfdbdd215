"""`make torture`: the short run by default; ARGS="--orders 2000 --faults 10000" is the long one."""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from torture.campaign import Campaign, Plan, fresh
from torture.deploys import deploy_there_and_back
from torture.mail_modes import as_text as mails_as_text
from torture.mail_modes import fourteen_modes
from torture.report import write

LONG = 1000
"""From so many faults on, servers are away for more than a minute, and more replies are lost."""


def main() -> int:
    """Run a campaign and write its report. Exit code 1 if anything was lost, doubled, stuck or wrong, or
    if a fault could not be made to strike."""
    reader = argparse.ArgumentParser(prog="python -m torture", description=__doc__)
    reader.add_argument("--orders", type=int, default=120, help="at least so many orders")
    reader.add_argument("--faults", type=int, default=0, help="at least so many faults; 0: each once")
    reader.add_argument("--seed", type=int, default=1, help="the same seed gives the same orders and faults")
    reader.add_argument(
        "--share", type=float, help="the share of replies that are lost; 1 %%, and 4 %% if long"
    )
    reader.add_argument("--only", action="append", help="strike only faults of this name; may be repeated")
    reader.add_argument("--without", default="", help="take this guard away: the run must turn red")
    reader.add_argument("--report", type=Path, help="the folder for report.html and report.txt")
    reader.add_argument("--mail", type=int, metavar="N", help="only: N mails in each of 14 modes, three ways")
    reader.add_argument("--deploys", type=int, metavar="N", help="only: N orders in flight over four deploys")
    chosen = reader.parse_args()
    folder = fresh(Path(tempfile.gettempdir()) / f"pakhuis-torture-{chosen.seed}")
    began = time.monotonic()

    def say(words: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {words}", flush=True)

    if chosen.mail:
        rows = asyncio.run(fourteen_modes(folder, chosen.mail, say))
        print(mails_as_text(rows))
        return 0 if all(row.is_as_promised for row in rows) else 1
    if chosen.deploys:
        verdict = asyncio.run(deploy_there_and_back(folder, chosen.deploys, chosen.seed, say))
        print("\n".join(f"{each.kind}: {each.subject}: {each.sentence}" for each in verdict.findings))
        print(f"{verdict.counted['orders']} orders, {len(verdict.findings)} findings")
        return 0 if verdict.is_clean else 1
    is_long = chosen.faults >= LONG
    plan = Plan(
        orders=chosen.orders,
        faults=chosen.faults,
        seed=chosen.seed,
        share=chosen.share if chosen.share is not None else 0.04 if is_long else 0.01,
        minutes_long=is_long,
        without=chosen.without,
        only=tuple(chosen.only) if chosen.only else None,
    )
    result = asyncio.run(Campaign(folder, plan, say).run())
    text = write(result, chosen.report or folder)
    print(text)
    print(f"books, dump and logs: {folder}")
    return 0 if result.is_clean else 1


if __name__ == "__main__":
    sys.exit(main())
