from .article import WITH_SUMMARY, WRITTEN, Article, Kind, Language
from .evidence import (
    About,
    Fact,
    FactChange,
    FactSource,
    SearchRecord,
    Source,
    Standing,
    StatusFact,
    TreatmentStatus,
    Treats,
    Verified,
)
from .register import ClinicStatement, Condition, Document, DocumentKind, StatementDocument
from .stamp import Stamp

__all__ = [
    "WITH_SUMMARY",
    "WRITTEN",
    "About",
    "Article",
    "ClinicStatement",
    "Condition",
    "Document",
    "DocumentKind",
    "Fact",
    "FactChange",
    "FactSource",
    "Kind",
    "Language",
    "SearchRecord",
    "Source",
    "Stamp",
    "Standing",
    "StatementDocument",
    "StatusFact",
    "Treats",
    "TreatmentStatus",
    "Verified",
]
