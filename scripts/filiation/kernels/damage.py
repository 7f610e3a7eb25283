"""The codes by which decoding kernels say what is wrong with bytes; `io.raw` turns each into a message."""

from __future__ import annotations

SOUND = 0

# BGZF blocks.
NOT_A_BLOCK, BLOCK_CUT, BLOCK_TOO_LARGE, NOT_INFLATED, WRONG_LENGTH, WRONG_CRC = 1, 2, 3, 4, 5, 6

# Records of either format. The second number that kernels return beside the code is named in brackets.
RECORD_TOO_LARGE = 10  # [bytes]
RECORD_CUT = 11
UNKNOWN_CONTIG = 12  # [number in the header, or -1]
POSITION_OUTSIDE = 13  # [position]
NOT_BIALLELIC = 14  # [alternate alleles]
ALLELE_OUT_OF_RANGE = 15  # [allele]
UNSORTED = 16  # [position of the record before]
WRONG_SAMPLE_COUNT = 17  # [samples in the record]
BAD_GENOTYPE = 18  # [column of the sample]
BAD_NUMBER = 19  # [column of the sample]
EMPTY_ALLELE = 20
FIELD_TWICE = 21  # [number of the field in FIELDS]

# BCF records.
LENGTHS_DISAGREE = 30
BAD_TYPE = 31

# VCF lines.
TOO_FEW_COLUMNS = 40
BAD_POSITION = 41
TOO_MANY_VALUES = 42  # [column of the sample]
UNDECLARED_FIELD = 43  # [number of the field in FIELDS]
BLANK_LINE = 44
NUL_BYTE = 45
HEADER_AMONG_RECORDS = 46

# Rows of the table of FORMAT fields that kernels are given.
GT, AD, DP, GQ, PL, GL = 0, 1, 2, 3, 4, 5
FIELDS = ("GT", "AD", "DP", "GQ", "PL", "GL")

# A record may not be longer than this: a whole structural allele fits, a damaged length does not.
MAX_RECORD_BYTES = 1 << 28
