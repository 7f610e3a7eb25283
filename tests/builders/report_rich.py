"""The same imaginary family with every optional table: evidence, reads, panel coverage, genome, changes."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from builders.report import Row, candidate, family_candidates, family_funnel, genotype, options, write_family
from filiation.io.tables import write_table
from filiation.model.columns import PANEL
from filiation.model.packed_reads import ALT, REVERSE, Event, Molecule, Segment, pack_depth, pack_molecules
from filiation.model.report_tables import CHANGES, GENE_COVERAGE, PHENOTYPE_TERMS, PROFILE, READ_VIEWS
from filiation.report.data import Options, ReportData, read_report_data
from filiation.report.karyotype_svg import CHROMOSOMES

STATES = (
    "population:found;inhouse:found;clinvar:found;hgvs:found;cadd:found;revel:not_applicable;spliceai:found;"
    "alphamissense:not_annotated;constraint:found;clingen_dosage:found"
)
CRITERIA = "|".join(
    f"{name}:{state}:{points}:{why}"
    for name, state, points, why in (
        ("PVS1", "met", 8, "stop_gained, nonsense-mediated decay expected; ClinGen haploinsufficiency 3"),
        (
            "PS2",
            "met",
            4,
            "both parents confirmed (kinship of both parents OK in the quality table), "
            "phenotype similarity 0.91 >= 0.5: 2 case points",
        ),
        ("PM2_Supporting", "met", 1, "absent from the population"),
        ("PS1", "not_met", 0, "stop_gained is not missense"),
        ("PM1", "not_met", 0, "stop_gained is neither missense nor in-frame"),
        ("PP3", "not_met", 0, "counted in PVS1"),
        ("BA1", "not_met", 0, "absent from the population < 0.05"),
        ("PS3", "for_humans", 0, "functional study shows damage"),
        ("PP4", "for_humans", 0, "phenotype similarity 0.91 with OMIM:612621 Intellectual disorder, dominant 5"),
        ("BS4", "for_humans", 0, "does not segregate with the disorder"),
        ("PS4", "for_humans", 0, "more frequent in patients than in controls"),
        ("PP1", "for_humans", 0, "father unaffected, absent; mother unaffected, absent"),
        ("BP2", "for_humans", 0, "in trans with a dominant, or in cis with a pathogenic variant"),
        ("PM3", "not_met", 0, "not a recessive pattern"),
        ("PM4", "not_met", 0, "counted in PVS1"),
        ("PM6", "not_met", 0, "parentage confirmed: see PS2"),
        ("BS1", "not_met", 0, "absent from the population < 0.001"),
        ("BS2", "not_met", 0, "absent from the population"),
        ("BP4", "not_met", 0, "stop_gained: predictors of substitutions do not apply"),
        ("PM5", "not_evaluable", 0, "no ClinVar table by protein change is configured"),
        ("PP5", "not_evaluable", 0, "not used: it repeats a verdict without its evidence (ClinGen SVI 2018)"),
    )
)
DISEASES = (
    "ORPHA:544254:SYNGAP1-related developmental and epileptic encephalopathy:AD:definitive:ClinGen|"
    "OMIM:612621:Intellectual developmental disorder, autosomal dominant 5:AD:strong:GenCC"
)
FRENCH_DISEASE = "Encéphalopathie développementale et épileptique liée à SYNGAP1"
# As the scoring model names them; the header of the candidates names model-1.
MUTATION_RATES = {"transition": 8.1e-9, "transition_cpg": 1.12e-7, "transition_not_cpg": 6.18e-9,
                  "transversion": 1.9e-9, "indel_1": 4.6e-10, "repeat_factor": 12.0}  # fmt: skip
SETTINGS_SAID = {
    "settings": "2",
    "settings.calling.caller": "freebayes instead of bcftools",
    "settings.frequencies": "gnomAD-4.1 (vcf=gnomad.joint.v4.1.bcf) instead of none",
}
PANEL_CHANGED = {"before": "2", "panel_came": "KMT2A,ZNF462", "panel_went": "TTN"}
MATCHES = "HP:0001249>HP:0001249:1.000;HP:0001250>HP:0002133:0.820;HP:0000252>.:0"
_RICH: tuple[dict[str, Any], ...] = (
    {
        "shelf": "A",
        "hgvs_c": "NM_006772.3:c.1861C>T",
        "hgvs_p": "NP_006763.2:p.(Arg621Ter)",
        "exon": "11/19",
        "hgvs_g": "NC_000006.12:g.33440722C>T",
        "vrs_id": "ga4gh:VA.dsdfa8ns9WnT2ib9e4Kw1l4bYLyJSuSA",
        "dbsnp_id": "rs1057519546",
        "population_coverage": "alleles=1613998;median=32;over_20=0.98",
        "transcript": "NM_006772.3",
        "transcript_status": "MANE_Select",
        "hgnc_id": "HGNC:11497",
        "gene_name_status": "approved",
        "cadd_phred": 38.0,
        "spliceai_max": 0.02,
        "spliceai_detail": "AG:0.00@2 AL:0.01@-4 DG:0.00@11 DL:0.02@7",
        "pli": 1.0,
        "loeuf": 0.06,
        "missense_z": 5.1,
        "clingen_haploinsufficiency": "3",
        "clingen_triplosensitivity": "0",
        "gene_disease_validity": DISEASES,
        "inhouse_carriers": 0,
        "clinvar_stars": 2,
        "clinvar_date": "2026-11-01",
        "annotation_states": STATES,
        "hpo_score": 0.91,
        "hpo_disease": "OMIM:612621:Intellectual developmental disorder, autosomal dominant 5",
        "hpo_matches": MATCHES,
        "acmg_points": 13,
        "acmg_class": "pathogenic",
        "acmg_criteria": CRITERIA,
    },
    {
        "shelf": "A",
        "hgvs_c": "NM_018136.5:c.9697C>T",
        "hgvs_p": "NP_060606.3:p.(Arg3233Ter)",
        "exon": "24/28",
        "transcript": "NM_018136.5",
        "transcript_status": "MANE_Select",
        "hgnc_id": "HGNC:19048",
        "cadd_phred": 41.0,
        "spliceai_max": 0.0,
        "annotation_states": STATES,
        "hpo_score": 0.74,
        "hpo_matches": MATCHES,
        "hpo_disease": "OMIM:608716:Microcephaly 5, primary, autosomal recessive",
        "acmg_points": 11,
        "acmg_class": "pathogenic",
        "acmg_criteria": CRITERIA,
        "inhouse_carriers": 2,
        "inhouse_affected": 1,
        "inhouse_unaffected": 2,
        "population_faf": 3.4e-6,
        "population_by_group": "nfe=2.1e-05;afr=0;eas=8e-06;fin=0",
        "clinvar_conflict": "Pathogenic(1)|Uncertain_significance(3)",
    },
    {
        "shelf": "A",
        "hgvs_c": "NM_018136.5:c.2761-2A>G",
        "intron": "12/27",
        "transcript": "NM_018136.5",
        "transcript_status": "MANE_Select",
        "cadd_phred": 33.0,
        "spliceai_max": 0.99,
        "annotation_states": STATES,
        "hpo_score": 0.74,
        "hpo_matches": MATCHES,
        "acmg_points": 9,
        "acmg_class": "likely_pathogenic",
        "acmg_criteria": CRITERIA.replace("PS2:met:4", "PM3:met:2"),
        "other_transcripts": "ENST00000294732:MANE_Plus_Clinical:intron_variant:c.2761-2A>G:.",
    },
    {
        "shelf": "B",
        "hgvs_c": "NM_001197104.2:c.3464G>A",
        "hgvs_p": "NP_001184033.1:p.(Cys1155Tyr)",
        "transcript": "NM_001197104.2",
        "transcript_status": "MANE_Select",
        "cadd_phred": 28.1,
        "revel": 0.89,
        "spliceai_max": 0.01,
        "alphamissense": 0.98,
        "hpo_score": 0.55,
        "hpo_matches": MATCHES,
        "acmg_points": 5,
        "acmg_class": "uncertain",
        "acmg_criteria": "PP3_Moderate:met:2:REVEL 0.89|PM6:met:2:parentage assumed (a parent was not sequenced)",
        "region_flags": "low_complexity",
        "annotation_states": STATES,
    },
    {
        "shelf": "B",
        "hgvs_c": "NM_001356.5:c.1126C>T",
        "transcript": "NM_001356.5",
        "transcript_status": "canonical",
        "revel": 0.92,
        "acmg_points": 4,
        "acmg_class": "uncertain",
        "acmg_criteria": "PP3_Moderate:met:2:REVEL 0.92",
    },
    {"shelf": "C", "acmg_points": -2, "acmg_class": "likely_benign", "acmg_criteria": "BP4:met:-1:CADD 12"},
)


def rich_candidates() -> list[Row]:
    """The family's candidates with the evidence of every source."""
    return [row | extra for row, extra in zip(family_candidates(), _RICH, strict=True)]


def many_candidates(count: int, seed: int = 1) -> list[Row]:
    """As many candidates as asked for, as a genome without a panel would give them, pairs among them."""
    rng = random.Random(seed)
    rows = []
    for number in range(count):
        pos = 1_000_000 + 1000 * number
        partner = None
        if number % 5 in (3, 4):
            other = pos + (1000 if number % 5 == 3 else -1000)
            partner = f"chr{1 + number // 5 % 22}-{other}-C-T"
        rows.append(
            candidate(
                rank=number + 1,
                chrom=f"chr{1 + number // 5 % 22}",
                pos=pos,
                gene=f"GENE{number // (5 if partner else 1)}",
                compound_partner=partner,
                score=round(30 - number / 10, 1),
                inheritance="compound_heterozygous"
                if partner
                else rng.choice(("de_novo", "autosomal_recessive", "x_linked")),
                **genotype("proband", "0/1", rng.randint(9, 25), rng.randint(8, 25), 99),
                **{
                    **_RICH[0],
                    "shelf": "A" if number < 6 else "B" if number < 30 else "C",
                    "hgvs_c": f"NM_006772.3:c.{1861 + number}C>T",
                    "hgvs_g": f"NC_000006.12:g.{33440722 + number}C>T",
                    "vrs_id": f"ga4gh:VA.{rng.getrandbits(96):032x}",
                    "dbsnp_id": f"rs{1057519546 + number}",
                    "clinvar_id": str(400000 + number),
                    "cadd_phred": round(rng.uniform(10, 40), 2),
                    "loeuf": round(rng.uniform(0.05, 1.9), 3),
                    "missense_z": round(rng.uniform(-1, 6), 3),
                    "hpo_score": round(rng.uniform(0.1, 0.95), 4),
                    "gene_disease_validity": DISEASES.replace("612621", str(600000 + number)),
                    "kept_because": f"proband_alt_depth {number} >= 3 [min_proband_alt_depth];"
                    "proband_genotype_quality 99 >= 5 [min_proband_genotype_quality];"
                    f"population_af {number / 1e7:g} <= 0.01 [max_frequency_recessive];"
                    "clinvar Pathogenic is not benign;consequence stop_gained (loss_of_function);"
                    "inheritance de_novo supported;shelf A, score 34.52 [clinvar_pathogenic]",
                },
            )
        )
    return rows  # fmt: skip


def _molecules(rng: random.Random, count: int, alternate: int, place: int, letter: str) -> list[Molecule]:
    found = []
    for number in range(count):
        start = rng.randint(-1, 38)
        flags = (ALT if number < alternate else 0) | (REVERSE if rng.random() < 0.5 else 0)
        events = [Event(letter, place)] if number < alternate else []
        if rng.random() < 0.08:
            events.append(Event(rng.choice("acgt"), rng.randint(max(start, 0), 80)))
        found.append((Segment(start, min(81, start + rng.randint(45, 110)), flags, tuple(events)),))
    return found


def read_view_rows(rows: Sequence[Row], seed: int = 2) -> list[Row]:
    """Reads of the trio around each candidate, the alternate ones where the genotype says so."""
    rng = random.Random(seed)
    found = []
    for row in rows:
        reference = "".join(rng.choice("ACGT") for _ in range(81))
        for role, sample in (("proband", "IDX1"), ("father", "FAT1"), ("mother", "MOT1")):
            base = {name: row[name] for name in ("chrom", "pos", "ref", "alt")} | {
                "role": role,
                "sample": sample,
                "window": 1,
            }
            if row[f"{role}_genotype"] is None:
                found.append(
                    base
                    | {
                        "note": "no_reads_over_allele",
                        "start": row["pos"] - 40,
                        "reference": reference,
                        "molecules": 0,
                        "shown": 0,
                        "max_depth": 0,
                        "depth": "!" * 81,
                    }
                )
                continue
            alternate, total = (
                row[f"{role}_alt_depth"] or 0,
                (row[f"{role}_alt_depth"] or 0) + (row[f"{role}_ref_depth"] or 0),
            )
            shown = min(30, total)
            drawn_alternate = round(shown * alternate / total) if total else 0
            largest, depth = pack_depth([max(1, total + rng.randint(-4, 4)) for _ in range(81)])
            letter = row["alt"][0] if row["alt"][0] in "ACGT" else "T"
            share = f"40:{letter}:{round(100 * alternate / total)}" if total and alternate / total >= 0.2 else None
            molecules = _molecules(rng, shown, drawn_alternate, 40, letter)
            found.append(
                base
                | {
                    "note": "drawn",
                    "start": row["pos"] - 40,
                    "reference": reference,
                    "molecules": total,
                    "ref_reads": total - alternate,
                    "alt_reads": alternate,
                    "other_reads": 0,
                    "shown": shown,
                    "max_depth": largest,
                    "depth": depth,
                    "differences": share,
                    "reads": pack_molecules(molecules, 81),
                }
            )
    return found  # fmt: skip


def profile_rows(seed: int = 3) -> list[Row]:
    """Depth and allele balance of a genome with a maternal isodisomy of chromosome 15."""
    rng = random.Random(seed)
    rows = []
    size = 1_030_000
    for name, length in CHROMOSOMES["GRCh38"].items():
        if name == "Y":
            continue
        for start in range(1, length, size):
            values = (0.0, 0.5, 0.5, 1.0) if name != "15" else (0.0, 1.0)
            balance = ";".join(
                f"{start + place}:{min(1, max(0, rng.gauss(rng.choice(values), 0.05))):.3f}" for place in (9, 99)
            )
            rows.append(
                {
                    "chrom": f"chr{name}",
                    "start": start,
                    "end": min(start + size - 1, length),
                    "sites": 900,
                    "depth_ratio": max(0.2, rng.gauss(1.0, 0.06)),
                    "allele_balance": balance,
                }
            )
    return rows  # fmt: skip


def gene_coverage_rows() -> list[Row]:
    """Four genes: whole, a bad exon, a blind one, and one without a model."""
    rows: list[Row] = []
    for gene, share, exons, blind in (
        ("SYNGAP1", 1.0, None, None),
        ("ARX", 0.713, "2/5:chrX:25013650-25013900:0.210;5/5:chrX:25004000-25004300:0.640", None),
        ("STRC", 0.348, "1/29:chr15:43599563-43599700:0.000", "pseudogène STRCP1 presque identique"),
    ):
        for role, sample in (("proband", "IDX1"), ("father", "FAT1"), ("mother", "MOT1")):
            rows.append(
                {
                    "gene": gene,
                    "role": role,
                    "sample": sample,
                    "transcript": "ENST0001.2",
                    "bases": 4000,
                    "mean_depth": 31.2 * share,
                    "fraction_10x": min(1.0, share + 0.1),
                    "fraction_20x": share,
                    "exons_under": exons,
                    "blind": blind,
                    "note": "coding",
                }
            )
    return [*rows, {"gene": "RNU4-2", "note": "no_gene_model"}]  # fmt: skip


def change_rows(rows: Sequence[Row]) -> list[Row]:
    """One new, one upgraded, one vanished, the others unchanged."""
    keys = ("chrom", "pos", "ref", "alt", "gene")
    changes: list[Row] = [{name: row[name] for name in keys} | {"change": "unchanged"} for row in rows]
    changes[2] |= {
        "change": "new",
        "now": "A, likely_pathogenic, rank 2",
        "cause": "rule",
        "detail": "shelf by splicing",
    }
    changes[3] |= {
        "change": "upgraded",
        "before": "C, no class, rank 31",
        "now": "B, uncertain, rank 3",
        "cause": "clinvar,hpo",
        "detail": "VUS -> conflicting",
        "first_seen": "2025-11-04",
        "decision": "to_rediscuss",
    }
    gone = {
        "chrom": "chr22",
        "pos": 38120867,
        "ref": "G",
        "alt": "A",
        "gene": "TRIOBP",
        "change": "vanished",
        "before": "B, uncertain, rank 6",
        "cause": "frequency",
        "detail": "gnomAD-4.1: 41 alleles",
    }
    return [*changes, gone]  # fmt: skip


def write_rich_family(folder: Path, rows: Sequence[Row] | None = None, **changes: Any) -> dict[str, Any]:
    """Every table of the family, the optional ones included; keyword arguments of `read_report_data`."""
    rows = rich_candidates() if rows is None else rows
    by_mode = [
        ("prioritise_dominant", {"records_in": (212, "one copy"), "outside_genes": (180, ""), "records_out": (32, "")}),
        (
            "prioritise_recessive",
            {
                "records_in": (640, "two copies"),
                "outside_genes": (222, ""),
                "compound_without_partner": (401, ""),
                "pattern_gone": (12, ""),
                "records_out": (5, ""),
            },
        ),
    ]
    told = {"funnel": [*family_funnel(), *by_mode], "settings": SETTINGS_SAID}
    tables = write_family(folder, candidates=rows, **(told | changes))
    terms = (
        ("HP:0001249", "Intellectual disability", "Déficience intellectuelle", "present", "childhood", 1.6, None),
        ("HP:0001250", "Seizure", "Crise épileptique", "present", None, 1.2, None),
        ("HP:0000252", "Microcephaly", "Microcéphalie", "present", None, 2.1, None),
        ("HP:0002133", "Status epilepticus", None, "label", None, 4.0, "HP:0001250"),
        (
            "ORPHA:544254",
            "SYNGAP1-related developmental and epileptic encephalopathy",
            FRENCH_DISEASE,
            "label",
            None,
            None,
            None,
        ),
        ("HP:0001627", "Abnormal heart morphology", "Cardiopathie congénitale", "absent", None, 1.9, None),
    )
    extra = {
        "read_views": (READ_VIEWS, read_view_rows(rows)),
        "gene_coverage": (GENE_COVERAGE, gene_coverage_rows()),
        "profile": (PROFILE, profile_rows()),
        "changes": (CHANGES, change_rows(rows) if len(rows) > 3 else []),
        "phenotype": (PHENOTYPE_TERMS, [dict(zip(PHENOTYPE_TERMS.names, term, strict=True)) for term in terms]),
    }
    for name, (schema, content) in extra.items():
        write_table(folder / f"{name}.tsv", schema, content, PANEL_CHANGED if schema is CHANGES else None)
        tables[name] = folder / f"{name}.tsv"
    return tables


def write_panels(folder: Path) -> Path:
    """Two panels, one of which holds SYNGAP1 by its HGNC id under an older symbol, and a file that is no panel."""
    folder.mkdir(exist_ok=True)
    for slug, french, english, genes in (
        ("deficience-intellectuelle", "Déficience intellectuelle", "Intellectual disability", ("SYNGAP1", "ASPM")),
        ("epilepsies", "Épilepsies <précoces>", "Early <epilepsies>", ("OLDNAME",)),
    ):
        header = {
            "pre_indication": slug,
            "name_fr": french,
            "name_en": english,
            "version": "1.0.0",
            "date": "2026-11-22",
        }
        ids = {"SYNGAP1": "HGNC:11497", "ASPM": "HGNC:19048", "OLDNAME": "HGNC:11497"}
        rows = [{"gene": gene, "hgnc_id": ids[gene], "tier": "core", "inheritance": "AD"} for gene in genes]
        write_table(folder / f"{slug}.tsv", PANEL, rows, header)
    (folder / "notes.tsv").write_text("not a panel\n", encoding="utf-8")
    return folder


def rich_data(folder: Path, rows: Sequence[Row] | None = None, report_options: Options | None = None) -> ReportData:
    """The report's data with every table."""
    return read_report_data(
        report_options or options(),
        **write_rich_family(folder, rows),
        panels=write_panels(folder / "panels"),
        omim={"SYNGAP1": ("OMIM:612621", "OMIM:603384"), "ASPM": ("OMIM:608716",)},
        mutation_rates=("model-1", MUTATION_RATES),
        strengths={"REVEL": lambda score: ("pathogenic", "moderate") if score > 0.77 else None},
    )
