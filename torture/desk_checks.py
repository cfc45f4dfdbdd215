"""What the desk does, held against the dump: jobs for many orders, invoices, and words about mails.

It imports nothing of the system it judges.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from torture.findings import Books, Finding, Row, Verdict


def jobs(books: Books, verdict: Verdict) -> Iterator[Finding]:
    """Each job that was kept came to its end, and each of its orders to one result, the same whenever it is
    looked at."""
    verdict.counted["jobs"] = len(books.jobs)
    kept: dict[str, list[Row]] = defaultdict(list)
    for row in books.rows["job_row"]:
        kept[row["job_id"]].append(row)
    done = {row["job_id"]: row["is_done"] for row in books.rows["job"]}
    for job_id, told in books.jobs.items():
        subject = f"job {job_id}"
        if job_id not in done:
            yield Finding("lost", subject, "it was seen at its end and is not there")
            continue
        if not done[job_id]:
            yield Finding("stuck", subject, "it was seen at its end and is still under way")
        if any(line["results"] != told[0]["results"] for line in told[1:]):
            yield Finding("unexplained", subject, "its results were told in two ways")
        for order_id in told[0]["wanted"]:
            yield from _row_of_a_job(books, told[0], order_id, kept[job_id])
    for job_id, is_done in done.items():
        if job_id not in books.jobs and not is_done:
            yield Finding("stuck", f"job {job_id}", "it never came to its end")


def _row_of_a_job(books: Books, job: Row, order_id: str, kept: Sequence[Row]) -> Iterator[Finding]:
    kind, wanted = job["type"], job["wanted"][order_id]
    results = [each for each in job["results"] if each["order_id"] == order_id]
    rows = [row for row in kept if row["order_id"] == order_id]
    for what, number in (("results", len(results)), ("rows", len(rows))):
        if number != 1:
            found = "lost" if number == 0 else "doubled"
            yield Finding(found, order_id, f"it has {number} {what} in one job {kind}")
    given = [each for each in books.of("command", order_id) if each["type"] == kind]
    if len(given) > 1:
        yield Finding("doubled", order_id, f"one job gave it {len(given)} commands {kind}")
    for result in results:
        if result["outcome"] != wanted:
            yield Finding("unexplained", order_id, f"{kind} in a job was {result['outcome']}, not {wanted}")
        outcomes = [each["outcome"] for each in given if each["command_id"] == result["command_id"]]
        if not outcomes:
            yield Finding("lost", order_id, f"{kind} was answered in a job, and is not there")
        elif result["outcome"] not in outcomes:
            said = f"{kind} was answered {result['outcome']} in a job, and is kept as {outcomes[0]}"
            yield Finding("unexplained", order_id, said)


def invoices(books: Books, verdict: Verdict) -> Iterator[Finding]:
    """One invoice for each order, the same bytes for whoever asks, and numbers without a gap for each store
    and year."""
    verdict.counted["invoices"] = len(books.rows["invoice"])
    verdict.counted["invoices given out"] = sum(map(len, books.invoices.values()))
    for order_id, given in books.invoices.items():
        kept = {row["sha256"] for row in books.of("invoice", order_id) if row["kind"] == "invoice"}
        contents = {line["sha256"] for line in given if line["status"] == 200}
        for line in given:
            if line["status"] != 200 or not line["is_pdf"]:
                yield Finding("unexplained", order_id, f"its invoice was answered {line['status']}")
        if len(contents) > 1:
            yield Finding("doubled", order_id, f"its invoice was given out as {len(contents)} papers")
        if contents and not kept:
            yield Finding("lost", order_id, "its invoice was given out and is not there")
        elif not contents <= kept:
            yield Finding("lost", order_id, "its invoice was given out with bytes that are not kept")
    of_an_order = Counter(row["order_id"] for row in books.rows["invoice"] if row["kind"] == "invoice")
    for order_id, times in of_an_order.items():
        if times > 1:
            yield Finding("doubled", order_id, f"it has {times} invoices")
    yield from _numbers(books)


def _numbers(books: Books) -> Iterator[Finding]:
    series: dict[tuple[str, str, int], Counter[int]] = defaultdict(Counter)
    for row in books.rows["invoice"]:
        series[row["store"], row["kind"], row["year"]][row["number"]] += 1
    for (store, kind, year), numbers in series.items():
        subject = f"{kind} {store} {year}"
        for number in range(1, max(numbers) + 1):
            if numbers[number] == 0:
                yield Finding("lost", subject, f"number {number} is missing")
            elif numbers[number] > 1:
                yield Finding("doubled", subject, f"number {number} was given {numbers[number]} times")


def words(books: Books, verdict: Verdict) -> Iterator[Finding]:
    """A mail that was stopped never left, one that was not did, and each word that wanted a mail once more
    had it sent once more."""
    taken = Counter(line["message_id"] for line in books.taken)
    for mail in books.rows["mail"]:
        said = books.words[str(mail["order_id"]), mail["mail_key"]]
        subject = f"{mail['order_id']} {mail['mail_key']}"
        is_stopped = _is_stopped(said)
        verdict.counted["mails stopped"] += is_stopped
        if is_stopped and taken[mail["message_id"]]:
            yield Finding("unexplained", subject, "it was stopped, and the server took it")
        elif is_stopped and mail["state"] != "withdrawn":
            yield Finding("unexplained", subject, f"it was stopped, and is {mail['state']}")
        elif not is_stopped and mail["state"] == "withdrawn":
            yield Finding("lost", subject, "it was withdrawn, and nobody was told so")
    mails = Counter((mail["order_id"], mail["kind"]) for mail in books.rows["mail"])
    anew: dict[tuple[str, str], set[str]] = defaultdict(set)
    for (order_id, _), said in books.words.items():
        for line in said:
            if line["word"] == "anew" and line["outcome"] == "applied":
                anew[order_id, line["kind"]].add(line["command_id"])
    for (order_id, kind), wishes in anew.items():
        verdict.counted["mails sent anew"] += len(wishes)
        more = mails[order_id, kind] - books.stories[order_id]["wanted"]["mails"][kind]
        if more != len(wishes):
            found = "doubled" if more > len(wishes) else "lost"
            yield Finding(found, order_id, f"{more} mails {kind} were sent anew for {len(wishes)} wishes")


def _is_stopped(said: Sequence[Row]) -> bool:
    """Whether the last word that was acted on was to stop it."""
    acted_on = [line["word"] for line in said if line["outcome"] == "applied" and line["word"] != "anew"]
    return acted_on[-1:] == ["mail_stop"]
