"""Which small variants does the family carry, in one form whatever they came from?

INPUTS
    results/{family}/alignment/{sample}.cram of all members, or vcf of samples.tsv (stored calls)
OUTPUTS
    results/{family}/calling/{family}.bcf             joint calls of this run
    results/{family}/normalised/{family}.bcf, .csi    left-aligned, one allele a record, checked against the genome
    results/{family}/normalised/{family}.funnel.tsv   records in, out, and removed by reason
    results/{family}/{family}.ped                     the family as the sheet gives it
COMMANDS
    filiation split-regions, filiation call, filiation gather-calls      calling.caller: bcftools or freebayes
    run_deepvariant, glnexus_cli                                         calling.caller: deepvariant (containers)
    filiation write-pedigree, filiation normalise
"""

INTERVALS = [str(number) for number in range(1, RUN.config.calling.intervals + 1)]


rule write_pedigree:
    """Write the family's PED file from the sheets."""
    input:
        config=CONFIG_FILE,
        samples=RUN.config.samples,
    output:
        "results/{family}/{family}.ped",
    log:
        "logs/write_pedigree/{family}.log",
    localrule: True
    conda:
        ENVIRONMENT
    resources:
        tmpdir=OWN_TMPDIR,
    params:
        version=PACKAGE_VERSION,
    shell:
        "filiation write-pedigree --config {input.config:q} --family {wildcards.family:q}"
        " --output {output:q} 2> {log:q}"


rule split_regions:
    """Cut the reference into intervals that are called in parallel."""
    input:
        reference="results/reference/genome.fa",
        regions=RUN.config.calling.regions_bed or [],
    output:
        expand("results/run/intervals/{interval}.bed", interval=INTERVALS),
    log:
        "logs/split_regions.log",
    localrule: True
    conda:
        ENVIRONMENT
    resources:
        tmpdir=OWN_TMPDIR,
    params:
        version=PACKAGE_VERSION,
        regions=lambda wildcards, input: (
            ["--regions-bed", input.regions] if input.regions else []
        ),
    shell:
        "filiation split-regions --reference {input.reference:q} {params.regions:q} --output {output:q} 2> {log:q}"


if RUN.config.calling.caller == "deepvariant":

    include: "calling_deepvariant.smk"

else:

    rule call:
        """Call the family jointly in one interval."""
        input:
            crams=lambda wildcards: RUN.crams(wildcards.family),
            indexes=lambda wildcards: [
                f"{cram}.crai" for cram in RUN.crams(wildcards.family)
            ],
            reference="results/reference/genome.fa",
            interval="results/run/intervals/{interval}.bed",
        output:
            temp("results/{family}/calling/{interval}.bcf"),
        log:
            "logs/call/{family}.{interval}.log",
        benchmark:
            "logs/benchmarks/call/{family}.{interval}.tsv"
        conda:
            ENVIRONMENT
        resources:
            mem_mb=lambda wildcards, attempt: 4000 * attempt,
            runtime=lambda wildcards, attempt: 720 * attempt,
        params:
            version=PACKAGE_VERSION,
            caller=RUN.config.calling.caller,
        shell:
            "filiation call --caller {params.caller} --reads {input.crams:q} --reference {input.reference:q}"
            " --interval {input.interval:q} --output {output:q} 2> {log:q}"

    rule gather_calls:
        """Join the intervals' calls, each record once."""
        input:
            lambda wildcards: [
                f"results/{wildcards.family}/calling/{number}.bcf"
                for number in INTERVALS
            ],
        output:
            calls="results/{family}/calling/{family}.bcf",
            index="results/{family}/calling/{family}.bcf.csi",
        log:
            "logs/gather_calls/{family}.log",
        benchmark:
            "logs/benchmarks/gather_calls/{family}.tsv"
        conda:
            ENVIRONMENT
        resources:
            mem_mb=lambda wildcards, attempt: 2000 * attempt,
            runtime=lambda wildcards, attempt: 60 * attempt,
        params:
            version=PACKAGE_VERSION,
        shell:
            "filiation gather-calls --input {input:q} --output {output.calls:q} 2> {log:q}"


rule normalise:
    """Bring this run's or stored calls into one form."""
    input:
        calls=lambda wildcards: RUN.family_calls(wildcards.family),
        pedigree="results/{family}/{family}.ped",
        reference=RUN.reference(),
    output:
        calls="results/{family}/normalised/{family}.bcf",
        index="results/{family}/normalised/{family}.bcf.csi",
        funnel="results/{family}/normalised/{family}.funnel.tsv",
    log:
        "logs/normalise/{family}.log",
    benchmark:
        "logs/benchmarks/normalise/{family}.tsv"
    conda:
        ENVIRONMENT
    resources:
        mem_mb=lambda wildcards, attempt: 2000 * attempt,
        runtime=lambda wildcards, attempt: 120 * attempt,
    params:
        version=PACKAGE_VERSION,
        names=lambda wildcards: RUN.sample_names(wildcards.family),
        reference=["--reference", *RUN.reference()] if RUN.reference() else [],
    shell:
        "filiation normalise --pedigree {input.pedigree:q} --variants {input.calls:q} {params.names:q}"
        " {params.reference:q} --output {output.calls:q} --funnel {output.funnel:q} 2> {log:q}"
