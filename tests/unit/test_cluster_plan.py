"""Does a plan say what its jobs will need, by what earlier jobs cost?"""

from __future__ import annotations

from pathlib import Path

import pytest

from filiation.cluster.costs import RESULTS, collect_costs, default_costs, read_costs, write_costs
from filiation.cluster.estimate import Estimate, History, fit, wall_seconds
from filiation.cluster.plan import duration, make_plan, size, table_text
from filiation.cluster.planned import PlannedJob, planned_jobs
from filiation.errors import ConfigError
from filiation.io.sheet import SampleSheet

PLAN = """
[Sun Nov 22 03:24:51 2026]
localrule write_pedigree:
    input: config/samples.tsv
    output: results/F1/F1.ped
    jobid: 2
    wildcards: family=F1
    resources: tmpdir=/tmp

[Sun Nov 22 03:24:51 2026]
rule align:
    input: a_1.fastq.gz, a_2.fastq.gz
    output: results/F1/alignment/F1-child.L1.bam
    log: logs/align/F1.F1-child.L1.log
    jobid: 14
    benchmark: logs/benchmarks/align/F1.F1-child.L1.tsv
    reason: Missing output files: results/F1/alignment/F1-child.L1.bam
    wildcards: family=F1, sample=F1-child, unit=L1
    threads: 8
    resources: tmpdir=/tmp, disk_mb=<TBD>, mem_mb=24000, runtime=720
Shell command: filiation align
"""


def test_plan__jobs_of_a_group_are_jobs_too() -> None:
    grouped = "Group job g (jobs in lexicogr. order):\n\n" + "\n".join(f"    {line}" for line in PLAN.splitlines())
    assert [job.rule for job in planned_jobs(grouped)] == ["write_pedigree", "align"]
    assert list(planned_jobs(grouped))[1].memory_mb == 24000


def job(rule: str, *, threads: int = 1, inputs: tuple[str, ...] = (), outputs: tuple[str, ...] = ()) -> PlannedJob:
    """A job of family F1."""
    return PlannedJob(rule, {"family": "F1"}, threads, 1000, 60, inputs, outputs)


def cost(
    rule: str, size: int, seconds: float, memory: float = 100.0, threads: int | None = None, family: str | None = "F0"
) -> dict[str, object]:
    """A row of a costs table."""
    row = {"rule": rule, "family": family, "source_bytes": size, "seconds": seconds, "memory_mb": memory}
    return {**row, "threads": threads}


def test_plan__jobs_are_read_with_what_they_ask_for() -> None:
    small, large = planned_jobs(PLAN)
    assert (small.rule, small.family, small.local) == ("write_pedigree", "F1", True)
    assert (large.rule, large.threads, large.memory_mb, large.minutes) == ("align", 8, 24000, 720)
    assert large.wildcards == {"family": "F1", "sample": "F1-child", "unit": "L1"}
    assert large.inputs == ("a_1.fastq.gz", "a_2.fastq.gz")
    assert large.name == "align F1-child.L1"
    assert not large.local


def test_fit__start_and_slope_are_found_and_never_below_zero() -> None:
    line = fit([(100.0, 30.0), (200.0, 50.0), (400.0, 90.0)])
    assert (line.start, line.slope) == (pytest.approx(10.0), pytest.approx(0.2))
    assert fit([(100.0, 5.0), (400.0, 40.0)]).start == 0.0
    assert fit([(100.0, 40.0), (400.0, 5.0)]).slope == 0.0


def test_estimate__one_size_alone_is_scaled_up_and_never_down() -> None:
    history = History([cost("align", 1000, 60.0), cost("align", 1010, 62.0)])
    assert history.estimate(job("align"), 500).seconds == pytest.approx(61.0)
    assert history.estimate(job("align"), 10100).seconds == pytest.approx(610.0)


def test_fit__one_job_that_compiled_its_kernels_moves_nothing() -> None:
    usual = [(100.0 * size, 10.0 + 20.0 * size) for size in range(1, 6)]
    line = fit([*usual, (300.0, 900.0)])
    assert (line.start, line.slope) == (pytest.approx(10.0), pytest.approx(0.2))
    assert line.above == pytest.approx(830.0)


def test_estimate__twice_the_processors_take_half_the_time() -> None:
    history = History([cost("align", 1000, 60.0, threads=2)])
    assert history.estimate(job("align", threads=4), 1000).seconds == pytest.approx(30.0)
    assert history.estimate(job("align", threads=2), 1000).core_seconds == pytest.approx(120.0)


def test_estimate__memory_is_that_of_the_hungriest_job_of_the_size() -> None:
    history = History([cost("align", 1000, 60.0, memory) for memory in (100.0, 110.0, 180.0)])
    assert history.estimate(job("align"), 1000).memory_mb == pytest.approx(180.0)


def test_estimate__the_jobs_of_all_families_do_not_grow_with_them() -> None:
    history = History([cost("index_reference", 0, 50.0, family=None)])
    shared = PlannedJob("index_reference", {}, 1, 1000, 60)
    assert history.estimate(shared, 0).seconds == pytest.approx(50.0)


def test_estimate__defaults_stand_in_for_rules_without_earlier_jobs_and_are_named() -> None:
    history = History([cost("align", 1000, 60.0)], [cost("align", 1000, 1.0), cost("call", 1000, 40.0, threads=1)])
    plan = make_plan([job("align"), job("call")], history, lambda *place: 1000, cores=2)
    assert plan.core_hours == pytest.approx(100 / 3600)
    assert plan.defaulted == ("call",)
    assert plan.guessed == ()
    assert "no earlier job of call: the defaults that ship" in table_text(plan)


def test_plan__the_jobs_of_intervals_share_the_size_of_their_family() -> None:
    history = History([cost("call", 500, 60.0, threads=1)])
    jobs = [PlannedJob("call", {"family": "F1", "interval": str(number)}, 1, 1000, 60) for number in range(4)]
    plan = make_plan(jobs, history, lambda *place: 4000, cores=2)
    assert plan.core_hours == pytest.approx(4 * 120 / 3600)


def test_wall__thousands_of_jobs_are_placed_in_seconds() -> None:
    estimates = [
        Estimate(job("align", threads=threads, outputs=(f"{number}.bam",)), 10.0, None, "")
        for number, threads in enumerate([16, 4, 1, 2] * 5000)
    ]
    assert wall_seconds(estimates, 64) > 0


def test_estimate__a_rule_without_earlier_jobs_stands_at_its_limits_and_says_so() -> None:
    found = History([]).estimate(job("call"), 10)
    assert (found.seconds, found.memory_mb) == (3600.0, 1000)
    assert "no earlier job" in found.basis


def test_wall__jobs_wait_for_their_inputs_and_for_processors() -> None:
    estimates = [
        Estimate(job("align", threads=2, outputs=("a.bam",)), 10.0, None, ""),
        Estimate(job("align", threads=2, outputs=("b.bam",)), 10.0, None, ""),
        Estimate(job("call", inputs=("a.bam", "b.bam"), outputs=("c.bcf",)), 5.0, None, ""),
    ]
    assert wall_seconds(estimates, 4) == 15.0
    assert wall_seconds(estimates, 2) == 25.0
    assert wall_seconds(estimates, 1) == 25.0
    assert wall_seconds(estimates, 4, jobs=1) == 25.0


def test_plan__adds_up_core_hours_disk_and_money() -> None:
    history = History(
        [
            cost("align", 1000, 360.0, 700.0),
            {"rule": RESULTS, "family": "F0", "source_bytes": 1000, "output_bytes": 5000},
        ]
    )
    plan = make_plan(
        [job("align", threads=10), job("call")], history, lambda *place: 1000, cores=10, cost_per_core_hour=0.5
    )
    assert plan.core_hours == pytest.approx(1.0 + 1.0)
    assert plan.money == pytest.approx(1.0)
    assert plan.disk_bytes == 5000
    assert plan.memory_mb == 1000
    assert plan.guessed == ("call",)
    text = table_text(plan)
    assert "2 jobs for 1 families: 2.00 core-hours" in text
    assert "no earlier job of call: their rules' limits stand in" in text


def test_plan__durations_and_sizes_are_said_for_people() -> None:
    assert [duration(seconds) for seconds in (45, 720, 12000)] == ["45 s", "12 min", "3 h 20"]
    assert [size(number) for number in (3, 1_250_000, 9e13)] == ["3 B", "1.25 MB", "90 TB"]


def test_costs__are_collected_from_what_snakemake_measured(tmp_path: Path) -> None:
    folder = tmp_path / "logs" / "benchmarks" / "screen"
    folder.mkdir(parents=True)
    head = "s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time\n"
    (folder / "run.tsv").write_text(head + "7.5\t0:00:07\t134.6\t1\t1\t1\t1\t1\t85\t6.9\n")
    (folder / "short.tsv").write_text(head + "0.2\t0:00:00\t-\t-\t-\t-\t-\t-\t0\tNA\n")
    (folder / "killed.tsv").write_text("")
    rows = collect_costs(tmp_path, SampleSheet())
    assert [(row["rule"], row["seconds"], row["memory_mb"]) for row in rows] == [
        ("screen", 7.5, 134.6),
        ("screen", 0.2, None),
    ]
    write_costs(tmp_path, SampleSheet())
    assert [row["cpu_seconds"] for row in read_costs([tmp_path])] == [6.9, None]


def test_costs__a_folder_without_them_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no costs of an earlier run"):
        read_costs([tmp_path])


def test_defaults__ship_for_the_stages_of_a_trio_and_give_the_order_of_a_genome() -> None:
    history = History([], default_costs())
    trio, hours = 210_000_000_000, {}
    for rule, parts in (
        ("align", 6),
        ("mark_duplicates", 3),
        ("coverage", 3),
        ("call", 24),
        ("screen", 1),
        ("quality", 1),
    ):
        jobs = [job(rule) for _ in range(parts)]
        hours[rule] = make_plan(jobs, history, lambda *place, parts=parts: trio // parts, cores=64).core_hours
    # docs/cost.md: alignment is most of it, calling second, everything after calling a small part.
    assert 50 < hours["align"] < 400
    assert 5 < hours["call"] < 100
    assert hours["align"] > hours["call"] > hours["mark_duplicates"] > hours["coverage"]
    assert hours["screen"] + hours["quality"] < 1
    assert history.output_bytes(trio) == pytest.approx(90e9, rel=0.5)
