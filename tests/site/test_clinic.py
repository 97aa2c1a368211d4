"""The clinic's own facts: changed in the admin, right on every page, there while nothing else is."""

import re
from datetime import date, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from articles import evidence
from clinic_site import calendar, views
from clinic_site.clinic import clinic, help_lines, lines
from clinic_site.models import ClinicProfile, ClosedDay, HelpLine, OpeningHours
from clinic_site.models.clinic import COUNTRIES
from clinic_site.shipped import ensure_clinic
from inquiries.reply_promise import next_working_day
from tests.factories import posted

pytestmark = pytest.mark.django_db

PROFILE = "/admin/clinic_site/clinicprofile/1/change/"
WEEKDAYS = {day: (time(9), time(18)) for day in range(5)}


def test_what_an_editor_changes_stands_on_the_next_page(client, editor):
    client.force_login(editor)
    form = posted(client.get(PROFILE), phone="+82 2 5555 0001", legal_name_ko="새이름의원")

    response = client.post(PROFILE, form)

    assert response.status_code == 302, response.context["errors"]
    client.logout()
    assert 'href="tel:+82255550001"' in client.get("/en/").text
    assert "새이름의원" in client.get("/ko/").text


def test_the_list_of_the_one_clinic_leads_to_it_and_nobody_adds_another(admin_client):
    assert admin_client.get("/admin/clinic_site/clinicprofile/").headers["Location"] == PROFILE
    assert admin_client.get("/admin/clinic_site/clinicprofile/add/").status_code == 403
    with pytest.raises(IntegrityError, match="clinic_profile_is_one_row"):
        ClinicProfile.objects.create(id=2)


def test_a_nurse_does_not_change_the_clinic(client, nurse):
    client.force_login(nurse)

    assert client.get(PROFILE).status_code == 403


def test_before_the_first_row_the_facts_are_those_of_the_file():
    ClinicProfile.objects.all().delete()

    assert clinic().phone == "+82 2 0000 0000"
    assert lines()


def test_what_was_entered_is_not_overwritten_by_the_next_migration():
    ClinicProfile.objects.update(name_en="Ours")

    ensure_clinic()

    assert clinic().name == "Ours"


def test_while_the_tables_cannot_be_read_the_last_facts_serve(monkeypatch):
    monkeypatch.setattr("clinic_site.clinic._in_vain_at", -60.0)  # and as it was, after this test
    ClinicProfile.objects.update(name_en="Ours")
    assert clinic().name == "Ours"

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE articles_stamp RENAME TO away")
        name = clinic().name
        transaction.set_rollback(True)

    assert name == "Ours"


def test_a_page_asks_once_whether_what_is_kept_is_right(client, django_assert_num_queries):
    client.get("/en/help-now/")

    with django_assert_num_queries(1):
        client.get("/en/help-now/")


# Help lines


def test_the_shipped_lines_cover_the_countries_that_the_rules_name():
    assert [line.country for line in lines()] == COUNTRIES


def test_a_line_stands_until_ninety_days_after_its_check_and_not_longer(client):
    today = evidence.today()
    HelpLine.objects.filter(country="KR").update(checked_on=today - timedelta(days=90))
    HelpLine.objects.filter(country="US").update(checked_on=today - timedelta(days=91))

    page = client.get("/en/help-now/").text

    assert "Korea: call" in page
    assert "United States: call" not in page
    assert 'href="tel:911"' in page, "an ambulance can be called whatever was checked"


def test_without_a_checked_line_the_page_still_says_whom_to_call(client):
    HelpLine.objects.update(checked_on=date(2020, 1, 1))

    for path in ("/ko/", "/ko/help-now/"):
        numbers = re.findall(r'href="tel:(\d+)"', client.get(path).text)
        assert {"119", "911", "999", "112"} <= set(numbers), path
        assert "109" not in numbers, path
    assert not help_lines()


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_number_that_staff_enter_for_korea_stands_on_every_page(client, articles, language):
    line = HelpLine.objects.get(country="KR")
    HelpLine.objects.filter(country="KR").update(
        text_en=line.text_en.replace("109", "1577-0000"),
        text_ko=line.text_ko.replace("109", "1577-0000"),
        call="119, 1577-0000",
    )

    for path in ("", "help-now/", "topics/deciding/"):
        page = client.get(f"/{language}/{path}").text
        head, main = page.split("<main", 1)
        assert '<a href="tel:15770000">1577-0000</a>' in head, path
        assert path == "" or 'href="tel:15770000"' in main.split("<footer")[0], path
        assert "109" not in re.findall(r'href="tel:(\d+)"', page), path


def test_the_page_of_last_resort_has_the_lines_that_were_known_last(client, rf):
    HelpLine.objects.filter(country="US").update(
        text_en="United States: call 1800.", text_ko="미국: 1800", call="1800"
    )
    HelpLine.objects.filter(country="KR").update(checked_on=date(2020, 1, 1))
    client.get("/en/help-now/")

    page = views.unavailable(rf.get("/en/")).text

    assert page.count('href="tel:1800"') == 2
    assert 'href="tel:988"' not in page
    assert 'href="tel:109"' not in page


def test_the_page_of_last_resort_names_ambulances_where_no_line_was_checked(client, rf):
    HelpLine.objects.update(checked_on=date(2020, 1, 1))
    client.get("/en/help-now/")

    page = views.unavailable(rf.get("/en/")).text

    assert page.count('href="tel:119"') == 4
    assert 'href="tel:109"' not in page


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_page_of_help_lines_says_when_each_was_checked(client, language):
    HelpLine.objects.filter(country="JP").update(checked_on=date(2026, 10, 5))

    main = re.search("<main.*</main>", client.get(f"/{language}/help-now/").text, re.DOTALL)[0]
    shown = re.findall(r"<li>(.*?)</li>", main, re.DOTALL)

    assert len([line for line in shown if re.search("Checked on|확인", line)]) == len(COUNTRIES)
    japan = next(line for line in shown if "0120-279-338" in line)
    assert ("5 October 2026" if language == "en" else "2026년 10월 5일") in japan


def test_a_site_is_linked_where_a_korean_particle_follows(client):
    link = '<a href="https://findahelpline.com/">findahelpline.com</a>'

    assert f"{link}에서" in client.get("/ko/help-now/").text
    HelpLine.objects.get(country="*").full_clean()


def test_an_editor_marks_lines_as_checked_today(client, editor):
    line = HelpLine.objects.first()
    HelpLine.objects.update(checked_on=date(2020, 1, 1))
    client.force_login(editor)

    client.post("/admin/clinic_site/helpline/", {"action": "mark_checked", "_selected_action": [line.pk]})

    assert HelpLine.objects.get(pk=line.pk).checked_on == evidence.today()
    assert HelpLine.objects.filter(checked_on=date(2020, 1, 1)).count() == len(COUNTRIES) - 1


def test_a_number_that_stands_in_one_text_only_cannot_be_linked():
    line = HelpLine(country="NZ", text_en="New Zealand: call 1737.", text_ko="뉴질랜드", call="1737")
    line.checked_on = evidence.today()

    with pytest.raises(ValidationError, match="does not stand in both texts"):
        line.full_clean()


# Hours


@pytest.mark.parametrize(
    ("opening", "english", "korean"),
    [
        (WEEKDAYS, "Monday to Friday, 9_am to 6_pm", "월요일~금요일 오전_9시~오후_6시"),
        (
            WEEKDAYS | {5: (time(9, 30), time(13))},
            "Monday to Friday, 9_am to 6_pm; Saturday, 9.30_am to 1_pm",
            "월요일~금요일 오전_9시~오후_6시, 토요일 오전_9시_30분~오후_1시",
        ),
        (
            {0: WEEKDAYS[0], 2: WEEKDAYS[0], 3: (time(12), time(20))},
            "Monday, 9_am to 6_pm; Wednesday, 9_am to 6_pm; Thursday, 12_pm to 8_pm",
            "월요일 오전_9시~오후_6시, 수요일 오전_9시~오후_6시, 목요일 오후_12시~오후_8시",
        ),
    ],
)
def test_opening_hours_are_said_in_words(opening, english, korean):
    english, korean = (said.replace("_", "\N{NO-BREAK SPACE}") for said in (english, korean))

    assert calendar.in_words(opening, "en").startswith(english + " (Seoul time)")
    assert calendar.in_words(opening, "ko").startswith(korean + "(한국 시간)")


def test_the_clinic_closes_before_it_opens_nowhere():
    with pytest.raises(IntegrityError, match="opening_hours_close_after_opening"):
        OpeningHours.objects.filter(weekday=0).update(closes_at=time(8))


def test_holidays_closed_days_and_other_days_of_the_week_are_no_days_of_work():
    ClosedDay.objects.create(day=date(2026, 12, 24), reason_en="Staff training", reason_ko="직원 교육")

    # Thursday closed, Friday Christmas, then the weekend.
    assert next_working_day(date(2026, 12, 23)) == date(2026, 12, 28)
    with translation.override("ko"):
        assert clinic().closures(date(2026, 12, 20), 10) == [
            (date(2026, 12, 24), "직원 교육"),
            (date(2026, 12, 25), "기독탄신일"),
        ]


def test_a_saturday_on_which_the_clinic_is_open_counts():
    OpeningHours.objects.create(clinic_id=1, weekday=5, opens_at=time(9), closes_at=time(13))

    assert next_working_day(date(2026, 11, 27)) == date(2026, 11, 28)
    assert clinic().closes_at(date(2026, 11, 28)) == time(13)


def test_without_any_hours_a_promise_is_reckoned_with_those_of_an_office():
    OpeningHours.objects.all().delete()

    assert next_working_day(date(2026, 11, 27)) == date(2026, 11, 30)
