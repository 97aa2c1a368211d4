from .article import WITH_SUMMARY, Article
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
from .picture import Picture, PictureKind
from .register import ClinicStatement, Condition, Document, DocumentKind, StatementDocument
from .revision import Revision
from .stamp import Stamp
from .text import WRITTEN, Kind, Language

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
    "Picture",
    "PictureKind",
    "Revision",
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
