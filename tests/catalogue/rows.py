"""The 138 rows of the catalogue: what each is about, its cases, and tests elsewhere that prove it.

`summary()` gives what a validation report lists: rows, cases and malformed files of each group.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from catalogue import (
    accepted_cases,
    content_cases,
    execution_cases,
    family_cases,
    file_cases,
    genotype_cases,
    panel_cases,
    reads_cases,
    sheet_cases,
)
from catalogue.case import Case

MODULES = (
    file_cases,
    reads_cases,
    content_cases,
    accepted_cases,
    genotype_cases,
    family_cases,
    sheet_cases,
    panel_cases,
    execution_cases,
)
CASES: list[Case] = [case for module in MODULES for case in module.cases()]

_TITLES = """
A1 compressed file cut at a block edge
A2 cut inside a block
A3 end block missing
A4 cut at a line's end with a new end
A5 flipped bit or zeroed page
A6 end block in the middle
A7 gzip of several members
A8 bytes after the end
A9 not BGZF under a BGZF name
A10 empty file
A11 header without records
A12 index missing
A13 index older than the file
A14 index of another file
A15 CRAM on another reference
A16 CRAM reference from the network
A17 CRAM written by a faulty tool
A18 file that grows beyond measure
A19 very long line or allele
B1 mates out of step
B2 second file shorter
B3 last record cut
B4 empty lane
B5 one FASTQ given twice
B6 reads of many lengths
B7 Phred+64
B8 damaged FASTQ record
B9 read group of another sample
B10 reads lost on the way
B11 contamination
B12 low coverage of one parent
B13 aligned to another build
B14 reference with other contigs
C1 position that is no number
C2 position beyond the contig
C3 too few columns
C4 too many columns
C5 spaces, blank lines, NUL
C6 byte-order mark, no header
C7 REF of another genome
C8 chr1 against 1
C9 names not declared
C10 wrong type declared
C11 a sample twice
C12 unsorted or repeated records
C13 carriage returns
C14 bytes beyond ASCII
C15 allele out of range
C16 decimal comma
C17 frequency that is no number
C18 missing or short fields
C19 spanning deletion
C20 several alternate alleles
C21 neighbouring variants of one codon
C22 one indel at two places
C23 structural variants
C24 small letters, IUPAC, N
C25 gVCF given as calls
C26 phase of VCF 4.4
D1 parent not called
D2 parent 0/0 without reads
D3 half a call
D4 haploid call
D5 heterozygous on X of a man
D6 pseudoautosomal regions
D7 phased genotypes
D8 other ploidy
D9 compound pair with a parent not called
D10 compound pair of one parent
D11 mosaic parent
D12 parents exchanged
D13 child exchanged
D14 not the father
D15 related parents, twins
D16 sex unknown or unusual
D17 pedigree that contradicts itself
D18 names that do not meet
D19 duo, single, more children
D20 two families in one file
D21 other order of samples
D22 no candidate
E1 names that look like numbers
E2 names that are refused
E3 name that begins another
E4 names that tools rewrite
E5 forms of a spreadsheet
E6 rows and columns of a sheet
E7 gene names changed by a spreadsheet
E8 former and other gene names
E9 withdrawn HGNC id
E10 gene that cannot be shown
E11 panel of more than genes
E12 obsolete HPO term
E13 new mode of inheritance
E14 resource damaged or cut
E15 resource of another build
E16 tool and cache of two versions
E17 annotation that vanished
E18 database between two analyses
E19 records without annotation
F1 driver and job killed
F2 job killed
F3 jobs that outlive the driver
F4 job cancelled, out of time, node lost
F5 accounting away
F6 submitted twice
F7 files that are seen late
F8 clocks that differ
F9 disk full
F10 no right to write
F11 a program of a pipe fails
F12 two runs in one folder
F13 two runs of one family
F14 no lock asked for
F15 configuration changed
F16 intermediate changed later
F17 unsafe options
F18 stopped by the keyboard
F19 beyond the limits
F20 scratch left or full
F21 power lost after a rename
F22 locale, time zone, leap day
F23 other number of cores
S1 shell injection
S2 path traversal
S3 evaluated text
S4 unsafe YAML and pickle
S5 HTML injection
S6 scripts of other reports
S7 formula injection
S8 files made to break htslib
S9 names in logs
S10 files that others can read
S11 link in shared scratch
S12 archive that climbs out
S13 secrets in logs
S14 report that asks the network
S15 report of another person
"""
ROWS: dict[str, str] = dict(title.split(" ", 1) for title in _TITLES.strip().splitlines())

_UNIT = "tests/unit/test_"
_TOOLS = "tests/tools/test_"
_SLURM = "tests/slurm/test_on_slurm.py::test_slurm__"
# Tests elsewhere that prove a row, `file::test`; the meta-test looks that each is there.
ELSEWHERE: dict[str, tuple[str, ...]] = {
    "A16": (f"{_UNIT}tools.py::test_environment__forbids_references_from_the_network",
            "tests/security/test_links.py::test_cram__the_reference_is_never_fetched"),
    "A17": (f"{_TOOLS}adoption.py::test_adopt_reads__bam_and_the_cram_made_of_it_give_the_same_bytes",
            f"{_TOOLS}alignment.py::test_align__every_read_of_the_fastq_is_in_the_cram_once_and_where_it_came_from"),
    "B10": (f"{_TOOLS}alignment.py::test_align__every_read_of_the_fastq_is_in_the_cram_once_and_where_it_came_from",),
    "B11": (f"{_UNIT}quality_simulation.py::"
            "test_contamination__is_estimated_within_half_a_point_and_its_source_named",),
    "B12": (f"{_UNIT}quality_measures.py::test_coverage__table_first_then_variant_sites_and_the_row_says_which",),
    "D9": (
        f"{_UNIT}compound_candidates.py::"
        "test_compound__a_parent_without_data_makes_it_probable_and_its_data_would_decide",
    ),
    "D10": (f"{_UNIT}compound_candidates.py::test_compound__two_from_one_parent_are_removed_as_cis",),
    "D12": (f"{_UNIT}quality_identity.py::test_exchanged_parents_are_named_by_their_sexes",
            f"{_UNIT}quality_simulation.py::test_every_permutation__is_stopped_and_named_at_30x"),
    "D13": (f"{_UNIT}quality_identity.py::test_exchanged_child_and_father_are_named",),
    "D14": (f"{_UNIT}quality_identity.py::test_brother_of_the_father_is_not_taken_for_the_father",
            f"{_UNIT}quality_simulation.py::test_every_mistake__is_stopped_at_10x_and_nearly_all_are_named"),
    "D15": (f"{_UNIT}quality_identity.py::test_same_person_twice_is_named",
            f"{_UNIT}quality_families.py::test_one_person_in_two_families__fails"),
    "D16": (f"{_UNIT}quality_identity.py::test_one_x_without_y_is_not_called_male",),
    "D21": (f"{_UNIT}metamorphic.py::test_samples__in_another_order_change_nothing",),
    "D22": (f"{_UNIT}report_page.py::test_without_a_candidate_the_page_says_why_and_shows_the_rest",),
    "E12": (f"{_UNIT}phenotype_terms.py::test_terms__a_withdrawn_id_without_one_replacement_stops_with_the_choices",),
    "E14": (f"{_UNIT}check_resources.py::test_public_data__cut_since_they_were_received",
            f"{_UNIT}frequencies_compile.py::test_table__damage_anywhere_in_the_file_is_refused"),
    "E16": ("tests/workflow/test_modes.py::test_vep__is_told_the_assembly_that_the_configuration_names",),
    "E17": (f"{_UNIT}annotate_evidence.py::test_command__a_source_of_the_earlier_run_that_vanished_stops_this_one",),
    "E18": (
        f"{_TOOLS}programme_benchmark.py::"
        "test_programme__every_planted_change_is_told_with_its_cause_and_no_other",
    ),
    "E19": (f"{_UNIT}prioritise.py::test_frequency__not_found_and_not_annotated_are_told_apart",),
    "F1": ("tests/workflow/test_restart.py::test_restart__killed_twice_gives_the_bytes_of_an_undisturbed_run",
           f"{_UNIT}workflow_run.py::test_run__after_kill_9_of_the_driver_the_same_command_finishes"),
    "F2": (f"{_SLURM}a_job_killed_for_its_memory_is_tried_again_with_more",),
    "F3": (f"{_SLURM}a_driver_killed_while_jobs_run_leaves_no_second_writer",),
    "F4": (f"{_SLURM}a_cancelled_job_and_a_restarted_controller_change_nothing",),
    "F5": (f"{_SLURM}accounting_that_is_away_for_a_while_loses_no_job",),
    "F6": (f"{_UNIT}cluster_profile.py::test_slurm__only_living_jobs_of_the_folder_are_ended",),
    "F7": (f"{_UNIT}files.py::test_atomic__nothing_is_seen_before_the_end",
           "tests/workflow/test_hygiene.py::test_profiles__both_repeat_what_a_restart_and_a_reader_of_logs_need"),
    "F8": (f"{_SLURM}the_family_from_fastq_gives_the_bytes_of_a_local_run",),
    "F9": ("tests/catalogue/test_full_disk.py::test_disk__that_is_full_leaves_the_earlier_output_and_says_so",),
    "F11": (f"{_UNIT}tools.py::test_pipeline__a_failure_anywhere_stops",),
    "F12": (f"{_UNIT}workflow_run.py::test_lock__a_second_run_is_refused_with_the_name_of_the_first",),
    "F13": (f"{_UNIT}run_safety.py::test_family__is_one_wherever_it_is_run_from",
            f"{_UNIT}run_safety.py::test_lock__of_another_host_tells_how_to_look_and_what_to_remove"),
    "F14": (f"{_UNIT}workflow_run.py::test_options__that_make_a_restart_unsafe_are_refused",),
    "F15": (f"{_UNIT}workflow_run.py::test_run__plan_progress_and_nothing_to_do_the_second_time",),
    "F16": (f"{_UNIT}ledger.py::test_consumer__never_uses_a_file_that_changed_after_its_step",
            f"{_UNIT}ledger.py::test_run__finds_what_changed_even_with_its_old_time"),
    "F17": (f"{_UNIT}workflow_run.py::test_options__that_make_a_restart_unsafe_are_refused",),
    "F18": (f"{_UNIT}workflow_run.py::test_run__told_to_stop_ends_its_steps_before_it_goes",),
    "F19": (f"{_SLURM}what_the_cluster_would_not_take_is_said_before_the_first_job",),
    "F20": (f"{_UNIT}scratch.py::test_scratch__of_a_killed_process_is_removed_and_of_a_living_one_kept",),
    "F21": (
        f"{_TOOLS}archive_kill.py::"
        "test_kill__the_archive_is_whole_and_the_same_command_again_gives_the_same_bytes",
    ),
    "F23": (f"{_TOOLS}alignment.py::test_align__result_does_not_depend_on_threads_or_folder",),
    "S1": ("tests/workflow/test_hostile_names.py::test_paths__with_spaces_quotes_and_commands_are_only_paths",
           f"{_UNIT}tools.py::test_run__arguments_are_never_a_shells"),
    "S3": ("tests/security/test_code.py::test_code__nothing_is_evaluated_unpickled_or_given_to_a_shell",),
    "S5": ("tests/security/test_injection.py::test_outputs__hostile_text_stays_text",
           f"{_UNIT}report_page.py::test_hostile_text_is_shown_and_never_run"),
    "S6": (f"{_UNIT}report_page.py::test_the_policy_names_exactly_the_inline_script_and_style",),
    "S7": ("tests/security/test_injection.py::test_outputs__hostile_text_stays_text",
           f"{_UNIT}report_table.py::test_a_formula_cannot_start_a_cell"),
    "S8": (f"{_UNIT}raw_fuzz.py::test_fuzz__no_mutant_kills_the_reader_or_loses_a_record",
           f"{_UNIT}doctor.py::test_doctor__an_htslib_with_known_holes_is_a_warning"),
    "S9": ("tests/chaos/test_privacy.py::test_run__tells_no_person_no_secret_and_lets_nobody_else_read",),
    "S11": (f"{_UNIT}files.py::test_private_directory__belongs_to_the_owner_and_goes_away",
            "tests/security/test_links.py::test_scratch__a_planted_link_is_not_followed"),
    "S12": ("tests/security/test_code.py::test_code__archives_are_never_unpacked_by_their_own_names",),
    "S13": (f"{_UNIT}record_run.py::test_record_run__configuration_reads_back_as_the_one_that_ran",),
    "S14": (f"{_UNIT}report_page.py::test_the_page_asks_for_nothing",),
    "S15": (f"{_UNIT}report_page.py::test_a_variant_that_the_index_does_not_carry_is_refused",
            f"{_UNIT}report_page.py::test_another_familys_pedigree_is_refused"),
}  # fmt: skip


def files() -> int:
    """Malformed files, or sets of files with one fault; the same one given to several commands counts once."""
    return len({(case.row, case.fault) for case in CASES})


def summary() -> dict[str, Any]:
    """Rows, cases, malformed files and tests elsewhere, in all and by row."""
    by_row = Counter(case.row for case in CASES)
    return {
        "rows": len(ROWS),
        "cases": len(CASES),
        "files": files(),
        "by_row": {
            row: {"title": title, "cases": by_row[row], "elsewhere": list(ELSEWHERE.get(row, ()))}
            for row, title in ROWS.items()
        },
    }
