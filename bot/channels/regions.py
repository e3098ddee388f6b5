"""The countries whose numbers get codes, as a person picks one."""

import phonenumbers
from babel import Locale

from bot.channels.shapes import Country
from bot.settings import Settings


def countries(settings: Settings, language: str) -> list[Country]:
    """In the order of the setting, named in a language."""
    names = Locale(language).territories
    return [
        Country(
            region=region,
            calling_code=str(phonenumbers.country_code_for_region(region)),
            name=names.get(region, region),
        )
        for region in settings.countries
    ]
