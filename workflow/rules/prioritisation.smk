"""Which few variants deserve a discussion, in which order, and why was each other one set aside?

INPUTS
    results/{family}/annotated/{family}.bcf, panel of the pre-indication, scoring model
OUTPUTS
    results/{family}/prioritisation/{family}.candidates.tsv    ranked, each with the rules it passed
    results/{family}/prioritisation/{family}.removed.tsv       each other record with its reason
    results/{family}/prioritisation/{family}.funnel.tsv        counts by reason
COMMANDS
    filiation prioritise
"""


rule prioritise:
    """Filter with a reason for every removal, pair, apply the panel, rank."""
    input:
        pedigree="results/{family}/{family}.ped",
        calls="results/{family}/annotated/{family}.bcf",
        panel=lambda wildcards: RUN.panel(wildcards.family),
        model=RUN.scoring_model(),
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
    shell:
        "filiation prioritise --pedigree {input.pedigree:q} --variants {input.calls:q} {params.genome:q}"
        " {params.panel:q} --scoring-model {input.model:q} {params.simulated:q}"
        " --candidates {output.candidates:q} --removed {output.removed:q} --funnel {output.funnel:q} 2> {log:q}"
