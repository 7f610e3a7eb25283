"""Which small variants does the family carry, asked of DeepVariant and GLnexus?

INPUTS
    results/{family}/alignment/{sample}.cram
OUTPUTS
    results/{family}/calling/{sample}.g.vcf.gz        one gVCF a member
    results/{family}/calling/{family}.bcf, .csi       joint calls
COMMANDS
    run_deepvariant, glnexus_cli     each in the container that calling.*_image names, or from PATH
    filiation gather-calls
"""


rule deepvariant_call:
    """Call one member; gVCF."""
    input:
        cram="results/{family}/alignment/{sample}.cram",
        index="results/{family}/alignment/{sample}.cram.crai",
        reference="results/reference/genome.fa",
        reference_index="results/reference/genome.fa.fai",
    output:
        calls=temp("results/{family}/calling/{sample}.vcf.gz"),
        gvcf="results/{family}/calling/{sample}.g.vcf.gz",
    log:
        "logs/deepvariant_call/{family}.{sample}.log",
    benchmark:
        "logs/benchmarks/deepvariant_call/{family}.{sample}.tsv"
    container:
        RUN.config.calling.deepvariant_image
    threads: 32
    resources:
        mem_mb=lambda wildcards, attempt: 64000 * attempt,
        runtime=lambda wildcards, attempt: 1440 * attempt,
    params:
        regions=(
            ["--regions", RUN.config.calling.regions_bed]
            if RUN.config.calling.regions_bed
            else []
        ),
    shell:
        "run_deepvariant --model_type WGS --ref {input.reference:q} --reads {input.cram:q}"
        " --sample_name {wildcards.sample:q} --output_vcf {output.calls:q} --output_gvcf {output.gvcf:q}"
        " --num_shards {threads} {params.regions:q} 2> {log:q}"


rule glnexus_joint:
    """Joint genotypes: nothing filtered, and a member without a read is ./., never 0/0."""
    input:
        gvcfs=lambda wildcards: [
            f"results/{wildcards.family}/calling/{sample}.g.vcf.gz"
            for sample in RUN.family(wildcards.family).samples
        ],
        preset=REPOSITORY
        / "resources"
        / "glnexus"
        / "deepvariant_unfiltered_depth1.yml",
    output:
        temp("results/{family}/calling/{family}.glnexus.bcf"),
    log:
        "logs/glnexus_joint/{family}.log",
    benchmark:
        "logs/benchmarks/glnexus_joint/{family}.tsv"
    container:
        RUN.config.calling.glnexus_image
    threads: 8
    resources:
        mem_mb=lambda wildcards, attempt: 32000 * attempt,
        runtime=lambda wildcards, attempt: 480 * attempt,
    params:
        scratch=lambda wildcards: f"results/{wildcards.family}/calling/glnexus.db",
    shell:
        "rm -rf {params.scratch:q};"
        " glnexus_cli --config {input.preset:q} --dir {params.scratch:q} --threads {threads} {input.gvcfs:q}"
        " > {output:q} 2> {log:q};"
        " rm -rf {params.scratch:q}"


rule gather_calls:
    """Sort and index the joint calls."""
    input:
        "results/{family}/calling/{family}.glnexus.bcf",
    output:
        calls="results/{family}/calling/{family}.bcf",
        index="results/{family}/calling/{family}.bcf.csi",
    log:
        "logs/gather_calls/{family}.log",
    conda:
        ENVIRONMENT
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        version=PACKAGE_VERSION,
    shell:
        "filiation gather-calls --input {input:q} --output {output.calls:q} 2> {log:q}"
