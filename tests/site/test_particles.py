"""Korean particles fit the name before them."""

import pytest
from django.utils import translation

from clinic_site.clinic import Clinic
from clinic_site.particles import fitted


@pytest.mark.parametrize(
    ("name", "after", "said"),
    [
        ("데카비의원", "이(가) 운영합니다", "데카비의원이 운영합니다"),
        ("데카비의원(시연용)", "은(는) 돈을 벌어요", "데카비의원(시연용)은 돈을 벌어요"),
        ("나래(시연용)", "이(가) 운영합니다", "나래(시연용)가 운영합니다"),
        ("나래 (주) (서울)", "을(를)", "나래 (주) (서울)를"),
        ("우리의원 [강남]", "와(과)", "우리의원 [강남]과"),
        ("“나래”", "은(는)", "“나래”는"),
        ("클리닉 365", "이(가)", "클리닉 365가"),
        ("클리닉 1", "이(가)", "클리닉 1이"),
        ("Dekabi", "이(가) 운영합니다", "Dekabi이(가) 운영합니다"),
        ("데카비의원", " 이(가)", "데카비의원 이(가)"),
        ("", "이(가)", "이(가)"),
    ],
)
def test_a_particle_is_that_of_the_last_sound_before_a_bracket(name, after, said):
    assert fitted(name, after) == said


def test_a_text_about_the_clinic_has_the_particle_of_its_name():
    clinic = Clinic({"legal_name": {"en": "Narae (demo)", "ko": "나래(시연용)"}, "phone": "02 123 4560"})

    with translation.override("ko"):
        text = clinic.fill(
            "{{ clinic_legal_name }}은(는) {{clinic_legal_name}}이(가) {{clinic_phone}}을(를)."
        )

    assert text == "나래(시연용)는 나래(시연용)가 02 123 4560을."
