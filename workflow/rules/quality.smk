"""Are these the right persons, and were they read well enough?

INPUTS
    results/{family}/normalised/{family}.bcf       the unscreened calls
    results/{family}/alignment/{sample}.cram       where the family starts from reads
OUTPUTS
    results/{family}/quality/{sample}.coverage.tsv     depth over each contig
    results/{family}/quality/{family}.quality.tsv      sex, kinship, Mendelian errors, coverage: OK, WARN, FAIL
    results/{family}/quality/{family}.segments.tsv     runs of homozygosity, uniparental disomy
COMMANDS
    filiation coverage, filiation quality
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
    output:
        table="results/{family}/quality/{family}.quality.tsv",
        segments="results/{family}/quality/{family}.segments.tsv",
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
    shell:
        "filiation quality --pedigree {input.pedigree:q} --variants {input.calls:q} {params.genome:q}"
        " {params.coverage:q} --output {output.table:q} --segments {output.segments:q} 2> {log:q}"
