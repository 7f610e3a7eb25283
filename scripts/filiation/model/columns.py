"""Every column of every table we write: one declaration, used by writer, reader, report and documentation."""

from __future__ import annotations

from filiation.model.identity_tables import FAMILIES, FINGERPRINT, GATE
from filiation.model.report_tables import (
    BLIND_GENES,
    CHANGES,
    DECISIONS,
    GENE_COVERAGE,
    PHENOTYPE_TERMS,
    PROFILE,
    READ_VIEWS,
    WORK_LIST,
)
from filiation.model.resource_tables import RESOURCES_LOCK as RESOURCES_LOCK
from filiation.model.resource_tables import RESOURCES_MANIFEST as RESOURCES_MANIFEST
from filiation.model.run_tables import JOB_COSTS
from filiation.model.table_schema import VARIANT as VARIANT
from filiation.model.table_schema import Column as Column
from filiation.model.table_schema import TableSchema as TableSchema


def _member_columns(role: str) -> tuple[Column, ...]:
    """The genotype evidence of one member; `.` everywhere when that member was not sequenced."""
    return (
        Column(f"{role}_genotype", "str", f"genotype of the {role} as called: 0/1, 1, ./. …"),
        Column(f"{role}_ref_depth", "int", f"reads of the {role} with the reference allele", "reads"),
        Column(f"{role}_alt_depth", "int", f"reads of the {role} with the alternate allele", "reads"),
        Column(f"{role}_depth", "int", f"reads of the {role} over the position", "reads"),
        Column(f"{role}_genotype_quality", "int", f"genotype quality of the {role}", "phred"),
        Column(f"{role}_likelihoods", "str", f"genotype likelihoods (PL) of the {role} as called: 0,30,300", "phred"),
        Column(f"{role}_phase_set", "str", f"phase set (PS, else PID) of the {role}'s genotype"),
    )


CANDIDATES = TableSchema(
    "candidates",
    3,
    "One row per candidate variant and gene, best rank first; what the report shows.",
    (
        Column("rank", "int", "1 is discussed first; both members of a compound pair share their rank"),
        Column("shelf", "str", "A: to discuss; B: to look at; C: archive; A and B hold 30 at most"),
        *VARIANT,
        Column("gene", "str", "HGNC symbol as in the annotation"),
        Column("gene_id", "str", "gene id of the annotation (Ensembl) or of the panel (HGNC)"),
        Column("hgnc_id", "str", "HGNC:number of the gene; `.` when its name could not be resolved"),
        Column("gene_name_status", "str", "approved, previous:NAME, alias:NAME, ambiguous or unknown"),
        Column("consequence", "str", "most severe Sequence Ontology term for this gene"),
        Column("transcript", "str", "transcript that the consequence was read from"),
        Column("transcript_status", "str", "MANE_Select, MANE_Plus_Clinical, canonical or other"),
        Column("hgvs_g", "str", "genomic HGVS name"),
        Column("vrs_id", "str", "GA4GH VRS 2.0 identifier of the allele, computed from the reference: ga4gh:VA.…"),
        Column("dbsnp_id", "str", "dbSNP number (rs…), from the frequency source, else from ClinVar"),
        Column("hgvs_c", "str", "HGVS name on the transcript (c. or n.)"),
        Column("hgvs_p", "str", "predicted HGVS name on the protein, in parentheses"),
        Column("protein_domain", "str", "domains of the protein there, by the annotator: Pfam:PF00069;SMART:SM00220"),
        Column("exon", "str", "exon number/number of exons, `.` outside exons"),
        Column("intron", "str", "intron number/number of introns"),
        Column(
            "other_transcripts",
            "str",
            "MANE Plus Clinical, and the most severe other transcript where it differs: "
            "transcript:status:consequence:hgvs_c:hgvs_p separated by |",
        ),
        Column("amino_acid_change", "str", "amino-acid change as written by the annotator"),
        Column("dna_change", "str", "change on the DNA as written by the annotator"),
        Column("inheritance", "str", "inheritance class that made it a candidate (model.inheritance)"),
        Column("inheritance_status", "str", "supported, or possible when a member without data leaves it open"),
        Column("inheritance_reason", "str", "the evidence in one sentence of key=value items"),
        Column("compound_partner", "str", "second variant of a pair: chrom-pos-ref-alt, or chrom-start-DEL-end"),
        Column(
            "compound_phase",
            "str",
            "for each partner: trans_proven, trans_probable or trans_possible, and what says so "
            "(parents, reads, conflict, nothing)",
        ),
        Column("de_novo_posterior", "float", "probability that the allele arose in the child", "0–1"),
        Column("de_novo_log10_odds", "float", "its log10 odds, which still rank what a probability rounds to 1"),
        Column("evidence_rung", "str", "field that the likelihoods came from: PL, GL, AD, GQ or none"),
        *_member_columns("proband"),
        *_member_columns("father"),
        *_member_columns("mother"),
        Column("siblings", "str", "other members: SAMPLE:genotype:ref,alt:GQ separated by |"),
        Column("population_af", "float", "highest allele frequency in the configured sources", "0–1"),
        Column(
            "population_source",
            "str",
            "source of that frequency; else not_found, not_covered (no source has looked there), no_frequency (in a "
            "source, without a value) or not_annotated",
        ),
        Column("population_homozygotes", "int", "homozygotes in the source of that frequency"),
        Column("population_hemizygotes", "int", "hemizygous men in that source; X and Y outside the pseudoautosomal"),
        Column("population_faf", "float", "filtering allele frequency (95 %) in the source, where it has one", "0–1"),
        Column("population_by_group", "str", "allele frequency by ancestry group of the source: nfe=0.0001;afr=0;…"),
        Column("population_coverage", "str", "how well the source saw the site: alleles=…;median=depth;over_20=share"),
        Column("inhouse_af", "float", "allele frequency in the laboratory's own families, this one excluded", "0–1"),
        Column("inhouse_carriers", "int", "carriers in the laboratory's own families, this one excluded"),
        Column("inhouse_affected", "int", "the laboratory's other families with an affected carrier"),
        Column("inhouse_unaffected", "int", "the laboratory's other families with an unaffected carrier"),
        Column("clinvar_significance", "str", "ClinVar classification; not_found, or not_annotated"),
        Column("clinvar_review", "str", "ClinVar review status"),
        Column("clinvar_id", "str", "ClinVar VariationID"),
        Column("clinvar_stars", "int", "ClinVar review stars, 0–4"),
        Column("clinvar_date", "str", "date of the ClinVar release"),
        Column("clinvar_conflict", "str", "what the submitters say where they differ: Pathogenic(1)|Benign(2)"),
        Column("cadd_phred", "float", "CADD, phred-scaled"),
        Column("revel", "float", "REVEL, missense variants", "0–1"),
        Column("spliceai_max", "float", "largest of the four SpliceAI delta scores", "0–1"),
        Column("spliceai_detail", "str", "acceptor_gain, acceptor_loss, donor_gain, donor_loss: score@distance"),
        Column("alphamissense", "float", "AlphaMissense pathogenicity", "0–1"),
        Column("pli", "float", "gnomAD pLI of the gene", "0–1"),
        Column("loeuf", "float", "gnomAD LOEUF of the gene: upper bound of observed/expected loss of function"),
        Column("missense_z", "float", "gnomAD missense Z score of the gene"),
        Column("clingen_haploinsufficiency", "str", "ClinGen dosage score for loss: 0, 1, 2, 3, 30 or 40"),
        Column("clingen_triplosensitivity", "str", "ClinGen dosage score for gain"),
        Column(
            "gene_disease_validity",
            "str",
            "diseases of the gene: id:name:mode:validity:source separated by |",
        ),
        Column("region_flags", "str", "low_complexity, segmental_duplication, …, separated by ;"),
        Column("recurrent_artefact", "str", "entry of the list of recurrent artefacts, `.` when it is not on it"),
        Column(
            "annotation_states",
            "str",
            "source:found, not_found, not_applicable or not_annotated (no such source was configured), separated by ;",
        ),
        Column("hpo_score", "float", "best phenotype similarity of the gene's diseases to the patient's terms", "0–1"),
        Column("hpo_disease", "str", "disease of that similarity: id:name"),
        Column("hpo_matches", "str", "patient term>disease term:similarity, one for each patient term, separated by ;"),
        Column("panel_tier", "str", "core, hpo or lab; off_panel when the gene is not on the panel"),
        Column("panel_inheritance", "str", "mode of inheritance given by the panel"),
        Column("acmg_points", "int", "sum of the points of the criteria that are met (Tavtigian 2020)"),
        Column(
            "acmg_class",
            "str",
            "class that these points alone would give, for a human to judge: pathogenic, likely_pathogenic, "
            "uncertain, likely_benign, benign",
        ),
        Column(
            "acmg_criteria",
            "str",
            "criterion:state:points:why; state is met, not_met, not_evaluable or for_humans; separated by |",
        ),
        Column("score", "float", "sum of the components"),
        Column("score_components", "str", "name=value pairs, separated by ;"),
        Column("caller_filter", "str", "FILTER column of the calls: PASS, or what the caller objected"),
        Column("flags", "str", "things a reader must know, separated by ;"),
        Column("overturned_by", "str", "findings that would take the inheritance class away, separated by ;"),
        Column("kept_because", "str", "every rule passed, with its value and threshold, separated by ;"),
    ),
)

REMOVED = TableSchema(
    "removed",
    1,
    "One row per record removed after the screen, with the rule that removed it.",
    (
        *VARIANT,
        Column("gene", "str", "gene, when known"),
        Column("step", "str", "step that removed it"),
        Column("reason", "str", "reason, as in the funnel"),
        Column("detail", "str", "value and threshold"),
    ),
)

EXCLUDED = TableSchema(
    "excluded",
    1,
    "One row per record that the screen removed, in the order of the calls; compressed (BGZF).",
    (*VARIANT, Column("reason", "str", "reason, as in the funnel")),
)

FUNNEL = TableSchema(
    "funnel",
    1,
    "Counts in and out of every step; for each step, one row per reason of removal.",
    (
        Column("step", "str", "normalise, screen, annotate, prioritise"),
        Column("reason", "str", "`records_in`, `records_out`, or the reason for which records were removed"),
        Column("count", "int", "records (or alleles, after splitting)", "records"),
        Column("meaning", "str", "what the reason means, with its threshold"),
    ),
)

QUALITY = TableSchema(
    "quality",
    1,
    "One row per check and sample, with its verdict.",
    (
        Column("check", "str", "sex, kinship, mendelian_errors, coverage, genotypes, …"),
        Column("sample", "str", "sample, or two samples joined by +, or the family"),
        Column("observed", "str", "what was measured"),
        Column("expected", "str", "what the sheet or the threshold says"),
        Column("verdict", "str", "OK, WARN, FAIL or UNKNOWN (not enough data to say)"),
        Column("meaning", "str", "the verdict in words"),
    ),
)

SEGMENTS = TableSchema(
    "segments",
    1,
    "Runs of homozygosity and uniparental disomy found in the unscreened calls.",
    (
        Column("sample", "str", "sample"),
        Column("kind", "str", "roh, upd_maternal, upd_paternal"),
        Column("chrom", "str", "contig"),
        Column("start", "int", "first base, 1-based"),
        Column("end", "int", "last base, 1-based"),
        Column("markers", "int", "informative sites"),
        Column("quality", "float", "phred-scaled confidence", "phred"),
    ),
)

COVERAGE = TableSchema(
    "coverage",
    1,
    "Depth of one sample over each contig.",
    (
        Column("sample", "str", "sample"),
        Column("chrom", "str", "contig, or `total`"),
        Column("length", "int", "bases that are not N in the reference", "bp"),
        Column("mean_depth", "float", "mean depth", "reads"),
        Column("fraction_10x", "float", "share of bases at 10 reads or more", "0–1"),
        Column("fraction_20x", "float", "share of bases at 20 reads or more", "0–1"),
    ),
)

ALIGNMENT = TableSchema(
    "alignment",
    1,
    "Counts of one sample's reads, as they were aligned or adopted.",
    (
        Column("sample", "str", "sample"),
        Column("measure", "str", "records, reads, mapped, duplicates, units, exact_duplicates, …"),
        Column("value", "str", "count"),
        Column("meaning", "str", "what was counted"),
    ),
)


def _recheck_columns(role: str) -> tuple[Column, ...]:
    """What the reads of one member say; `.` everywhere when that member was not sequenced."""
    return (
        Column(f"{role}_ref_reads", "int", f"molecules of the {role} with the reference allele", "reads"),
        Column(f"{role}_alt_reads", "int", f"molecules of the {role} with the alternate allele", "reads"),
        Column(f"{role}_other_reads", "int", f"molecules of the {role} with another allele", "reads"),
        Column(
            f"{role}_uninformative_reads",
            "int",
            f"molecules of the {role} that cannot tell, or of poor base or mapping quality",
            "reads",
        ),
        Column(
            f"{role}_rejected_alt_reads", "int", "those among them that would support the alternate allele", "reads"
        ),
        Column(f"{role}_reads_genotype", "str", f"likeliest genotype of the {role} by base and mapping quality"),
        Column(f"{role}_reads_quality", "int", "how much likelier than the second, at most 99", "phred"),
        Column(f"{role}_state", "str", "absent, mosaic, carrier, homozygous, undecided, not_covered, not_sequenced"),
        Column(f"{role}_log10_mosaic_over_error", "float", "a mosaic against sequencing error", "log10 ratio"),
        Column(f"{role}_log10_mosaic_over_carrier", "float", "a mosaic against a full carrier", "log10 ratio"),
        Column(f"{role}_alt_fraction", "float", f"likeliest share of the allele in the {role}'s reads", "0–1"),
        Column(f"{role}_alt_fraction_low", "float", "lower end of its 95 % interval", "0–1"),
        Column(f"{role}_alt_fraction_high", "float", "upper end of its 95 % interval", "0–1"),
    )


RECHECK = TableSchema(
    "recheck",
    1,
    "What the reads of all members say of each candidate, whatever was called.",
    (
        *VARIANT,
        Column("inheritance", "str", "inheritance class that was checked; `de_novo` for a site asked for by itself"),
        Column(
            "verdict",
            "str",
            "confirmed_de_novo, mosaic_parent_suspected, inherited_missed, confirmed, not_covered, artefact_suspected",
        ),
        Column("agreement", "str", "agrees, contradicts or undecided: the reads against the inheritance class"),
        Column("reason", "str", "the verdict in words, with the counts it rests on"),
        Column("reason_codes", "str", "the same as codes, separated by ;"),
        *_recheck_columns("proband"),
        *_recheck_columns("father"),
        *_recheck_columns("mother"),
        Column("siblings", "str", "other members: SAMPLE:ref,alt,other,uninformative:state separated by |"),
        Column("strand_p", "float", "strand bias of the alternate reads of the index case, Fisher's exact test", "0–1"),
        Column("position_p", "float", "alternate reads nearer to their ends, rank-sum test", "0–1"),
        Column("clipped_alt_reads", "int", "alternate reads of the index case with a soft clip", "reads"),
        Column("post_zygotic", "flag", "the index case itself is suspected to be a mosaic"),
        Column("parent_of_origin", "str", "from_father, from_mother or unknown"),
        Column(
            "origin_evidence",
            "str",
            "chromosome (one parent only can give it), carrier (one parent carries it), reads (phase), none",
        ),
        Column(
            "phase_pairs", "int", "read pairs that join the allele to an informative SNV of that parent", "read pairs"
        ),
        Column("phase_conflicts", "int", "read pairs that join it to the other parent", "read pairs"),
    ),
)

EXPLANATION = TableSchema(
    "explanation",
    1,
    "What became of each site that was asked about.",
    (
        *VARIANT,
        Column("status", "str", "reported, removed, not_called, not_callable"),
        Column("inheritance", "str", "from whom the allele comes, as the genotypes and reads say"),
        Column("reason", "str", "rule that removed it, or why nothing could be called"),
        Column("proband", "str", "genotype:ref,alt reads:GQ"),
        Column("father", "str", "genotype:ref,alt reads:GQ"),
        Column("mother", "str", "genotype:ref,alt reads:GQ"),
    ),
)

IMPRINTED = TableSchema(
    "imprinted_genes",
    1,
    "Human genes of which one parent's copy is silent.",
    (
        Column("gene", "str", "approved HGNC symbol"),
        Column("chromosome", "str", "chromosome and band"),
        Column("expressed_allele", "str", "paternal, maternal, or isoform_dependent when transcripts differ"),
        Column("expressed_in", "str", "tissues in which one copy alone is expressed; all where it is general"),
        Column("disorder", "str", "imprinting disorder of the locus, where there is one"),
        Column("source", "str", "source"),
        Column("checked", "str", "where the expressed allele was read again; unverified: it was not"),
    ),
)

PANEL = TableSchema(
    "panel",
    1,
    "Gene panel of one pre-indication.",
    (
        Column("gene", "str", "approved HGNC symbol"),
        Column("hgnc_id", "str", "HGNC:number"),
        Column("tier", "str", "core, hpo or lab"),
        Column("inheritance", "str", "AD, AR, AD/AR, XL, YL, MT; . when the sources do not say"),
        Column("evidence", "str", "why the gene stands here"),
        Column("source", "str", "source of that evidence"),
    ),
)

GENE_NAMES = TableSchema(
    "gene_names",
    1,
    "What each name of a list stands for, as `filiation genes` says it.",
    (
        Column("name", "str", "the name as it was given"),
        Column("status", "str", "approved, previous, alias, ambiguous, withdrawn, mangled or unknown"),
        Column("hgnc_id", "str", "HGNC:number; `.` when the name does not stand for one gene"),
        Column("symbol", "str", "approved HGNC symbol"),
        Column("gene_name", "str", "approved name"),
        Column("locus_type", "str", "HGNC locus type"),
        Column("location", "str", "chromosome, with its band where the gene table has it"),
        Column("ensembl_gene_id", "str", "Ensembl gene id"),
        Column("ncbi_gene_id", "str", "NCBI gene id"),
        Column("mane_select", "str", "MANE Select transcript, Ensembl|RefSeq"),
        Column("analysable", "str", "yes, or why the gene models cannot show the gene; `.` without gene models"),
        Column("choices", "str", "genes to choose from, or other genes that bore the name, separated by ;"),
    ),
)

CORE_GENES = TableSchema(
    "core_genes",
    1,
    "Core genes of the pre-indications, named by a person.",
    (
        Column("pre_indication", "str", "slug of the catalogue"),
        Column("gene", "str", "approved HGNC symbol"),
        Column("inheritance", "str", "AD, AR, AD/AR, XL, YL, MT; . when the curator did not say"),
        Column("source", "str", "who named it, and on what ground"),
        Column(
            "confidence", "str", "memory: from knowledge of the field, to be checked by an expert; read: in the source"
        ),
    ),
)

TRUTH = TableSchema(
    "truth",
    1,
    "What was planted in the simulated family, and what the report must say of it.",
    (
        Column("id", "str", "name of the planted case"),
        *VARIANT,
        Column("gene", "str", "HGNC symbol"),
        Column("consequence", "str", "Sequence Ontology term on the simulated gene model"),
        Column("expected_class", "str", "inheritance class (model.inheritance), or not_reported"),
        Column("expected_status", "str", "supported or possible; . for what must not be reported"),
        Column("on_panel", "flag", "the gene is on the panel of the simulated pre-indication"),
        Column("description_fr", "str", "the case in words, French"),
        Column("description_en", "str", "the case in words, English"),
    ),
)

VERSIONS = TableSchema(
    "versions",
    1,
    "Everything whose version can change a result.",
    (
        Column("name", "str", "tool, package, panel, resource or input"),
        Column("kind", "str", "tool, package, panel, resource, model"),
        Column("version", "str", "version, as the thing itself says"),
        Column("sha256", "str", "checksum, for files"),
    ),
)

CHECKS = TableSchema(
    "checks",
    1,
    "One row per file and fault of `filiation check`.",
    (
        Column("file", "str", "file that was read, or the place of the fault"),
        Column("kind", "str", "kind of file in words"),
        Column("owner", "str", "sample, family or configuration key that the file belongs to"),
        Column("verdict", "str", "OK, WARN (usable, with a note) or FAIL"),
        Column("message", "str", "what was found, expected, and the repair; or the note"),
    ),
)

ANNOTATION_SHARES = TableSchema(
    "annotation_shares",
    1,
    "How many of a run's records each source of evidence knows, compared with an earlier run.",
    (
        Column("source", "str", "name as in annotation_states"),
        Column("records", "int", "records to which the source applies", "records"),
        Column("found", "int", "those that it knows", "records"),
        Column(
            "share", "float", "found / records; `.` without any record, or when the source was not configured", "0–1"
        ),
        Column("previous_share", "float", "the same in the run that it was compared with", "0–1"),
        Column("verdict", "str", "OK; WARN: the share changed; FAIL: the source vanished; UNKNOWN: nothing to compare"),
        Column("meaning", "str", "the verdict in words"),
    ),
)

ALL_TABLES: tuple[TableSchema, ...] = (
    CANDIDATES,
    REMOVED,
    EXCLUDED,
    FUNNEL,
    QUALITY,
    GATE,
    FINGERPRINT,
    FAMILIES,
    SEGMENTS,
    COVERAGE,
    ALIGNMENT,
    EXPLANATION,
    RECHECK,
    READ_VIEWS,
    GENE_COVERAGE,
    PROFILE,
    PHENOTYPE_TERMS,
    CHANGES,
    WORK_LIST,
    DECISIONS,
    BLIND_GENES,
    IMPRINTED,
    PANEL,
    CORE_GENES,
    GENE_NAMES,
    RESOURCES_MANIFEST,
    RESOURCES_LOCK,
    TRUTH,
    VERSIONS,
    CHECKS,
    ANNOTATION_SHARES,
    JOB_COSTS,
)
