"""The data model, one concept per file: a glossary. No I/O, no logic beyond validation.

``…Draft`` is what the model writes; the plain names are what the pipeline keeps.
"""

from __future__ import annotations

from .accounting import (
    NO_USAGE,
    Accounting,
    ArticleAccount,
    ArticleCount,
    Failure,
    Quarantined,
    RecordCount,
    Skipped,
    Support,
    Usage,
)
from .actor import Actor, ActorDraft, Link
from .adjudication import PairVerdict, pair_verdict_schema
from .allegation import Allegation, Conflict, ConflictValue, Corroboration, Edit, OriginChain, Relation
from .answer import Answer, Rejected, answer_schema
from .article import Article, Defect, PublicationDraft, SegmentRun
from .base import Draft, Record
from .claim import (
    STAGE_FAMILY,
    AllegationDraft,
    Attribution,
    AttributionDraft,
    Claim,
    Item,
    Participant,
    Place,
    Return,
    StageFamily,
)
from .dataset import SCHEMA_VERSION, Dataset, Judgement
from .decision import Decided, Decision, Grade, Subject
from .denial import Denial, DenialDraft, DenialLink, DenialStatement
from .evidence import Citation, Evidence
from .excluded import Excluded, ExcludedDraft
from .extraction import Extraction, Run
from .response import Response, ResponseDraft
from .source import Source, SourceDraft
from .support import SupportAnswer, SupportVerdict, support_schema
from .values import DatePhrase, Finding, Quantity
from .weapon import WeaponType, WeaponTypeDraft

__all__ = [
    "NO_USAGE",
    "SCHEMA_VERSION",
    "STAGE_FAMILY",
    "Accounting",
    "Actor",
    "ActorDraft",
    "Allegation",
    "AllegationDraft",
    "Answer",
    "Article",
    "ArticleAccount",
    "ArticleCount",
    "Attribution",
    "AttributionDraft",
    "Citation",
    "Claim",
    "Conflict",
    "ConflictValue",
    "Corroboration",
    "Dataset",
    "DatePhrase",
    "Decided",
    "Decision",
    "Defect",
    "Denial",
    "DenialDraft",
    "DenialLink",
    "DenialStatement",
    "Draft",
    "Edit",
    "Evidence",
    "Excluded",
    "ExcludedDraft",
    "Extraction",
    "Failure",
    "Finding",
    "Grade",
    "Item",
    "Judgement",
    "Link",
    "OriginChain",
    "PairVerdict",
    "Participant",
    "Place",
    "PublicationDraft",
    "Quantity",
    "Quarantined",
    "Record",
    "RecordCount",
    "Rejected",
    "Relation",
    "Response",
    "ResponseDraft",
    "Return",
    "Run",
    "SegmentRun",
    "Skipped",
    "Source",
    "SourceDraft",
    "StageFamily",
    "Subject",
    "Support",
    "SupportAnswer",
    "SupportVerdict",
    "Usage",
    "WeaponType",
    "WeaponTypeDraft",
    "answer_schema",
    "pair_verdict_schema",
    "support_schema",
]
