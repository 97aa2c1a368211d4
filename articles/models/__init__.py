from .article import TRANSITIONS, Article, Status, Step, next_steps
from .desk import ArticleEvent, WarningAnswer, WordExemption
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
from .interest import InterestStatement
from .person import Credit, Person, Role
from .publication import GRACE, LEAST_CHANGE_NOTE, NOTICE, ChangeKind, Publication, ReviewState
from .register import ClinicStatement, Condition, Document, DocumentKind, StatementDocument
from .revision import Revision
from .signature import Signature
from .stamp import Stamp
from .text import CLINICAL, WITH_SUMMARY, WRITTEN, Kind, Language
from .topic import Topic

__all__ = [
    "CLINICAL",
    "GRACE",
    "LEAST_CHANGE_NOTE",
    "NOTICE",
    "TRANSITIONS",
    "WITH_SUMMARY",
    "WRITTEN",
    "About",
    "Article",
    "ArticleEvent",
    "ChangeKind",
    "ClinicStatement",
    "Condition",
    "Credit",
    "Document",
    "DocumentKind",
    "Fact",
    "FactChange",
    "FactSource",
    "InterestStatement",
    "Kind",
    "Language",
    "Person",
    "Publication",
    "ReviewState",
    "Revision",
    "Role",
    "SearchRecord",
    "Signature",
    "Source",
    "Stamp",
    "Standing",
    "StatementDocument",
    "Status",
    "StatusFact",
    "Step",
    "Topic",
    "TreatmentStatus",
    "Treats",
    "Verified",
    "WarningAnswer",
    "WordExemption",
    "next_steps",
]
