"""Are these the right persons, and were they read well enough?

INPUTS
    results/{family}/normalised/{family}.bcf       the unscreened calls
    results/{family}/alignment/{sample}.cram       where the family starts from reads
OUTPUTS
    results/{family}/quality/{sample}.coverage.tsv     depth over each contig
    results/{family}/quality/{family}.quality.tsv      sex, kinship, Mendelian errors, coverage: OK, WARN, FAIL
    results/{family}/quality/{family}.segments.tsv     runs of homozygosity, uniparental disomy
    results/{family}/quality/{family}.profile.tsv      depth and allele balance along the genome, for the picture
    results/{family}/quality/{family}.fingerprint.tsv  genotypes by which samples of other families are compared
    results/{family}/quality/{family}.gate.tsv         what failed, and the reason for which the family goes on
    results/run/families.tsv                           samples exchanged or shared between families
    results/{family}/quality/{family}.gene_coverage.tsv    each gene of the panel, exon by exon, in every member
COMMANDS
    filiation coverage, filiation quality, filiation quality-gate, filiation compare-families, filiation panel-coverage
"""


rule coverage:
    """Depth of one member over each contig."""
    input:
        cram="results/{family}/alignment/{sample}.cram",
        index="results/{family}/alignment/{sample}.cram.crai",
        reference="results/reference/genome.fa",
    output:
        "results/{family}/quality/{sample}.coverage.tsv",
    log:
        "logs/coverage/{family}.{sample}.log",
    benchmark:
        "logs/benchmarks/coverage/{family}.{sample}.tsv"
    conda:
        ENVIRONMENT
    threads: 4
    resources:
        mem_mb=lambda wildcards, attempt: 4000 * attempt,
        runtime=lambda wildcards, attempt: 120 * attempt,
    params:
        version=PACKAGE_VERSION,
    shell:
        "filiation coverage --reads {input.cram:q} --sample {wildcards.sample:q} --reference {input.reference:q}"
        " --threads {threads} --output {output:q} 2> {log:q}"


rule quality:
    """Sex, kinship, Mendelian errors, coverage and segments of the family."""
    input:
        pedigree="results/{family}/{family}.ped",
        calls="results/{family}/normalised/{family}.bcf",
        index="results/{family}/normalised/{family}.bcf.csi",
        coverage=lambda wildcards: RUN.coverage_tables(wildcards.family),
        pseudoautosomal=RUN.config.reference.pseudoautosomal_bed or [],
        relatedness=RUN.config.quality.relatedness,
    output:
        table="results/{family}/quality/{family}.quality.tsv",
        segments="results/{family}/quality/{family}.segments.tsv",
        profile="results/{family}/quality/{family}.profile.tsv",
        fingerprint="results/{family}/quality/{family}.fingerprint.tsv",
    log:
        "logs/quality/{family}.log",
    benchmark:
        "logs/benchmarks/quality/{family}.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=lambda wildcards, attempt: 4000 * attempt,
        runtime=lambda wildcards, attempt: 120 * attempt,
    params:
        version=PACKAGE_VERSION,
        genome=RUN.genome_options(),
        coverage=lambda wildcards, input: (
            ["--coverage", *input.coverage] if input.coverage else []
        ),
        relatedness=lambda wildcards, input: (
            ["--relatedness", *input.relatedness] if input.relatedness else []
        ),
    shell:
        "filiation quality --pedigree {input.pedigree:q} --variants {input.calls:q} {params.genome:q}"
        " {params.coverage:q} {params.relatedness:q} --no-stop-on-fail --output {output.table:q}"
        " --segments {output.segments:q} --profile {output.profile:q} --fingerprint {output.fingerprint:q} 2> {log:q}"


rule quality_gate:
    """Stop the family here when a check failed and nobody gave a reason to go on."""
    input:
        quality="results/{family}/quality/{family}.quality.tsv",
    output:
        "results/{family}/quality/{family}.gate.tsv",
    log:
        "logs/quality_gate/{family}.log",
    localrule: True
    conda:
        ENVIRONMENT
    resources:
        tmpdir=OWN_TMPDIR,
    params:
        version=PACKAGE_VERSION,
        options=lambda wildcards: RUN.gate_options(wildcards.family),
    shell:
        "filiation quality-gate --quality {input.quality:q} {params.options:q} --output {output:q} 2> {log:q}"


rule compare_families:
    """Compare the families of the run with each other; one family has nothing to be compared with."""
    input:
        fingerprints=expand(
            "results/{family}/quality/{family}.fingerprint.tsv", family=RUN.families
        ),
    output:
        "results/run/families.tsv",
    log:
        "logs/compare_families.log",
    localrule: True
    conda:
        ENVIRONMENT
    resources:
        tmpdir=OWN_TMPDIR,
    params:
        version=PACKAGE_VERSION,
        options=RUN.comparison_options(),
    shell:
        "filiation compare-families --fingerprints {input.fingerprints:q} {params.options:q} --output {output:q}"
        " 2> {log:q}"


rule panel_coverage:
    """How well each gene of the panel was read, exon by exon; families that start from stored calls have none."""
    input:
        pedigree="results/{family}/{family}.ped",
        panel=lambda wildcards: RUN.panel(wildcards.family),
        genes="results/reference/genes.gff3.gz",
        reads=lambda wildcards: RUN.crams(wildcards.family),
        reference=RUN.reference(),
        thresholds=RUN.recheck_thresholds(),
    output:
        "results/{family}/quality/{family}.gene_coverage.tsv",
    log:
        "logs/panel_coverage/{family}.log",
    benchmark:
        "logs/benchmarks/panel_coverage/{family}.tsv"
    wildcard_constraints:
        family=RUN.one_of(RUN.families_with_reads),
    conda:
        ENVIRONMENT
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        version=PACKAGE_VERSION,
    shell:
        "filiation panel-coverage --pedigree {input.pedigree:q} --panel {input.panel:q} --genes-gff3 {input.genes:q}"
        " --reads {input.reads:q} --reference {input.reference:q} --thresholds {input.thresholds:q}"
        " --output {output:q} 2> {log:q}"
