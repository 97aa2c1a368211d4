"""Who may do what: the staff groups and their permissions."""

from django.apps import apps as installed_apps

TRIAGE_NURSE = "Triage nurse"
PHYSICIAN = "Physician"
MANAGER = "Manager"
AUDITOR = "Auditor"
AUTHOR = "Author"
REVIEWER = "Clinical reviewer"
EDITOR = "Editor"

# Whoever works on articles looks things up in the evidence and the register.
READS_EVIDENCE = [
    f"articles.view_{name}"
    for name in ["source", "fact", "factchange", "searchrecord", "treatmentstatus", "trial", "document"]
    + ["clinicstatement", "person", "topic", "intereststatement", "synonym"]
]

# Whoever works at the desk.
WORKS_ON_INQUIRIES = [
    "inquiries.view_inquiry",
    "inquiries.change_inquiry",
    "inquiries.read_inquiry",
    "inquiries.release_reply",
    "inquiries.view_dangerword",
    "inquiries.view_dangerwordchange",
    "inquiries.view_replytemplate",
    "inquiries.view_tag",
    "articles.view_article",
]

# Nobody deletes what readers or patients were told, and nobody adds an inquiry: patients do.
PERMISSIONS = {
    TRIAGE_NURSE: WORKS_ON_INQUIRIES,
    PHYSICIAN: [
        *WORKS_ON_INQUIRIES,
        "inquiries.decide_on_danger",
        "inquiries.add_dangerword",
        "inquiries.change_dangerword",
    ],
    MANAGER: [
        *WORKS_ON_INQUIRIES,
        "inquiries.manage_desk",
        "inquiries.export_inquiry",
        "inquiries.erase_inquiry",
        "inquiries.audit_inquiry",
        "inquiries.view_export",
        "inquiries.add_replytemplate",
        "inquiries.change_replytemplate",
        "inquiries.add_tag",
        "inquiries.change_tag",
    ],
    # Reads the record of what was done and looked at, and no word of anybody.
    AUDITOR: [
        "inquiries.audit_inquiry",
        "inquiries.view_event",
        "inquiries.view_viewing",
        "inquiries.view_erasure",
        "inquiries.view_erasedconsents",
        "inquiries.view_erasedinquiries",
        "inquiries.view_purge",
        "inquiries.view_export",
        "inquiries.view_dangerwordchange",
    ],
    AUTHOR: [
        "articles.view_article",
        "articles.add_article",
        "articles.change_article",
        "articles.view_credit",
        "articles.add_credit",
        "articles.change_credit",
        "articles.delete_credit",
        "articles.view_picture",
        "articles.add_picture",
        "articles.view_pagefeedback",
        *READS_EVIDENCE,
    ],
    REVIEWER: [
        "articles.view_article",
        "articles.sign_article",
        "articles.view_credit",
        "inquiries.view_dangerword",
        "inquiries.add_dangerword",
        "inquiries.change_dangerword",
        "inquiries.view_dangerwordchange",
        *READS_EVIDENCE,
    ],
    EDITOR: [
        "articles.view_article",
        "articles.add_article",
        "articles.change_article",
        "articles.publish_article",
        "articles.view_credit",
        "articles.add_credit",
        "articles.change_credit",
        "articles.delete_credit",
        "articles.view_person",
        "articles.add_person",
        "articles.change_person",
        "articles.view_topic",
        "articles.add_topic",
        "articles.change_topic",
        "articles.view_synonym",
        "articles.add_synonym",
        "articles.change_synonym",
        "articles.view_intereststatement",
        "articles.add_intereststatement",
        "articles.view_source",
        "articles.change_source",
        "articles.view_fact",
        "articles.change_fact",
        "articles.view_factchange",
        "articles.view_benefitapproval",
        "articles.view_legalreview",
        "articles.add_legalreview",
        "articles.view_searchrecord",
        "articles.add_searchrecord",
        "articles.change_searchrecord",
        "articles.view_treatmentstatus",
        "articles.add_treatmentstatus",
        "articles.change_treatmentstatus",
        "articles.view_trial",
        "articles.add_trial",
        "articles.change_trial",
        "articles.view_priceitem",
        "articles.add_priceitem",
        "articles.change_priceitem",
        "articles.view_document",
        "articles.add_document",
        "articles.change_document",
        "articles.view_clinicstatement",
        "articles.add_clinicstatement",
        "articles.change_clinicstatement",
        "articles.view_statementdocument",
        "articles.add_statementdocument",
        "articles.change_statementdocument",
        "articles.delete_statementdocument",
        "articles.view_picture",
        "articles.add_picture",
        "articles.change_picture",
        "articles.view_pagefeedback",
        "inquiries.answer_page_questions",
        "inquiries.view_replytemplate",
        "inquiries.add_replytemplate",
        "inquiries.change_replytemplate",
        "clinic_site.view_clinicprofile",
        "clinic_site.change_clinicprofile",
        "clinic_site.view_openinghours",
        "clinic_site.add_openinghours",
        "clinic_site.change_openinghours",
        "clinic_site.delete_openinghours",
        "clinic_site.view_closedday",
        "clinic_site.add_closedday",
        "clinic_site.change_closedday",
        "clinic_site.delete_closedday",
        "clinic_site.view_helpline",
        "clinic_site.add_helpline",
        "clinic_site.change_helpline",
    ],
}


def ensure_roles(apps=installed_apps, using="default", **kwargs):
    """Create the groups that are missing, with their permissions.

    Runs after every migration; a group that exists is left as its administrators set it. A
    permission whose app is not migrated yet comes with the signal of that app.
    """
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    for name, labels in PERMISSIONS.items():
        if Group.objects.using(using).filter(name=name).exists():
            continue
        found = [
            Permission.objects.using(using).filter(content_type__app_label=app, codename=codename).first()
            for app, codename in (label.split(".") for label in labels)
        ]
        if all(found):
            Group.objects.using(using).create(name=name).permissions.set(found)
