"""Where does each read of each member lie on the genome?

INPUTS
    fastq_1, fastq_2 of units.tsv (several lanes a sample), or bam of samples.tsv
OUTPUTS
    results/{family}/alignment/{sample}.cram, .crai       read group SM = sample, duplicates marked
    results/{family}/alignment/{sample}.alignment.tsv     reads in, aligned, duplicate, dropped by reason
COMMANDS
    filiation extract-reads     stored reads, when they are to be realigned
    filiation align             one unit: bwa-mem2 or bwa, mates fixed, sorted
    filiation mark-duplicates   all units of a sample
    filiation adopt-reads       stored reads, when their alignment is kept
"""


rule extract_reads:
    """Turn stored reads into FASTQ; exact duplicate records are dropped and counted."""
    input:
        reads=lambda wildcards: RUN.stored_reads(wildcards.sample),
        reference="results/reference/genome.fa",
    output:
        fastq_1=temp("results/{family}/alignment/{sample}.stored_1.fastq.gz"),
        fastq_2=temp("results/{family}/alignment/{sample}.stored_2.fastq.gz"),
        metrics="results/{family}/alignment/{sample}.extracted.tsv",
    log:
        "logs/extract_reads/{family}.{sample}.log",
    benchmark:
        "logs/benchmarks/extract_reads/{family}.{sample}.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=lambda wildcards, attempt: 8000 * attempt,
        runtime=lambda wildcards, attempt: 480 * attempt,
    params:
        version=PACKAGE_VERSION,
        name=lambda wildcards: RUN.read_group_option(wildcards.sample),
    shell:
        "filiation extract-reads --reads {input.reads:q} --sample {wildcards.sample:q} {params.name:q}"
        " --reference {input.reference:q} --fastq-1 {output.fastq_1:q} --fastq-2 {output.fastq_2:q}"
        " --metrics {output.metrics:q} 2> {log:q}"


rule align:
    """Align one unit."""
    input:
        fastq_1=lambda wildcards: RUN.fastq(
            wildcards.family, wildcards.sample, wildcards.unit
        )[0],
        fastq_2=lambda wildcards: RUN.fastq(
            wildcards.family, wildcards.sample, wildcards.unit
        )[1],
        reference="results/reference/genome.fa",
        aligner="results/reference/aligner.txt",
    output:
        temp("results/{family}/alignment/{sample}.{unit}.bam"),
    log:
        "logs/align/{family}.{sample}.{unit}.log",
    benchmark:
        "logs/benchmarks/align/{family}.{sample}.{unit}.tsv"
    wildcard_constraints:
        sample=RUN.one_of(RUN.samples(adopted=False)),
    conda:
        ENVIRONMENT
    threads: 16
    resources:
        mem_mb=lambda wildcards, attempt: 24000 * attempt,
        runtime=lambda wildcards, attempt: 720 * attempt,
    params:
        version=PACKAGE_VERSION,
        library=lambda wildcards: RUN.library(wildcards.sample, wildcards.unit),
    shell:
        "filiation align --fastq-1 {input.fastq_1:q} --fastq-2 {input.fastq_2:q}"
        " --sample {wildcards.sample:q} --unit {wildcards.unit:q} --library {params.library:q}"
        " --reference {input.reference:q} --aligner-file {input.aligner:q} --threads {threads}"
        " --output {output:q} 2> {log:q}"


rule mark_duplicates:
    """Merge a sample's units and mark duplicates."""
    input:
        units=lambda wildcards: RUN.unit_bams(wildcards.family, wildcards.sample),
        reference="results/reference/genome.fa",
    output:
        cram="results/{family}/alignment/{sample}.cram",
        index="results/{family}/alignment/{sample}.cram.crai",
        metrics="results/{family}/alignment/{sample}.alignment.tsv",
    log:
        "logs/mark_duplicates/{family}.{sample}.log",
    benchmark:
        "logs/benchmarks/mark_duplicates/{family}.{sample}.tsv"
    wildcard_constraints:
        sample=RUN.one_of(RUN.samples(adopted=False), others=RUN.samples(adopted=True)),
    conda:
        ENVIRONMENT
    threads: 4
    resources:
        mem_mb=lambda wildcards, attempt: 8000 * attempt,
        runtime=lambda wildcards, attempt: 480 * attempt,
    params:
        version=PACKAGE_VERSION,
    shell:
        "filiation mark-duplicates --input {input.units:q} --sample {wildcards.sample:q}"
        " --reference {input.reference:q} --threads {threads} --output {output.cram:q}"
        " --metrics {output.metrics:q} 2> {log:q}"


rule adopt_reads:
    """Take stored reads as they are aligned, under the sample's name."""
    input:
        reads=lambda wildcards: RUN.stored_reads(wildcards.sample),
        reference="results/reference/genome.fa",
    output:
        cram="results/{family}/alignment/{sample}.cram",
        index="results/{family}/alignment/{sample}.cram.crai",
        metrics="results/{family}/alignment/{sample}.alignment.tsv",
    log:
        "logs/adopt_reads/{family}.{sample}.log",
    benchmark:
        "logs/benchmarks/adopt_reads/{family}.{sample}.tsv"
    wildcard_constraints:
        sample=RUN.one_of(RUN.samples(adopted=True), others=RUN.samples(adopted=False)),
    conda:
        ENVIRONMENT
    threads: 4
    resources:
        mem_mb=lambda wildcards, attempt: 4000 * attempt,
        runtime=lambda wildcards, attempt: 480 * attempt,
    params:
        version=PACKAGE_VERSION,
        name=lambda wildcards: RUN.read_group_option(wildcards.sample),
    shell:
        "filiation adopt-reads --reads {input.reads:q} --sample {wildcards.sample:q} {params.name:q}"
        " --reference {input.reference:q} --threads {threads} --output {output.cram:q}"
        " --metrics {output.metrics:q} 2> {log:q}"
