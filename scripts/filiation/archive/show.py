"""What does the archive know of one family, in words for a person?"""

from __future__ import annotations

from filiation.archive.consents import current_consents
from filiation.archive.store import Archive

_ANSWER = {True: "yes", False: "no", None: "not recorded"}


def family_text(archive: Archive, name: str) -> str:
    """Members, analyses with their parts and sizes, consents, decisions of a family."""
    record = archive.family(name)
    family = record.family
    lines = [
        f"family {name}: {family.structure}, {family.pre_indication or 'no pre-indication'}, added {record.added}",
        f"  signs: {', '.join(family.hpo_terms) or 'none'}",
    ]
    lines += [
        f"  {member.role.value}: {member.sample}, {member.sex.value}, {member.affection.value}"
        for member in family.members
    ]
    answers = current_consents(archive, name)
    lines.append("  consents: " + ", ".join(f"{purpose} {_ANSWER[given]}" for purpose, given in answers.items()))
    for analysis in archive.analyses(name):
        panel = f"{analysis.panel} {analysis.panel_version}" if analysis.panel else "no panel"
        lines.append(
            f"analysis {analysis.number} of {analysis.date}: {analysis.kind}, {analysis.program}, {panel}, "
            f"{analysis.calls} calls, {analysis.genotypes} genotypes near genes, {analysis.bytes / 1e6:.2f} MB"
        )
        for part in analysis.parts.values():
            kept = "" if part["stored_in"] == analysis.number else f", as in analysis {part['stored_in']}"
            lines.append(f"  {part['name']}: {part['rows']} rows, {part['bytes']} bytes{kept}")
        inputs = ", ".join(f"{role} {row['version'] or row['sha256'][:12]}" for role, row in analysis.inputs.items())
        lines.append(f"  with: {inputs or 'no input is named'}")
    lines += [
        f"decision of {one.date} on {one.variant} in {one.gene}: {one.decision}"
        + (f" ({one.reason})" if one.reason else "")
        + (f", class {one.acmg_class}" if one.acmg_class else "")
        for one in archive.decisions(name)
    ]
    return "\n".join(lines)
