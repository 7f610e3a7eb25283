"""What does the RCP d'aval get to read, and from exactly which data, versions and settings was it made?

INPUTS
    all tables of the family, results/run/versions.tsv
OUTPUTS
    results/{family}/report/{family}.rcp.html, .rcp.tsv     the report, self-contained, and its candidates as a table
    results/run/config.yaml, versions.tsv                   the merged configuration and every version
COMMANDS
    filiation record-run, filiation report
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
    params:
        version=PACKAGE_VERSION,
    shell:
        "filiation record-run --config {input.config:q} --output-config {output.config:q}"
        " --output-versions {output.versions:q} 2> {log:q}"


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
        panel=lambda wildcards: RUN.panel(wildcards.family),
        versions="results/run/versions.tsv",
    output:
        page="results/{family}/report/{family}.rcp.html",
        table="results/{family}/report/{family}.rcp.tsv",
    log:
        "logs/report/{family}.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        version=PACKAGE_VERSION,
        coverage=lambda wildcards, input: (
            ["--coverage", *input.coverage] if input.coverage else []
        ),
        recheck=lambda wildcards, input: (
            ["--recheck", *input.recheck] if input.recheck else []
        ),
        options=lambda wildcards: RUN.report_options(wildcards.family),
    shell:
        "filiation report --family {wildcards.family:q} --pedigree {input.pedigree:q}"
        " --candidates {input.candidates:q} --funnel {input.funnels:q} --quality {input.quality:q}"
        " --segments {input.segments:q} {params.coverage:q} {params.recheck:q} --versions {input.versions:q}"
        " {params.options:q}"
        " --output {output.page:q} --table {output.table:q} 2> {log:q}"
