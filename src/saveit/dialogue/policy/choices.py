"""What a guest means who taps, says a number, or says "the second one"."""

import re
from typing import Final

from saveit.dialogue.model import Asked, Offered
from saveit.dialogue.nlu.model import Language

_BARE_NUMBER: Final = re.compile(
    r"^\W*(?:(?:la|el|opci[oó]n|option|n[uú]mero|number|the)\s+)?(\d{1,2})\W*$", re.IGNORECASE
)
_ORDINALS: Final[tuple[tuple[int, str], ...]] = (
    (0, r"primer[ao]?|first|1[aªº]|1st"),
    (1, r"segund[ao]|second|2[aªº]|2nd"),
    (2, r"tercer[ao]?|third|3[aªº]|3rd"),
    (3, r"cuart[ao]|fourth|4[aªº]|4th"),
    (4, r"quint[ao]|fifth|5[aªº]|5th"),
    (-1, r"[uú]ltim[ao]|last"),
)
_BEFORE: Final = r"^\W*(?:s[ií],?\s+|yes,?\s+)?(?:la|el|the|pues la)?\s*"
_AFTER: Final = r"(?:\s+(?:one|opci[oó]n|option|hora|time|por favor|please|me va bien))*\W*$"
_ORDINAL: Final = tuple(
    (place, re.compile(f"{_BEFORE}(?:{words}){_AFTER}", re.IGNORECASE)) for place, words in _ORDINALS
)
_LEAVE_IT: Final = re.compile(
    r"gracias|d[eé]j[ae]l[oa]|olv[ií]d|nada\b|ya no|cancel|never ?mind|forget|thank|leave it|don'?t book|no reserv",
    re.IGNORECASE,
)
_COURTESY: Final = r"(?:please|pls|por favor|porfa|gracias|thanks|thank you|now|ya|hey|oye|ok|you)"
_STOP: Final = re.compile(
    rf"(?:{_COURTESY}[ ,]+)*"
    r"(?:stop(?: ?all)?"
    r"(?: (?:texting|messaging|writing|contacting|spamming|bothering|sending)(?: (?:to )?me)?(?: (?:any ?more )?(?:texts|messages|sms))?)?"
    r"|(?:don'?t|do not) (?:text|message|write|contact)(?: to)? me(?: again| any ?more)?"
    r"|unsubscribe(?: me)?|(?:take|remove) me (?:off|from) (?:your|the|this) (?:mailing )?list|opt(?: me)?[ -]?out"
    r"|baja|alto|no molest(?:ar|en|es|e)|(?:quiero )?dar(?:me|nos)? de baja|d[eé]me de baja|denme de baja"
    r"|no (?:me|nos) (?:escrib[ae]n?|mand[ea][ns]?|env[ií]e[ns]?|molest[ea]n?)(?: m[aá]s)?(?: mensajes)?"
    r"|dej[ea]n? de (?:escribirme|mandarme|enviarme|molestar(?:me)?)(?: mensajes)?|no quiero (?:recibir )?m[aá]s mensajes)"
    rf"(?:[ ,]+{_COURTESY})*",
    re.IGNORECASE,
)
_WHO_ARE_YOU: Final = re.compile(
    r"\b(?:eres|sos|es usted|are you|is this|am i (?:talking|speaking) (?:to|with)|(?:estoy )?hablando con|hablo con)\b"
    r".{0,24}\b(?:bot|robot|m[aá]quina|machine|a\.?i\.?|ia|human[oa]?|persona(?: real)?|person|real|contestador|chatbot|computer)\b",
    re.IGNORECASE,
)
_ASKS_FOR_SOMEBODY: Final = re.compile(
    r"\b(?:quiero|quisiera|necesito|prefiero|p[aá]s[ae]me|puedo hablar|hablar con"
    r"|want|need|prefer|let me|get me|speak to|talk to|transfer)\b",
    re.IGNORECASE,
)
_THOSE: Final = r"(?<!\ba )(?<!\bde )\blas (?:dos|2|tres|3)\b"
_ALL_OF_THEM: Final = re.compile(
    rf"\b(?:tod[oa]s?|ambas|ambos|both|all(?: of (?:them|it))?|everything)\b|{_THOSE}",
    re.IGNORECASE,
)
_BARE_HOUR: Final = re.compile(
    r"^\W*(?:(?:no|actually|sorry|hmm+|mejor|y|and|pues|en realidad|perd[oó]n)[ ,]+)*"
    r"(?:make it|let'?s (?:say|do|make it)|could (?:we|you) (?:do|make it)|can (?:we|you) (?:do|make it)|do|change it to"
    r"|que sean?|ponl[ao] a|c[aá]mbial[ao] a|mejor|mejor a)\s+(?P<hour>\d{1,2})(?:\s+(?:instead|then|please|por favor|mejor))?\W*$"
    r"|^\W*(?:(?:no|actually|sorry|hmm+)[ ,]+)*(?P<better>\d{1,2}) (?:would|might|'d) be (?:better|best|nicer)\W*$",
    re.IGNORECASE,
)
DAY_HOURS: Final = 24
_CANCELS: Final = frozenset({"cancel", "cancela", "cancelar", "end", "quit"})
_START: Final = re.compile(r"(?:start|alta|unstop|subscribe|suscrib(?:ir|irme)|opt[ -]?in)", re.IGNORECASE)
_ELSEWHERE: Final[tuple[re.Pattern[str], ...]] = tuple(
    re.compile(rf"\b(?:{words})\b", re.IGNORECASE)
    for words in (
        "bonjour|bonsoir|salut|je|voudrais|réserver|s'il|vous|plaît|merci|personnes|soir|nous|demain|avez",
        "olá|oi|gostaria|reservar|obrigad[oa]|você|vocês|amanhã|pessoas|boa noite|bom dia|boa tarde|tem|uma|noite",
        "buongiorno|buonasera|ciao|vorrei|prenotare|tavolo|persone|grazie|domani|stasera|avete|un",
        "guten|hallo|ich|möchte|tisch|reservieren|personen|bitte|danke|heute|morgen|abend|haben|für",
    )
)
_TELLING: Final = re.compile(
    r"\b(?:bonjour|bonsoir|voudrais|réserver|merci|olá|gostaria|obrigad[oa]|você|amanhã|buongiorno|buonasera|vorrei|prenotare"
    r"|grazie|guten tag|möchte|reservieren|danke)\b",
    re.IGNORECASE,
)
_ENOUGH: Final = 2
_YES: Final = re.compile(
    r"^[^\w]*(?:(?:ahora|claro|pues|eso|que|ya)\s+)?(?:s[ií]+|yes+)\b(?!.*\bno\b)"
    r"|^[^\w]*(?:(?:that |it )?(?:looks|sounds) (?:good|great|fine|perfect)|that works|go (?:for it|ahead)|let'?s do it|book it|adelante"
    r"|(?:todo |est[aá] )bien|as[ií] est[aá] bien|h[aá]gale|de una)\b(?!.*(?:\b(?:no|but|pero)\b|\?))|^\s*(?:👍|👌|✅|🙌|🆗)",
    re.IGNORECASE,
)
# Before whatever else is said: "sí, ¿y hay parqueadero?", but neither "si hay parqueadero, sí" nor "sí, pero…".
_YES_AND: Final = re.compile(
    r"^\W*(?:s[ií]+|yes+|yep|yeah|dale|vale|ok(?:ay)?|claro|perfecto|perfect|sure|great)\b(?:\s*[,.;!]| y\b| and\b)"
    r"(?!\s*(?:(?:y|and)\s+)?(?:si|if|con tal|mientras|provided|assuming|siempre y cuando)\b)(?!.*\b(?:pero|but|solo si"
    r"|s[oó]lo si|siempre que|only if|as long as|antes|before|primero|first)\b)",
    re.IGNORECASE,
)
_ONLY_YES: Final = re.compile(
    r"(?:(?:s[ií]+|yes+|yep|yeah|ok(?:ay)?|vale|dale|va|sale|claro|listo|perfecto|bueno|please|por favor|porfa|sure)[\s,.!]*)+",
    re.IGNORECASE,
)
_YES_LAST: Final = re.compile(
    r"(?:,|[.;]|\by\b|\band\b)\s*(?:s[ií]+|yes+|dale|conf[ií]rm[ao](?:l[ao])?|res[eé]rv[ao]l[ao]|go ahead|book it)\W*$",
    re.IGNORECASE,
)
_ASKS_WHETHER: Final = re.compile(
    r"^\W*(?:(?:todo|est[aá]|all|is (?:it|that|this|everything)|(?:looks|sounds)) )?(?:bien|ok(?:ay)?|good|right|fine|correcto)\s*\?\W*$",
    re.IGNORECASE,
)
_HOLDS_ON: Final = re.compile(
    r"\bsin confirmar\b|\b(?:todav[ií]a|a[uú]n) no\b|\bno (?:todav[ií]a|a[uú]n)\b|\bnot yet\b|\b(?:don'?t|do not) (?:confirm|book)\b"
    r"|\bhold on\b|\bwait a (?:sec|min|moment)|(?<!de )\besp[eé]r(?:a|e|ame|eme|ate|ese)\b|\bd[eé]j[ae]me (?:ver|pensar|consultar)"
    r"|\blet me (?:check|think|ask)\b|\b(?:lo|la) consulto\b",
    re.IGNORECASE,
)
_CODE: Final = re.compile(
    r"\b(?:mi|el|nuestro) c[oó]digo\b(?! (?:postal|de (?!(?:(?:la|mi|nuestra) )?(?:reserva|mesa)\b)))"
    r"|\bc[oó]digo de (?:la|mi) (?:reserva|mesa)|\b(?:my|the|our) (?:(?:booking"
    r"|reservation) )?(?:code|reference)\b",
    re.IGNORECASE,
)
_TO_SIT: Final = re.compile(
    r"\b(?:que sea|ponl[ao]|p[oó]n(?:nos|me)|prefer\w+|mejor|quisi[eé]r\w+|nos gustar[ií]a|me gustar[ií]a|si se puede"
    r"|si es posible|de ser posible"
    r"|could we|can we|we'?d like|i'?d like|if possible|rather)\b",
    re.IGNORECASE,
)
_HOW_TO_CANCEL: Final = re.compile(
    r"\b(?:how (?:do|can|would|could) (?:i|we) cancel|c[oó]mo (?:puedo |podr[ií]a |hago para |har[ií]a para |se )?cancel\w*"
    r"|(?:can|could) (?:i|we) (?:still )?cancel\b.*\b(?:if|later)|(?:puedo|podr[ií]a|podemos) cancelar(?:la)?\b.*\b(?:si"
    r"|despu[eé]s|luego))\b",
    re.IGNORECASE,
)
_SAME_HOUR: Final = re.compile(
    r"\b(?:(?:a )?la misma hora|(?:at )?(?:the )?same (?:time|hour))\b", re.IGNORECASE
)
_ONLY_THOSE: Final = re.compile(_THOSE, re.IGNORECASE)
_STANDING_ONE: Final = re.compile(
    r"\b(?:mi|nuestra|la) (?:reserva|reservaci[oó]n|mesa) (?:de|del|que|para)|\bmi reserva|\bmy (?:booking|reservation|table)",
    re.IGNORECASE,
)
_OWN: Final = re.compile(
    r"\b(?:mi|nuestra) (?:reserva|reservaci[oó]n|mesa)\b|\b(?:my|our) (?:booking|reservation|table)\b",
    re.IGNORECASE,
)
_NO: Final = re.compile(r"^\s*(?:👎|❌|🙅|🚫)")
_WORDS_MAX: Final = 5


def says_yes(text: str) -> bool:
    """Say whether a short message that nothing else was understood of is a yes."""
    return len(text.split()) <= _WORDS_MAX and _YES.search(text) is not None


def yes_and_more(text: str) -> bool:
    """Say whether a message begins with a yes on which nothing that follows depends."""
    return _YES_AND.search(text) is not None


def only_yes(text: str) -> bool:
    """Say whether a text is a yes, however often, and nothing else."""
    return _ONLY_YES.fullmatch(text.strip()) is not None


def ends_in_yes(text: str) -> bool:
    """Say whether a message ends with a yes: "a nombre de Marta, y sí"."""
    return _YES_LAST.search(text) is not None


def holds_on(text: str) -> bool:
    """Say whether a guest does not want it done yet, whatever else is said: "sí, pero sin confirmar todavía"."""
    return _HOLDS_ON.search(text) is not None


def asks_whether(text: str) -> bool:
    """Say whether the guest asks if what is proposed is all right, and does not say so: "¿está bien?"."""
    return _ASKS_WHETHER.search(text) is not None


def asks_code(text: str) -> bool:
    """Say whether the guest asks for the code of a booking."""
    return _CODE.search(text) is not None


def asks_to_sit(text: str) -> bool:
    """Say whether a place in the house is wished for, and not asked about."""
    return _TO_SIT.search(text) is not None


def asks_how_to_cancel(text: str) -> bool:
    """Say whether the guest wonders how one would cancel, and does not want to."""
    return _HOW_TO_CANCEL.search(text) is not None


def same_hour(text: str) -> bool:
    """Say whether the hour that was talked about is meant."""
    return _SAME_HOUR.search(text) is not None


def means_those(text: str) -> bool:
    """Say whether "las dos" are bookings, and no hour."""
    return _ONLY_THOSE.search(text) is not None


def speaks_of_own(text: str) -> bool:
    """Say whether the guest speaks of "my booking"."""
    return _OWN.search(text) is not None


def speaks_of_standing(text: str) -> bool:
    """Say whether the guest speaks of a booking that there is already, and not of the one that is being made."""
    return _STANDING_ONE.search(text) is not None


def says_no(text: str) -> bool:
    """Say whether it is a no that is drawn rather than written."""
    return _NO.search(text) is not None


def chosen(text: str, offered: tuple[Offered, ...], asked: Asked | None) -> Offered | None:
    """Return the choice that a message names by its words, its number or its place; None where it names none."""
    said = text.strip().casefold().strip(" .!¡¿?")
    if not offered or not said:
        return None
    for each in offered:
        if said == each.title.casefold():
            return each
    number = _BARE_NUMBER.match(text)
    if number is not None:
        place = int(number[1])
        return offered[place - 1] if 0 < place <= len(offered) and asked != "party_size" else None
    for place, ordinal in _ORDINAL:
        if ordinal.match(text):
            return offered[place] if place < len(offered) else None
    return None


def drops_it(text: str) -> bool:
    """Say whether a no means "leave it" rather than "not like that"."""
    return _LEAVE_IT.search(text) is not None


def opts_out(text: str) -> bool:
    """Say whether the whole message is one of the words with which people stop messages. "Cancel" is about a booking."""
    return _STOP.fullmatch(text.strip(" .!¡\n")) is not None


def asks_who(text: str) -> bool:
    """Say whether the guest wonders whom they are talking to, and has not asked for anybody yet."""
    return _WHO_ARE_YOU.search(text) is not None and _ASKS_FOR_SOMEBODY.search(text) is None


def means_all(text: str) -> bool:
    """Say whether all of several are meant."""
    return _ALL_OF_THEM.search(text) is not None


def bare_hour(text: str) -> int | None:
    """Return the number of a message that is no more than a change to it: "make it 9", which may be an hour or people. 25 is no hour."""
    found = _BARE_HOUR.match(text)
    hour = 0 if found is None else int(found["hour"] or found["better"])
    return hour if 0 < hour < DAY_HOURS else None


def opts_in(text: str) -> bool:
    """Say whether the whole message asks for messages again."""
    return _START.fullmatch(text.strip(" .!¡\n")) is not None


def cancels(text: str) -> bool:
    """Say whether the whole message is a word that may mean the booking as well as the messages."""
    return text.strip(" .!").casefold() in _CANCELS


def speaks_neither(text: str, _language: Language) -> bool:
    """Say whether a message is in one of the languages that guests try and nobody here speaks."""
    if _TELLING.search(text) is None:
        return False
    return (
        any(len(set(map(str.casefold, words.findall(text)))) >= _ENOUGH for words in _ELSEWHERE)
        or len(text.split()) <= _ENOUGH
    )
