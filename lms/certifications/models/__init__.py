"""Duties and proofs: the tables of certification.sql with its constraints, on both databases."""

from lms.certifications.models.duties import (
    Assignment,
    AssignmentSource,
    Cycle,
    Exemption,
)
from lms.certifications.models.external import ExternalProof
from lms.certifications.models.proofs import (
    Activity,
    Certificate,
    Evidence,
)
from lms.certifications.models.requirements import (
    Batch,
    Goal,
    Requirement,
    RequirementRevision,
    RequirementScope,
)

__all__ = [
    "Activity",
    "Assignment",
    "AssignmentSource",
    "Batch",
    "Certificate",
    "Cycle",
    "Evidence",
    "Exemption",
    "ExternalProof",
    "Goal",
    "Requirement",
    "RequirementRevision",
    "RequirementScope",
]
