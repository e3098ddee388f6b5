"""TwiML: what a called person hears. A code is spoken only after a key is pressed.

An answering machine presses no key, so that no code is ever left on one.
"""

import re

from twilio.twiml.voice_response import Gather, VoiceResponse

# Amazon Polly voices that Twilio offers for <Say>.
VOICES = {"en": ("en-US", "Polly.Joanna"), "es": ("es-US", "Polly.Lupe")}
SPELLED = re.compile(r"\d(?:, \d)+")
ASKED, SECONDS_TO_PRESS = 2, 8


def gate(text: str, language: str, *, action: str) -> str:
    """Ask for any key, twice; `action` is asked for what is said then."""
    response = VoiceResponse()
    for _ in range(ASKED):
        gather = Gather(
            num_digits=1,
            timeout=SECONDS_TO_PRESS,
            finish_on_key="",
            action=action,
            method="POST",
        )
        _say(gather, text, language)
        response.append(gather)
    response.hangup()
    return str(response)


def spoken(text: str, language: str) -> str:
    """Say a text, with a second of silence after each digit that it spells."""
    response = VoiceResponse()
    for part in re.split(f"({SPELLED.pattern})", text):
        if SPELLED.fullmatch(part):
            for digit in part.split(", "):
                _say(response, digit, language)
                response.pause(length=1)
        elif words := part.lstrip(" .,").rstrip():
            _say(response, words, language)
    response.hangup()
    return str(response)


def nothing() -> str:
    """Hang up."""
    response = VoiceResponse()
    response.hangup()
    return str(response)


def _say(verbs: VoiceResponse | Gather, text: str, language: str) -> None:
    spoken_in, voice = VOICES.get(language, VOICES["en"])
    verbs.say(text, language=spoken_in, voice=voice)
