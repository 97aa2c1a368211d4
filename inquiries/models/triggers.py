"""What the database lets go only when an inquiry is erased."""

from functools import reduce
from operator import or_

import pgtrigger

from articles.append_only import never_emptied

# One moment, in one statement, lets what a person wrote go: the one that marks the inquiry as erased.
# That nothing may be left then is a constraint of the table.
BEING_ERASED = pgtrigger.Q(old__erased_at__isnull=True, new__erased_at__isnull=False)


def any_change(fields: list[str]) -> pgtrigger.Q:
    """pgtrigger.AnyChange, as something that can be combined with other conditions."""
    changes = (pgtrigger.Q(**{f"old__{name}__df": pgtrigger.F(f"new__{name}")}) for name in fields)
    return reduce(or_, changes)


def stays_until_erased(name: str, fields: list[str]) -> list[pgtrigger.Trigger]:
    """Refuse another value in any of the fields unless the row is being erased, and ever after."""
    return [
        pgtrigger.Protect(
            name=f"{name}_words_stay",
            operation=pgtrigger.Update,
            condition=any_change(fields) & ~BEING_ERASED,
        ),
        pgtrigger.Protect(name=f"{name}_never_deleted", operation=pgtrigger.Delete),
        never_emptied(name),
    ]


def written_once_but_for(name: str, field: str) -> list[pgtrigger.Trigger]:
    """Refuse UPDATE, DELETE and TRUNCATE, from whatever program they come.

    But let one text be emptied, and nothing else be changed, once the inquiry of the row has been erased.
    """
    return [
        pgtrigger.Trigger(
            name=f"{name}_append_only",
            when=pgtrigger.Before,
            operation=pgtrigger.Update | pgtrigger.Delete,
            func=f"""
                IF TG_OP = 'UPDATE' AND EXISTS (
                    SELECT FROM inquiries_inquiry WHERE id = OLD.inquiry_id AND erased_at IS NOT NULL
                ) THEN
                    OLD.{field} = '';
                    IF NEW IS NOT DISTINCT FROM OLD THEN
                        RETURN NEW;
                    END IF;
                END IF;
                RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;
            """,  # noqa: S608 - `field` is written in our models
        ),
        never_emptied(name),
    ]


def goes_with_its_inquiry(name: str, owner: str = "OLD.inquiry_id") -> list[pgtrigger.Trigger]:
    """Refuse DELETE until the inquiry that `owner` names has been erased; TRUNCATE always."""
    return [
        pgtrigger.Trigger(
            name=f"{name}_goes_with_inquiry",
            when=pgtrigger.Before,
            operation=pgtrigger.Delete,
            func=f"""
                IF EXISTS (SELECT FROM inquiries_inquiry WHERE id = ({owner}) AND erased_at IS NULL) THEN
                    RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;
                END IF;
                RETURN OLD;
            """,  # noqa: S608 - `owner` is written in our models
        ),
        never_emptied(name),
    ]
