from .article import Article, RelatedPage
from .benefit_approval import BenefitApproval
from .desk import ArticleEvent, WarningAnswer, WordExemption
from .fact import About, ApprovedAlready, Fact, FactChange, FactSource, OtherWording, Supports
from .feedback import Clear, PageFeedback
from .interest import InterestStatement
from .legal_review import LegalReview, Scope
from .link_check import LinkCheck
from .person import Credit, Person, Role
from .picture import Picture, PictureKind
from .price import PriceItem
from .publication import GRACE, LEAST_CHANGE_NOTE, NOTICE, ChangeKind, Publication, ReviewState
from .register import ClinicStatement, Condition, Document, DocumentKind, StatementDocument
from .revision import Revision
from .search import SearchRecord
from .search_entry import SearchEntry, SearchSection
from .signature import Signature
from .source import Source, Verified
from .stamp import Stamp
from .synonym import Synonym
from .text import CLINICAL, WITH_SUMMARY, WRITTEN, Kind, Language
from .topic import Topic
from .treatment_status import Standing, StatusFact, TreatmentStatus, Treats
from .trial import Cells, Results, Trial, TrialCondition, TrialFact, TrialStatus
from .workflow import TRANSITIONS, Status, Step, next_steps

__all__ = [
    "CLINICAL",
    "GRACE",
    "LEAST_CHANGE_NOTE",
    "NOTICE",
    "TRANSITIONS",
    "WITH_SUMMARY",
    "WRITTEN",
    "About",
    "ApprovedAlready",
    "Article",
    "ArticleEvent",
    "BenefitApproval",
    "Cells",
    "ChangeKind",
    "Clear",
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
    "LegalReview",
    "LinkCheck",
    "OtherWording",
    "PageFeedback",
    "Person",
    "Picture",
    "PictureKind",
    "PriceItem",
    "Publication",
    "RelatedPage",
    "Results",
    "ReviewState",
    "Revision",
    "Role",
    "Scope",
    "SearchEntry",
    "SearchRecord",
    "SearchSection",
    "Signature",
    "Source",
    "Stamp",
    "Standing",
    "StatementDocument",
    "Status",
    "StatusFact",
    "Step",
    "Supports",
    "Synonym",
    "Topic",
    "TreatmentStatus",
    "Treats",
    "Trial",
    "TrialCondition",
    "TrialFact",
    "TrialStatus",
    "Verified",
    "WarningAnswer",
    "WordExemption",
    "next_steps",
]
