"""What does the RCP d'aval get to read, and from exactly which data, versions and settings was it made?

INPUTS
    all tables of the family, results/run/versions.tsv
OUTPUTS
    results/{family}/prioritisation/{family}.read_views.tsv     the reads around each candidate, packed
    results/{family}/report/{family}.rcp.html, .rcp.pdf     the report, self-contained, and its paper version
    results/{family}/report/{family}.rcp.tsv, .rcp.xlsx, .rcp.json, .phenopacket.json, .candidates.vcf, .summary.json
                                                            the same data for programs
    results/{family}/report/ro-crate-metadata.json          what belongs to the report, with checksums
    results/run/config.yaml, versions.tsv                   the merged configuration and every version
COMMANDS
    filiation record-run, filiation read-views, filiation phenotype, filiation report
"""


rule record_run:
    """Write the merged configuration and all versions."""
    input:
        config=CONFIG_FILE,
        model=RUN.scoring_model(),
        ranking=RUN.ranking_tables(),
        panels=[panel for family in RUN.families for panel in RUN.panel(family)],
    output:
        config="results/run/config.yaml",
        versions="results/run/versions.tsv",
    log:
        "logs/record_run.log",
    localrule: True
    conda:
        ENVIRONMENT
    resources:
        tmpdir=OWN_TMPDIR,
    params:
        version=PACKAGE_VERSION,
    shell:
        "filiation record-run --config {input.config:q} --output-config {output.config:q}"
        " --output-versions {output.versions:q} 2> {log:q}"


rule read_views:
    """Take the reads around each candidate for the picture; families that start from stored calls have none."""
    input:
        pedigree="results/{family}/{family}.ped",
        candidates="results/{family}/prioritisation/{family}.candidates.tsv",
        reads=lambda wildcards: RUN.crams(wildcards.family),
        reference=RUN.reference(),
        thresholds=RUN.recheck_thresholds(),
    output:
        "results/{family}/prioritisation/{family}.read_views.tsv",
    log:
        "logs/read_views/{family}.log",
    benchmark:
        "logs/benchmarks/read_views/{family}.tsv"
    wildcard_constraints:
        family=RUN.one_of(RUN.families_with_reads),
    conda:
        ENVIRONMENT
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        version=PACKAGE_VERSION,
        simulated=RUN.simulated_option(),
    shell:
        "filiation read-views --pedigree {input.pedigree:q} --candidates {input.candidates:q} --reads {input.reads:q}"
        " --reference {input.reference:q} --thresholds {input.thresholds:q} {params.simulated:q}"
        " --output {output:q} 2> {log:q}"


rule phenotype:
    """Name the signs of the index case, and those of the diseases that candidates are compared with."""
    input:
        candidates="results/{family}/prioritisation/{family}.candidates.tsv",
    output:
        "results/{family}/prioritisation/{family}.phenotype.tsv",
    log:
        "logs/phenotype/{family}.log",
    localrule: True
    conda:
        ENVIRONMENT
    resources:
        tmpdir=OWN_TMPDIR,
    params:
        version=PACKAGE_VERSION,
        options=lambda wildcards: RUN.phenotype_options(wildcards.family),
    shell:
        "filiation phenotype {params.options:q} --candidates {input.candidates:q} --output {output:q} 2> {log:q}"


rule report:
    """Write the family's report; a failed quality gate stops here."""
    input:
        pedigree="results/{family}/{family}.ped",
        candidates="results/{family}/prioritisation/{family}.candidates.tsv",
        funnels=lambda wildcards: RUN.funnels(wildcards.family),
        quality="results/{family}/quality/{family}.quality.tsv",
        segments="results/{family}/quality/{family}.segments.tsv",
        coverage=lambda wildcards: RUN.coverage_tables(wildcards.family),
        recheck=lambda wildcards: RUN.recheck_table(wildcards.family),
        read_views=lambda wildcards: RUN.read_views_table(wildcards.family),
        gene_coverage=lambda wildcards: RUN.gene_coverage_table(wildcards.family),
        phenotype=lambda wildcards: RUN.phenotype_table(wildcards.family),
        profile="results/{family}/quality/{family}.profile.tsv",
        removed="results/{family}/prioritisation/{family}.removed.tsv",
        panel=lambda wildcards: RUN.panel(wildcards.family),
        versions="results/run/versions.tsv",
    output:
        page="results/{family}/report/{family}.rcp.html",
        table="results/{family}/report/{family}.rcp.tsv",
        pdf=(
            ["results/{family}/report/{family}.rcp.pdf"]
            if RUN.config.report.pdf
            else []
        ),
        xlsx="results/{family}/report/{family}.rcp.xlsx",
        json="results/{family}/report/{family}.rcp.json",
        phenopacket="results/{family}/report/{family}.phenopacket.json",
        vcf="results/{family}/report/{family}.candidates.vcf",
        summary="results/{family}/report/{family}.summary.json",
        crate="results/{family}/report/ro-crate-metadata.json",
    log:
        "logs/report/{family}.log",
    benchmark:
        "logs/benchmarks/report/{family}.tsv"
    localrule: True
    conda:
        ENVIRONMENT
    resources:
        tmpdir=OWN_TMPDIR,
    params:
        version=PACKAGE_VERSION,
        coverage=lambda wildcards, input: (
            ["--coverage", *input.coverage] if input.coverage else []
        ),
        recheck=lambda wildcards, input: (
            ["--recheck", *input.recheck] if input.recheck else []
        ),
        read_views=lambda wildcards, input: (
            ["--read-views", *input.read_views] if input.read_views else []
        ),
        gene_coverage=lambda wildcards, input: (
            ["--gene-coverage", *input.gene_coverage] if input.gene_coverage else []
        ),
        phenotype=lambda wildcards, input: (
            ["--phenotype", *input.phenotype] if input.phenotype else []
        ),
        pdf=lambda wildcards, output: (["--pdf", *output.pdf] if output.pdf else []),
        options=lambda wildcards: RUN.report_options(wildcards.family),
    shell:
        "filiation report --family {wildcards.family:q} --pedigree {input.pedigree:q}"
        " --candidates {input.candidates:q} --funnel {input.funnels:q} --quality {input.quality:q}"
        " --segments {input.segments:q} {params.coverage:q} {params.recheck:q} {params.read_views:q}"
        " {params.gene_coverage:q} {params.phenotype:q} --profile {input.profile:q} --removed {input.removed:q}"
        " --versions {input.versions:q}"
        " {params.options:q}"
        " --output {output.page:q} --table {output.table:q} {params.pdf:q} --xlsx {output.xlsx:q}"
        " --json {output.json:q} --phenopacket {output.phenopacket:q} --vcf {output.vcf:q}"
        " --summary {output.summary:q} --crate {output.crate:q} 2> {log:q}"
