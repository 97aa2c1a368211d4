"""Rows, or columns, that are written once: the database itself refuses to change them."""

import pgtrigger


def append_only(name: str) -> list[pgtrigger.Trigger]:
    """Refuse UPDATE, DELETE and TRUNCATE, from whatever program they come."""
    return [
        pgtrigger.Protect(name=f"{name}_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        never_emptied(name),
    ]


def fixed_fields(name: str, fields: list[str]) -> list[pgtrigger.Trigger]:
    """Refuse another value in any of the fields, DELETE and TRUNCATE; the other fields may be mended."""
    return [
        pgtrigger.ReadOnly(name=f"{name}_fixed_fields", fields=fields),
        pgtrigger.Protect(name=f"{name}_never_deleted", operation=pgtrigger.Delete),
        never_emptied(name),
    ]


def never_emptied(name: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=f"{name}_never_emptied",
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        func="RAISE EXCEPTION 'pgtrigger: Cannot truncate rows from % table', TG_TABLE_NAME;",
    )
