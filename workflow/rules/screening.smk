"""Which records of the whole genome are rare and informative for this family?

INPUTS
    results/{family}/normalised/{family}.bcf, frequencies of config.yaml
OUTPUTS
    results/{family}/screened/{family}.bcf, .csi       survivors with trio evidence and frequencies
    results/{family}/screened/{family}.funnel.tsv      records in, out, and removed by reason
    results/{family}/screened/{family}.excluded.tsv.gz reason of every record removed
COMMANDS
    filiation screen
"""


rule screen:
    """Score the trio over all records; keep the rare and informative."""
    input:
        pedigree="results/{family}/{family}.ped",
        calls="results/{family}/normalised/{family}.bcf",
        index="results/{family}/normalised/{family}.bcf.csi",
        reference=RUN.reference(),
        frequencies=RUN.frequency_files(),
        model=RUN.scoring_model(),
        pseudoautosomal=RUN.config.reference.pseudoautosomal_bed or [],
    output:
        calls="results/{family}/screened/{family}.bcf",
        index="results/{family}/screened/{family}.bcf.csi",
        funnel="results/{family}/screened/{family}.funnel.tsv",
        excluded="results/{family}/screened/{family}.excluded.tsv.gz",
    log:
        "logs/screen/{family}.log",
    benchmark:
        "logs/benchmarks/screen/{family}.tsv"
    conda:
        ENVIRONMENT
    threads: 2
    resources:
        mem_mb=lambda wildcards, attempt: 4000 * attempt,
        runtime=lambda wildcards, attempt: 240 * attempt,
    params:
        version=PACKAGE_VERSION,
        genome=RUN.genome_options(),
        reference=["--reference", *RUN.reference()] if RUN.reference() else [],
        frequencies=RUN.frequency_options(),
        penetrance=RUN.penetrance_option(),
    shell:
        "filiation screen --pedigree {input.pedigree:q} --variants {input.calls:q} {params.genome:q}"
        " {params.frequencies:q} {params.reference:q} --threads {threads} --scoring-model {input.model:q}"
        " {params.penetrance:q} --output {output.calls:q} --funnel {output.funnel:q}"
        " --excluded {output.excluded:q} 2> {log:q}"
