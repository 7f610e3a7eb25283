"""What do the survivors of the screen do to genes, and what is known of them?

INPUTS
    results/{family}/screened/{family}.bcf, reference.genes_gff3 and annotation.* of config.yaml
OUTPUTS
    results/{family}/annotated/{family}.bcf, .csi      what is known of every record; nothing is removed
    results/{family}/annotated/{family}.funnel.tsv     records in and out
    results/{family}/annotated/{family}.shares.tsv     share of the records that each source knows
COMMANDS
    vep                  annotation.consequences: vep (its own environment)
    filiation annotate   bcftools csq, or the consequences that the records carry; names, scores, ClinVar
"""

USE_VEP = RUN.config.annotation.consequences == "vep"

if USE_VEP:

    rule vep_annotate:
        """Consequences by Ensembl VEP, from its offline cache."""
        input:
            calls="results/{family}/screened/{family}.bcf",
            reference="results/reference/genome.fa",
            cache=RUN.config.annotation.vep_cache,
        output:
            temp("results/{family}/annotated/{family}.vep.vcf.gz"),
        log:
            "logs/vep_annotate/{family}.log",
        benchmark:
            "logs/benchmarks/vep_annotate/{family}.tsv"
        conda:
            "../envs/vep.yml"
        threads: 4
        resources:
            mem_mb=lambda wildcards, attempt: 8000 * attempt,
            runtime=lambda wildcards, attempt: 240 * attempt,
        params:
            assembly=RUN.vep_assembly_option(),
        shell:
            "bcftools view --no-version -Ov {input.calls:q} 2> {log:q}"
            " | vep --input_file STDIN --format vcf --output_file {output:q} --vcf --compress_output bgzip"
            " --offline --cache --dir_cache {input.cache:q} {params.assembly:q} --fasta {input.reference:q}"
            " --symbol --hgvs --mane --canonical --numbers --domains --total_length --no_stats --force_overwrite --fork {threads} 2>> {log:q}"


rule annotate:
    """Consequences, names, scores and ClinVar for the survivors."""
    input:
        calls=(
            "results/{family}/annotated/{family}.vep.vcf.gz"
            if USE_VEP
            else "results/{family}/screened/{family}.bcf"
        ),
        reference=RUN.reference(),
        genes=RUN.genes(),
        resources=RUN.annotation_files(),
    output:
        calls="results/{family}/annotated/{family}.bcf",
        index="results/{family}/annotated/{family}.bcf.csi",
        funnel="results/{family}/annotated/{family}.funnel.tsv",
        shares="results/{family}/annotated/{family}.shares.tsv",
    log:
        "logs/annotate/{family}.log",
    benchmark:
        "logs/benchmarks/annotate/{family}.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=lambda wildcards, attempt: 4000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        version=PACKAGE_VERSION,
        options=RUN.annotate_options(),
    shell:
        "filiation annotate --variants {input.calls:q} {params.options:q} --family {wildcards.family:q}"
        " --output {output.calls:q} --funnel {output.funnel:q} --shares {output.shares:q} 2> {log:q}"
