from .article import WITH_SUMMARY, Article
from .benefit_approval import BenefitApproval
from .fact import About, ApprovedAlready, Fact, FactChange, FactSource, OtherWording, Supports
from .legal_review import LegalReview, Scope
from .price import PriceItem
from .register import ClinicStatement, Condition, Document, DocumentKind, StatementDocument
from .revision import Revision
from .search import SearchRecord
from .source import Source, Verified
from .stamp import Stamp
from .text import WRITTEN, Kind, Language
from .treatment_status import Standing, StatusFact, TreatmentStatus, Treats

__all__ = [
    "WITH_SUMMARY",
    "WRITTEN",
    "About",
    "ApprovedAlready",
    "Article",
    "BenefitApproval",
    "ClinicStatement",
    "Condition",
    "Document",
    "DocumentKind",
    "Fact",
    "FactChange",
    "FactSource",
    "Kind",
    "Language",
    "LegalReview",
    "OtherWording",
    "PriceItem",
    "Revision",
    "Scope",
    "SearchRecord",
    "Source",
    "Stamp",
    "Standing",
    "StatementDocument",
    "StatusFact",
    "Supports",
    "Treats",
    "TreatmentStatus",
    "Verified",
]
