"""Columns of the tables that the report alone reads: reads, coverage of genes, genome, signs, changes, decisions."""

from __future__ import annotations

from filiation.model.table_schema import VARIANT, Column, TableSchema

READ_VIEWS = TableSchema(
    "read_views",
    1,
    "The reads of every member around each candidate, packed so that the report can draw them (reads.read_view).",
    (
        *VARIANT,
        Column("role", "str", "proband, father, mother or sibling"),
        Column("sample", "str", "sample"),
        Column("window", "int", "1; a structural variant has one window for each breakpoint"),
        Column("start", "int", "first base of the window, 1-based"),
        Column("reference", "str", "bases of the window"),
        Column("molecules", "int", "molecules over the allele", "reads"),
        Column("ref_reads", "int", "those with the reference allele", "reads"),
        Column("alt_reads", "int", "those with the alternate allele", "reads"),
        Column("other_reads", "int", "those with another allele", "reads"),
        Column("shown", "int", "molecules that are drawn; alternate ones come first", "reads"),
        Column("max_depth", "int", "largest depth in the window: the scale of `depth`", "reads"),
        Column("depth", "str", "depth at each base, packed, in 83rds of max_depth"),
        Column("differences", "str", "offset:base:per cent, where 20 % of the reads or more differ"),
        Column("reads", "str", "drawn molecules, packed"),
        Column("note", "str", "drawn, no_reads_over_allele, reads_not_given, allele_not_in_bases"),
    ),
)

GENE_COVERAGE = TableSchema(
    "gene_coverage",
    1,
    "How well each gene of the panel was read: coding bases and ten bases on each side of an exon, by member.",
    (
        Column("gene", "str", "symbol as in the panel"),
        Column("hgnc_id", "str", "HGNC:number"),
        Column("role", "str", "proband, father, mother or sibling"),
        Column("sample", "str", "sample"),
        Column("transcript", "str", "transcript whose exons count: MANE Select where the gene models mark one"),
        Column("bases", "int", "bases that must be read", "bp"),
        Column("mean_depth", "float", "mean number of well-placed molecules", "reads"),
        Column("fraction_10x", "float", "share of the bases under 10 molecules or more", "0–1"),
        Column("fraction_20x", "float", "share of the bases under 20 molecules or more", "0–1"),
        Column(
            "exons_under",
            "str",
            "exons not wholly at 20: number/total:contig:start-end:share at 20, separated by ;",
        ),
        Column("blind", "str", "why short reads cannot see a part of the gene (resources/blind_genes.tsv), French"),
        Column("note", "str", "coding, non_coding_gene, no_gene_model, contig_not_in_reads"),
    ),
)

BLIND_GENES = TableSchema(
    "blind_genes",
    1,
    "Genes of which short reads cannot see a part.",
    (
        Column("gene", "str", "approved HGNC symbol"),
        Column("hgnc_id", "str", "HGNC:number"),
        Column("reason_fr", "str", "what cannot be seen, French"),
        Column("reason_en", "str", "what cannot be seen, English"),
        Column("source", "str", "source"),
    ),
)

PHENOTYPE_TERMS = TableSchema(
    "phenotype_terms",
    2,
    "The signs of the index case with their labels.",
    (
        Column("term", "str", "HPO id; ORPHA id of a candidate's disease"),
        Column("label_en", "str", "label of the ontology"),
        Column("label_fr", "str", "label of the official French translation (of Orphanet), `.` where it has none"),
        Column("status", "str", "present, absent, or label: a term of a disease, or a disease, named for the report"),
        Column("onset", "str", "age of onset, as given"),
        Column("information", "float", "information content: -ln of the share of OMIM diseases with the sign", "nats"),
        Column("kind_of", "str", "the other terms of this table that the term is a kind of, separated by ;"),
    ),
)

# Header lines of the changes table: symbols of the genes that came to the panel and went from it, separated by commas.
PANEL_CAME, PANEL_WENT = "panel_came", "panel_went"

CHANGES = TableSchema(
    "changes",
    2,
    "What became of each candidate since the last analysis of the family, each with its cause.",
    (
        *VARIANT,
        Column("gene", "str", "HGNC symbol"),
        Column("change", "str", "new, upgraded, downgraded, vanished or unchanged, by what the row itself earned"),
        Column("before", "str", "shelf, class and rank of the last analysis"),
        Column("now", "str", "shelf, class and rank of this analysis"),
        Column(
            "cause",
            "str",
            "clinvar, hpo, gene_facts, panel, frequency, cohort, rule, software or new_call; several by commas",
        ),
        Column("detail", "str", "the values before and now; which candidate pushed an unchanged one to another shelf"),
        Column("first_seen", "str", "date of the first analysis that showed the variant"),
        Column("evidence_date", "str", "date of the newest evidence on it"),
        Column("decision", "str", "decision of the last RCP on it, carried over: decision[:reason]:date"),
        Column("decisions_elsewhere", "str", "decisions on the same variant in other families: decision:count by ;"),
    ),
)

WORK_LIST = TableSchema(
    "work_list",
    1,
    "What a release changed in all families, the most worth reading first.",
    (
        Column("place", "int", "1 is read first"),
        Column("alert", "str", "rule of the alert (resources/scoring/reanalysis-1.yaml); `.` for a line without one"),
        Column("value", "float", "expected value of reading it again", "0–1"),
        Column("family", "str", "family id"),
        Column("pre_indication", "str", "pre-indication of the family"),
        *VARIANT,
        Column("gene", "str", "HGNC symbol"),
        Column("change", "str", "new, upgraded, downgraded or vanished"),
        Column("before", "str", "shelf, class and rank of the last analysis"),
        Column("now", "str", "shelf, class and rank of this analysis"),
        Column("cause", "str", "as in changes"),
        Column("detail", "str", "the values before and now"),
        Column("consequence", "str", "most severe Sequence Ontology term for the gene"),
        Column("inheritance", "str", "inheritance class of the candidate"),
        Column("acmg_class", "str", "class that the points of ACMG/AMP would give"),
        Column("clinvar_significance", "str", "ClinVar classification"),
        Column("hpo_score", "float", "best phenotype similarity of the gene's diseases", "0–1"),
        Column("first_seen", "str", "date of the first analysis that showed the variant"),
        Column("evidence_date", "str", "date of the newest evidence on it"),
        Column("decision", "str", "decision of the last RCP on it: decision[:reason]:date"),
        Column("worth", "str", "factors of the value, as they were multiplied"),
    ),
)

DECISIONS = TableSchema(
    "decisions",
    1,
    "What the RCP d'aval decided of each candidate.",
    (
        *VARIANT,
        Column("gene", "str", "HGNC symbol"),
        Column("decision", "str", "retained, to_confirm, set_aside, to_rediscuss"),
        Column("reason", "str", "why it was set aside, from the closed list (model.decisions)"),
        Column("note", "str", "free text"),
        Column("date", "str", "date of the meeting"),
        Column("participants", "str", "roles of those who decided, separated by ;"),
        Column("run", "str", "short name of the report that was decided on"),
    ),
)

PROFILE = TableSchema(
    "profile",
    1,
    "Depth and allele balance of the index case along the genome, in bins, at the SNVs of the unscreened calls.",
    (
        Column("chrom", "str", "contig"),
        Column("start", "int", "first base, 1-based"),
        Column("end", "int", "last base, 1-based"),
        Column("sites", "int", "SNVs with a call and reads"),
        Column("depth_ratio", "float", "mean depth of these sites over that of the median autosomal bin"),
        Column("allele_balance", "str", "position:share of alternate reads of the first two sites, separated by ;"),
    ),
)
