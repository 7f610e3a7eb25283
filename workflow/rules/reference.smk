"""Is the reference genome sound, and does it have what the other stages need?

INPUTS
    reference.fasta, reference.genes_gff3 of config.yaml
OUTPUTS
    results/reference/genome.fa, .fai          the genome, in our own folder; nothing is written beside the user's
    results/reference/genes.gff3.gz            gene models with the contig names of the genome
    results/reference/aligner.txt              the aligner whose index stands beside genome.fa
COMMANDS
    filiation prepare-reference, filiation index-reference
"""


rule prepare_reference:
    """Check the reference genome and the gene models; index them in our folder."""
    input:
        fasta=RUN.config.reference.fasta or [],
        genes=RUN.config.reference.genes_gff3 or [],
    output:
        genome="results/reference/genome.fa",
        index="results/reference/genome.fa.fai",
        genes=RUN.genes(),
    log:
        "logs/prepare_reference.log",
    benchmark:
        "logs/benchmarks/prepare_reference/run.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        runtime=lambda wildcards, attempt: 60 * attempt,
    params:
        version=PACKAGE_VERSION,
        assembly=RUN.config.reference.assembly,
        genes=lambda wildcards, input: (
            ["--genes-gff3", input.genes] if input.genes else []
        ),
        folder=subpath(output.genome, parent=True),
    shell:
        "filiation prepare-reference --fasta {input.fasta:q} --assembly {params.assembly} {params.genes:q}"
        " --output-dir {params.folder:q} 2> {log:q}"


rule index_reference:
    """Build the aligner's index, or link the one that stands beside the user's FASTA."""
    input:
        genome="results/reference/genome.fa",
        index="results/reference/genome.fa.fai",
    output:
        "results/reference/aligner.txt",
    log:
        "logs/index_reference.log",
    benchmark:
        "logs/benchmarks/index_reference/run.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=lambda wildcards, attempt: 8000 * attempt,
        runtime=lambda wildcards, attempt: 240 * attempt,
    params:
        version=PACKAGE_VERSION,
        aligner=RUN.config.alignment.aligner,
    shell:
        "filiation index-reference --reference {input.genome:q} --aligner {params.aligner}"
        " --output {output:q} 2> {log:q}"
