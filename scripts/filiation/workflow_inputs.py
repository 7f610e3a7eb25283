"""Which files and options does each rule need? The sheets and the configuration, seen from the workflow.

Every path choice of the workflow is a method here, so that it is tested without Snakemake; the rules only name
the method. Paths are relative to the working directory.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from filiation.config import (
    RunConfig,
    acmg_table_path,
    gene_table_path,
    panels_folder,
    rank_weights_path,
    recheck_thresholds_path,
    scoring_model_path,
)
from filiation.errors import ConfigError, nearest
from filiation.io.sheet import SampleSheet, load_sheets
from filiation.model.pedigree import Family
from filiation.panels.load import panel_path

# Matches nothing: the constraint of a rule that no sample of this run needs.
NOTHING = "(?!)"
# Matches every id of the sheets (ID_PATTERN of filiation.config_sources).
ANY_ID = "[A-Za-z0-9][A-Za-z0-9_-]*"

# Made of the fingerprints of all families, where there are two or more.
COMPARISON_OF_FAMILIES = "results/run/families.tsv"


class WorkflowInputs:
    """Answers for the rules of one run."""

    def __init__(self, config: RunConfig) -> None:
        self.config = config
        self.sheet: SampleSheet = load_sheets(config)
        self._structural = self._structural_calls()
        # Asked for by several jobs of each family: looked up once.
        self._rank_weights, self._acmg_table = str(rank_weights_path(config)), str(acmg_table_path(config))
        self._panel_path = cache(panel_path)

    @property
    def families(self) -> list[str]:
        """All families, in the order of the sheet."""
        return list(self.sheet.families)

    @staticmethod
    def one_of(names: list[str], others: Sequence[str] = ()) -> str:
        """Constraint of a wildcard to these names, where `others` must not match; nothing for an empty list.

        Without others it is any id: Snakemake carries the constraint along with every file name of every job, and the
        names of a thousand families would cost it minutes. A target of an unknown family is named by `family`.
        """
        if not names:
            return NOTHING
        return "|".join(re.escape(name) for name in names) if others else ANY_ID

    def samples(self, *, adopted: bool) -> list[str]:
        """Samples with reads: those whose stored alignment is kept, or those that are aligned here."""
        keep = self.config.alignment.stored_reads == "keep"
        found = []
        for sample in self.sheet.rows:
            entry = self.sheet.entry(sample)
            if entry == "vcf":
                continue
            if (entry == "bam" and keep) is adopted:
                found.append(sample)
        return found

    @property
    def any_reads(self) -> bool:
        """Whether any family starts from reads."""
        return any(not self.sheet.starts_from_calls(family) for family in self.families)

    @property
    def families_with_reads(self) -> list[str]:
        """Families whose reads can be opened again."""
        return [family for family in self.families if not self.sheet.starts_from_calls(family)]

    # --- reference -------------------------------------------------------------------------------------------

    def reference(self) -> list[str]:
        """The prepared reference, or nothing when none is configured."""
        return ["results/reference/genome.fa"] if self.config.reference.fasta else []

    def genes(self) -> list[str]:
        """The prepared gene models, or nothing."""
        wanted = self.config.reference.genes_gff3 and self.config.reference.fasta
        return ["results/reference/genes.gff3.gz"] if wanted else []

    def genome_options(self) -> list[str]:
        """--assembly and --pseudoautosomal-bed."""
        reference = self.config.reference
        options = ["--assembly", reference.assembly]
        if reference.pseudoautosomal_bed:
            options += ["--pseudoautosomal-bed", reference.pseudoautosomal_bed]
        return options

    # --- reads -----------------------------------------------------------------------------------------------

    def stored_reads(self, sample: str) -> str:
        """The BAM or CRAM of a sample."""
        return self.sheet.rows[sample].bam or ""

    def read_group_option(self, sample: str) -> list[str]:
        """--read-group-sample, when the stored reads carry another name."""
        name = self.sheet.rows[sample].read_group_sample
        return ["--read-group-sample", name] if name else []

    def units(self, sample: str) -> list[str]:
        """Unit ids of a sample; stored reads that are realigned are one unit, `stored`."""
        if self.sheet.entry(sample) == "bam":
            return ["stored"]
        return [unit.unit for unit in self.sheet.units.get(sample, [])]

    def fastq(self, family: str, sample: str, unit: str) -> list[str]:
        """The two FASTQ files of a unit."""
        if self.sheet.entry(sample) == "bam":
            return [f"results/{family}/alignment/{sample}.stored_{mate}.fastq.gz" for mate in (1, 2)]
        row = next(row for row in self.sheet.units[sample] if row.unit == unit)
        return [row.fastq_1, row.fastq_2]

    def library(self, sample: str, unit: str) -> str:
        """Library of a unit; the sample id when the sheet names none."""
        row = next((row for row in self.sheet.units.get(sample, []) if row.unit == unit), None)
        return (row.library if row else None) or sample

    def unit_bams(self, family: str, sample: str) -> list[str]:
        """Aligned units of a sample."""
        return [f"results/{family}/alignment/{sample}.{unit}.bam" for unit in self.units(sample)]

    def crams(self, family: str) -> list[str]:
        """CRAMs of a family's members; nothing for stored calls."""
        if self.sheet.starts_from_calls(family):
            return []
        return [f"results/{family}/alignment/{sample}.cram" for sample in self.family(family).samples]

    def coverage_tables(self, family: str) -> list[str]:
        """Coverage tables of a family's members; nothing for stored calls."""
        if self.sheet.starts_from_calls(family):
            return []
        return [f"results/{family}/quality/{sample}.coverage.tsv" for sample in self.family(family).samples]

    # --- calls -----------------------------------------------------------------------------------------------

    def family(self, name: str) -> Family:
        """A family by its id; ConfigError for one that the sheets do not have."""
        if name not in self.sheet.families:
            raise ConfigError(
                f"family '{name}' is not in the sheet",
                where=self.config.samples,
                expected=f"one of {', '.join(self.families[:10])}{', …' if len(self.families) > 10 else ''}",
                repair=nearest(name, self.families) or "correct the target",
            )
        return self.sheet.families[name]

    def family_calls(self, family: str) -> list[str]:
        """Where normalisation starts: this run's joint calls, or the sheet's stored ones."""
        if self.sheet.starts_from_calls(family):
            return self.sheet.stored_calls(family)
        return [f"results/{family}/calling/{family}.bcf"]

    def sample_names(self, family: str) -> list[str]:
        """--sample-name COLUMN=SAMPLE for stored calls whose columns have other names."""
        if not self.sheet.starts_from_calls(family):
            return []
        renamed = [f"{theirs}={ours}" for theirs, ours in self.sheet.stored_names(family).items() if theirs != ours]
        return ["--sample-name", *renamed] if renamed else []

    def frequency_files(self) -> list[str]:
        """The files of the configured frequency sources, VCF or compiled; the laboratory's own families are none."""
        return [source.vcf for source in self.config.frequencies if source.kind == "population"]

    def frequency_options(self) -> list[str]:
        """--frequency NAME=FILE,… for every configured source."""
        sources = [
            f"{source.name}={source.vcf},af={source.af},homozygotes={source.homozygotes}"
            + (f",hemizygotes={source.hemizygotes}" if source.hemizygotes else "")
            for source in self.config.frequencies
            if source.kind == "population"
        ]
        return ["--frequency", *sources] if sources else []

    def annotation_files(self) -> list[str]:
        """Every file that annotation looks records up in."""
        annotation = self.config.annotation
        single = (
            annotation.clinvar_vcf,
            annotation.mane_summary,
            annotation.recurrent_artefacts,
            annotation.previous_shares,
        )
        counted = [
            path
            for source in self.config.frequencies
            for path in (
                [source.vcf]
                if source.kind == "in-house"
                else [source.full_vcf, *filter(None, [source.coverage])]
                if source.in_full
                else []
            )
        ]
        listed = [source.path for source in annotation.scores] + [source.path for source in annotation.regions]
        return [*filter(None, single), *listed, *counted, *self.in_house_counts()]

    def gene_fact_files(self) -> list[str]:
        """Files of facts about genes."""
        return [source.path for source in self.config.annotation.gene_facts]

    def gene_fact_options(self) -> list[str]:
        """--gene-facts KIND=FILE …, when there are any."""
        facts = [f"{source.kind}={source.path}" for source in self.config.annotation.gene_facts]
        return ["--gene-facts", *facts] if facts else []

    def vep_assembly_option(self) -> list[str]:
        """--assembly, when the configuration names one; without it VEP takes the only assembly of its cache."""
        assembly = self.config.reference.assembly
        return ["--assembly", assembly] if assembly.startswith("GRCh") else []

    def annotate_options(self) -> list[str]:
        """--consequences and what it needs, and every source of evidence."""
        annotation = self.config.annotation
        # VEP has written CSQ into the records by then.
        options = ["--consequences", "existing" if annotation.consequences == "vep" else annotation.consequences]
        if annotation.consequences == "csq" or (self.reference() and self.genes()):
            options += ["--reference", *self.reference(), "--genes-gff3", *self.genes()]
        single = {
            "--clinvar": annotation.clinvar_vcf,
            "--mane": annotation.mane_summary,
            "--artefacts": annotation.recurrent_artefacts,
            "--previous-shares": annotation.previous_shares,
        }
        for option, path in single.items():
            options += [option, path] if path else []
        population = [source for source in self.config.frequencies if source.in_full]
        own = [source for source in self.config.frequencies if source.kind == "in-house"]
        listed = {
            "--score": [f"{source.name}={source.kind},{source.path}" for source in annotation.scores],
            "--region": [f"{source.name}={source.kind},{source.path}" for source in annotation.regions],
            "--faf": [
                ",".join(
                    [f"{source.name}={source.full_vcf}"]
                    + [
                        f"{name}={value}"
                        for name in ("faf", "groups", "alleles", "coverage")
                        if (value := getattr(source, name))
                    ]
                )
                for source in population
            ],
            "--in-house": [
                ",".join(
                    [f"{source.name}={source.vcf}"]
                    + [
                        f"{name}={value}"
                        for name in ("af", "carriers", "families", "affected", "unaffected")
                        if (value := getattr(source, name))
                    ]
                )
                for source in own
            ]
            + [
                f"archive={path},af=AF,carriers=CARRIERS,families=FAMILIES,affected=AFFECTED,unaffected=UNAFFECTED"
                for path in self.in_house_counts()
            ],
        }
        for option, values in listed.items():
            options += [option, *values] if values else []
        return options

    # --- prioritisation and report ---------------------------------------------------------------------------

    def scoring_model(self) -> str:
        """File of thresholds and weights."""
        return str(scoring_model_path(self.config))

    def ranking_tables(self) -> list[str]:
        """Weights of the rank and table of the ACMG/AMP criteria."""
        return [self._rank_weights, self._acmg_table]

    def prioritise_files(self) -> list[str]:
        """Weights, criteria and tables that the rank reads beside the calls."""
        resources, chosen = self.config.resources, self.config.prioritisation
        optional = (resources.hpo_gene_diseases, chosen.clinvar_proteins)
        return [
            *self.ranking_tables(),
            str(gene_table_path(self.config)),
            *filter(None, optional),
            *self.gene_fact_files(),
            *self.genes(),
        ]

    def prioritise_options(self, family: str) -> list[str]:
        """Everything `filiation prioritise` is told beyond its calls: tables, and the signs of the index case."""
        resources, chosen = self.config.resources, self.config.prioritisation
        options = [
            *("--rank-weights", self._rank_weights, "--acmg-table", self._acmg_table),
            *("--gene-table", str(gene_table_path(self.config))),
            *self.gene_fact_options(),
        ]
        if genes := self.genes():
            options += ["--genes-gff3", *genes]
        if resources.hpo_gene_diseases:
            options += ["--hpo-gene-diseases", resources.hpo_gene_diseases]
        if chosen.clinvar_proteins:
            options += ["--clinvar-proteins", chosen.clinvar_proteins]
        if terms := self.family(family).hpo_terms:
            options += ["--hpo-terms", ";".join(terms)]
        return options

    def _structural_calls(self) -> dict[str, str]:
        """{family: structural calls}, checked against the sheet and the gene models."""
        found: dict[str, str] = {}
        where = "prioritisation.structural"
        for entry in self.config.prioritisation.structural:
            if entry.family not in self.sheet.families:
                raise ConfigError(
                    f"family '{entry.family}' is not in the sheet",
                    where=where,
                    expected=f"one of {', '.join(self.families)}",
                    repair=nearest(entry.family, self.families) or "remove the entry",
                )
            if entry.family in found:
                raise ConfigError(
                    f"two files of family '{entry.family}'", where=where, expected="one", repair="join them"
                )
            found[entry.family] = entry.vcf
        if found and not self.config.reference.genes_gff3:
            raise ConfigError(
                "structural calls without gene models",
                where=where,
                expected="the genes that structural variants may hit",
                repair="set reference.genes_gff3",
            )
        return found

    def structural_files(self, family: str) -> list[str]:
        """Structural calls of a family and the gene models that say what they hit; nothing without calls."""
        if family not in self._structural:
            return []
        return [self._structural[family], *(self.genes() or [str(self.config.reference.genes_gff3)])]

    def structural_options(self, family: str) -> list[str]:
        """--structural and --gene-models."""
        files = self.structural_files(family)
        return ["--structural", files[0], "--gene-models", files[1]] if files else []

    def recheck_thresholds(self) -> str:
        """File of the thresholds of the recheck."""
        return str(recheck_thresholds_path())

    def recheck_table(self, family: str) -> list[str]:
        """What the reads say of the candidates; nothing for stored calls."""
        if self.sheet.starts_from_calls(family):
            return []
        return [f"results/{family}/prioritisation/{family}.recheck.tsv"]

    def read_views_table(self, family: str) -> list[str]:
        """The reads around the candidates; nothing for stored calls."""
        if self.sheet.starts_from_calls(family):
            return []
        return [f"results/{family}/prioritisation/{family}.read_views.tsv"]

    def phenotype_table(self, family: str) -> list[str]:
        """Labels of the signs, and French names of diseases where Orphanet's file is given; nothing without either."""
        member, names = self.family(family), self.config.resources.orphanet_french_names
        found = bool(member.hpo_terms or member.hpo_absent or names)
        return [f"results/{family}/prioritisation/{family}.phenotype.tsv"] if found else []

    def phenotype_options(self, family: str) -> list[str]:
        """--terms, --absent and the French labels, as far as there are any."""
        member, resources = self.family(family), self.config.resources
        absent = ["--absent", ";".join(member.hpo_absent)] if member.hpo_absent else []
        options = ["--terms", ";".join(member.hpo_terms), *absent]
        french = {"--french-labels": resources.hpo_french_labels, "--orphanet-names": resources.orphanet_french_names}
        return options + [word for option, path in french.items() if path for word in (option, path)]

    def gene_coverage_table(self, family: str) -> list[str]:
        """How the panel's genes were read; nothing for stored calls, without a panel or without gene models."""
        if self.sheet.starts_from_calls(family) or not self.panel(family) or not self.genes():
            return []
        return [f"results/{family}/quality/{family}.gene_coverage.tsv"]

    def panel(self, family: str) -> list[str]:
        """Panel file of a family's pre-indication; nothing when the sheet names none."""
        name = self.family(family).pre_indication
        return [str(self._panel_path(panels_folder(self.config), name))] if name else []

    def panel_option(self, family: str) -> list[str]:
        """--panel FILE, when there is one."""
        found = self.panel(family)
        return ["--panel", *found] if found else []

    def penetrance_option(self) -> list[str]:
        """--reduced-penetrance GENE ..., when genes are listed."""
        genes = self.config.prioritisation.reduced_penetrance
        return ["--reduced-penetrance", *genes] if genes else []

    @property
    def data_label(self) -> str:
        """Label of every output of this run; empty for real data."""
        return "données simulées" if self.config.simulated else ""

    def simulated_option(self) -> list[str]:
        """--simulated, when the data are."""
        return ["--simulated"] if self.config.simulated else []

    def report_options(self, family: str) -> list[str]:
        """Everything the report is told beyond its input files."""
        member = self.family(family)
        report = self.config.report
        options = ["--language", report.language, *self.simulated_option(), *self.panel_option(family)]
        if member.pre_indication:
            options += ["--pre-indication", member.pre_indication]
        if member.hpo_terms:
            options += ["--hpo-terms", ";".join(member.hpo_terms)]
        ages = ((sample, self.sheet.rows[sample].age_at_sampling) for sample in member.samples)
        if known := [f"{sample}={age:g}" for sample, age in ages if age is not None]:
            options += ["--ages", *known]
        rows = (self.sheet.rows[sample] for sample in member.samples)
        if tests := next((row.previous_tests for row in rows if row.previous_tests), None):
            options += ["--previous-tests", tests]
        if model := self.config.prioritisation.scoring_model:
            options += ["--scoring-model", model]
        if report.external_links:
            options.append("--external-links")
        return [*options, *self.gate_options(family)]

    def override_reason(self, family: str) -> str:
        """Why a family goes on in spite of a FAIL: its own reason, else the one for all; '' without any."""
        quality = self.config.quality
        return quality.override_reasons.get(family) or quality.override_reason or ""

    def gate_options(self, family: str) -> list[str]:
        """What the gate and the report are told about a FAIL."""
        reason = self.override_reason(family)
        options = ["--override-reason", reason] if reason else []
        return options if self.config.quality.stop_on_fail else [*options, "--no-stop-on-fail"]

    def comparison_options(self) -> list[str]:
        """What the comparison of families is told about a FAIL."""
        reasons = [(family, self.override_reason(family)) for family in self.families]
        options = [part for family, reason in reasons if reason for part in ("--override", family, reason)]
        return options if self.config.quality.stop_on_fail else [*options, "--no-stop-on-fail"]

    def funnels(self, family: str) -> list[str]:
        """Funnel tables of a family, in the order of the steps."""
        stages = ("normalised", "screened", "annotated", "prioritisation")
        return [f"results/{family}/{stage}/{family}.funnel.tsv" for stage in stages]

    def reports(self) -> list[str]:
        """Final targets of the run, the archive's apart."""
        compared = [COMPARISON_OF_FAMILIES] if len(self.families) > 1 else []
        return [*self._reports_of(self.families), *compared, *self._run]

    _run = ("results/run/config.yaml", "results/run/versions.tsv")

    @staticmethod
    def _reports_of(families: Sequence[str]) -> list[str]:
        """Page and table of each family."""
        return [f"results/{family}/report/{family}.rcp.{kind}" for family in families for kind in ("html", "tsv")]

    def targets(self, families: Sequence[str]) -> list[str]:
        """What a run makes last for these families, and for all; without the comparison of the families."""
        return [*self._reports_of(families), *self._run, *self._receipts_of(families)]

    # --- archive ---------------------------------------------------------------------------------------------

    def archive_receipts(self) -> list[str]:
        """What says that each family is in the archive; nothing without an archive."""
        return self._receipts_of(self.families)

    def _receipts_of(self, families: Sequence[str]) -> list[str]:
        """Receipts of some families; nothing without an archive."""
        if not self.config.archive.path:
            return []
        return [f"results/{family}/archive/{family}.archived.json" for family in families]

    def archive_consents(self) -> list[str]:
        """Table of the families' consents, when there is one."""
        return [self.config.archive.consents] if self.config.archive.consents else []

    def archive_options(self) -> list[str]:
        """--date, --consents and --no-links, as far as they are configured."""
        archive = self.config.archive
        options = ["--date", archive.date] if archive.date else []
        options += ["--consents", archive.consents] if archive.consents else []
        return options if archive.links else [*options, "--no-links"]

    def in_house_counts(self) -> list[str]:
        """Counts of alleles in the archive's families as they are when the run begins; nothing unless asked for."""
        archive = self.config.archive
        return ["results/run/in_house.vcf.gz"] if archive.path and archive.in_house else []
