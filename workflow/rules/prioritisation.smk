"""Which few variants deserve a discussion, in which order, and why was each other one set aside?

INPUTS
    results/{family}/annotated/{family}.bcf, panel of the pre-indication, scoring model
    results/{family}/quality/{family}.segments.tsv             to name a uniparental disomy
    results/{family}/quality/{family}.quality.tsv              kinship: is de novo confirmed or assumed?
    results/{family}/quality/{family}.gate.tsv                 nothing is sought in a family that failed
    weights of the rank, ACMG table, table of genes, facts of genes, HPO terms of the index case
OUTPUTS
    results/{family}/prioritisation/{family}.candidates.tsv    ranked, each with the rules it passed
    results/{family}/prioritisation/{family}.removed.tsv       each other record with its reason
    results/{family}/prioritisation/{family}.funnel.tsv        counts by reason
    results/{family}/prioritisation/{family}.recheck.tsv       what all members' reads say of each candidate
    results/{family}/prioritisation/before_recheck/            the same tables before the reads were asked
COMMANDS
    filiation prioritise, filiation recheck
"""


rule prioritise:
    """Filter with a reason for every removal, pair, apply the panel, rank with what the reads say."""
    input:
        pedigree="results/{family}/{family}.ped",
        calls="results/{family}/annotated/{family}.bcf",
        panel=lambda wildcards: RUN.panel(wildcards.family),
        model=RUN.scoring_model(),
        tables=RUN.prioritise_files(),
        structural=lambda wildcards: RUN.structural_files(wildcards.family),
        recheck=lambda wildcards: RUN.recheck_table(wildcards.family),
        segments="results/{family}/quality/{family}.segments.tsv",
        quality="results/{family}/quality/{family}.quality.tsv",
        gate="results/{family}/quality/{family}.gate.tsv",
        pseudoautosomal=RUN.config.reference.pseudoautosomal_bed or [],
    output:
        candidates="results/{family}/prioritisation/{family}.candidates.tsv",
        removed="results/{family}/prioritisation/{family}.removed.tsv",
        funnel="results/{family}/prioritisation/{family}.funnel.tsv",
    log:
        "logs/prioritise/{family}.log",
    benchmark:
        "logs/benchmarks/prioritise/{family}.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=lambda wildcards, attempt: 4000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        version=PACKAGE_VERSION,
        genome=RUN.genome_options(),
        panel=lambda wildcards: RUN.panel_option(wildcards.family),
        simulated=RUN.simulated_option(),
        penetrance=RUN.penetrance_option(),
        tables=lambda wildcards: RUN.prioritise_options(wildcards.family),
        structural=lambda wildcards: RUN.structural_options(wildcards.family),
        recheck=lambda wildcards, input: (
            ["--recheck", *input.recheck] if input.recheck else []
        ),
    shell:
        "filiation prioritise --pedigree {input.pedigree:q} --variants {input.calls:q} {params.genome:q}"
        " {params.panel:q} --scoring-model {input.model:q} --segments {input.segments:q}"
        " --quality {input.quality:q} {params.tables:q} {params.penetrance:q}"
        " {params.structural:q} {params.recheck:q} {params.simulated:q}"
        " --candidates {output.candidates:q} --removed {output.removed:q} --funnel {output.funnel:q} 2> {log:q}"


use rule prioritise as list_for_recheck with:
    input:
        pedigree="results/{family}/{family}.ped",
        calls="results/{family}/annotated/{family}.bcf",
        panel=lambda wildcards: RUN.panel(wildcards.family),
        model=RUN.scoring_model(),
        tables=RUN.prioritise_files(),
        structural=lambda wildcards: RUN.structural_files(wildcards.family),
        recheck=[],
        segments="results/{family}/quality/{family}.segments.tsv",
        quality="results/{family}/quality/{family}.quality.tsv",
        gate="results/{family}/quality/{family}.gate.tsv",
        pseudoautosomal=RUN.config.reference.pseudoautosomal_bed or [],
    output:
        candidates="results/{family}/prioritisation/before_recheck/{family}.candidates.tsv",
        removed="results/{family}/prioritisation/before_recheck/{family}.removed.tsv",
        funnel="results/{family}/prioritisation/before_recheck/{family}.funnel.tsv",
    log:
        "logs/list_for_recheck/{family}.log",
    benchmark:
        "logs/benchmarks/list_for_recheck/{family}.tsv"
    wildcard_constraints:
        family=RUN.one_of(RUN.families_with_reads),


rule recheck:
    """Open the members' reads at each candidate; families that start from stored calls have none."""
    input:
        pedigree="results/{family}/{family}.ped",
        candidates="results/{family}/prioritisation/before_recheck/{family}.candidates.tsv",
        calls="results/{family}/normalised/{family}.bcf",
        reads=lambda wildcards: RUN.crams(wildcards.family),
        reference=RUN.reference(),
        thresholds=RUN.recheck_thresholds(),
        pseudoautosomal=RUN.config.reference.pseudoautosomal_bed or [],
    output:
        table="results/{family}/prioritisation/{family}.recheck.tsv",
    log:
        "logs/recheck/{family}.log",
    benchmark:
        "logs/benchmarks/recheck/{family}.tsv"
    wildcard_constraints:
        family=RUN.one_of(RUN.families_with_reads),
    conda:
        ENVIRONMENT
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        version=PACKAGE_VERSION,
        genome=RUN.genome_options(),
        simulated=RUN.simulated_option(),
    shell:
        "filiation recheck --pedigree {input.pedigree:q} --candidates {input.candidates:q}"
        " --variants {input.calls:q} --reads {input.reads:q} --reference {input.reference:q} {params.genome:q}"
        " --thresholds {input.thresholds:q} {params.simulated:q} --output {output.table:q} 2> {log:q}"
