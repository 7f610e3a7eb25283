"""Where is the finished analysis kept, and what do the families kept there say of an allele?

INPUTS
    everything that a family's run wrote, archive.* of config.yaml
OUTPUTS
    ARCHIVE (archive.path)                                  docs/archive.md; nothing in it is a file of this run
    results/{family}/archive/{family}.archived.json         number and checksum of the analysis in the archive
    results/run/in_house.vcf.gz, .tbi                       carriers and families of each allele; archive.in_house
COMMANDS
    filiation archive in-house, filiation archive add
"""

if RUN.config.archive.path:

    rule in_house_counts:
        """Count the alleles of the archived families, as they are when the run begins."""
        input:
            config=CONFIG_FILE,
        output:
            counts="results/run/in_house.vcf.gz",
            index="results/run/in_house.vcf.gz.tbi",
        log:
            "logs/in_house_counts.log",
        conda:
            ENVIRONMENT
        resources:
            mem_mb=lambda wildcards, attempt: 4000 * attempt,
            runtime=lambda wildcards, attempt: 60 * attempt,
        params:
            version=PACKAGE_VERSION,
            archive=RUN.config.archive.path,
        shell:
            "filiation archive in-house {params.archive:q} --output {output.counts:q} 2> {log:q}"

    rule archive:
        """Keep the family's analysis; what is there already is recognised and not written again."""
        input:
            pedigree="results/{family}/{family}.ped",
            normalised="results/{family}/normalised/{family}.bcf",
            screened="results/{family}/screened/{family}.bcf",
            annotated="results/{family}/annotated/{family}.bcf",
            candidates="results/{family}/prioritisation/{family}.candidates.tsv",
            removed="results/{family}/prioritisation/{family}.removed.tsv",
            report="results/{family}/report/{family}.rcp.html",
            config="results/run/config.yaml",
            versions="results/run/versions.tsv",
            consents=RUN.archive_consents(),
        output:
            "results/{family}/archive/{family}.archived.json",
        log:
            "logs/archive/{family}.log",
        benchmark:
            "logs/benchmarks/archive/{family}.tsv"
        conda:
            ENVIRONMENT
        resources:
            mem_mb=lambda wildcards, attempt: 4000 * attempt,
            runtime=lambda wildcards, attempt: 60 * attempt,
        params:
            version=PACKAGE_VERSION,
            archive=RUN.config.archive.path,
            options=RUN.archive_options(),
        shell:
            "filiation archive add {params.archive:q} --family {wildcards.family:q} --results results"
            " {params.options:q} --receipt {output:q} 2> {log:q}"
