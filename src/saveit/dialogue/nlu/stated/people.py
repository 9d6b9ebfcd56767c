"""How many come: counted from a canonical text out of which the times and days have been taken."""

import re
from typing import Final

from msgspec import Struct

PARTY_MAX: Final = 500
"""More is a slip of the finger, or a question for a person."""

_N = r"(?P<n>\d{1,3}|una?|uno|one)"
_ADULTS = (
    r"(?:personas?|persons?|people|adult[oa]s?|adults?|comensal(?:es)?|guests?|gente"
    r"|amig[oa]s?|friends?|grandes|mayores|companer[oa]s|invitad[oa]s|members?|diners"
    r"|covers|heads|asistentes|cubiertos|seats?|asientos|sitios|puestos|lugares|plazas"
    r"|senor[ae]s|chavos|chavas|colegas|personitas|grown ups|others|of us|madres|padres|ladies"
    r"|guys|cuates|patas|parceros)"
)
_CHILDREN = (
    r"(?:nin[oa]s?|nen[ea]s?|beb[ae]s?|bebes?|kids?|child|children|bab(?:y|ies)|toddlers?"
    r"|infants?|menores|chic[oa]s|criatur\w+|pibes|peques?|peq|crios?|chamacos?|chiquit[oa]s"
    r"|pequen[oa]s|little ones|guaguas?|teens?)"
)
_COUPLES = r"(?:parejas|couples|matrimonios)"
_AND = r"(?: ?(?:,|y|e|and|\+|mas|plus|con|with|&) ?)"
_ONE = {"un", "una", "uno", "one", "a", "an"}

# A child who is counted, a dog who is not, and things that only look like children.
_GROUP: Final = re.compile(
    rf"(?<![\d.,/:])\b(?P<n>\d{{1,3}}|una?|uno|one"
    rf"|an?) (?:\w+ )??(?P<kind>(?P<adults>{_ADULTS})|(?P<children>{_CHILDREN})"
    rf"|(?P<couples>{_COUPLES}|pareja|couple))\b(?! of (?:hours|days|seats))(?! (?:mas|more"
    rf"|extra|additional|menos|less|fewer)\b(?! (?:o menos|or less)))"
)
_ADDED: Final = re.compile(
    r"\b(?:(?P<n>\d{1,2}|una?|uno|one|a)(?: (?:personas?|people|person|guests?"
    r"|invitad\w+))? (?:mas|more|extra|additional)\b|(?:add|agreg\w+|anad\w+|sum\w+"
    r"|adding) (?:a |an |another )?"
    r"(?P<n2>\d{1,2}|una?|one|a|)(?: )?(?:guest|person\w*|people|invitad\w+|mas|more)"
    r"|(?P<n3>\d{1,2}|una?|one|a) (?:personas? |people |person )?(?:menos|less|fewer)\b"
    r"|(?P<n4>\d{1,2}|una?|uno|one) (?:of us|de nosotr[oa]s|de los nuestros) "
    r"(?:can't|cannot|can not|won't|isn't|no (?:puede|viene|vendra|va)))"
)
# A whole said outright, the surest first.
_TOTALS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        (
            r"\b(?P<n>\d{1,3}) (?:en total|total|altogether|in total|all together|all in)\b"
            r"|\b(?:en total|total|in total)(?: de| somos| son| of| we are"
            r"| we're)? (?P<n2>\d{1,3})\b(?! (?:euros|€))"
        ),
        (
            r"\b(?:somos|seremos|seriamos|fuimos|vamos a ser|vamos a ir|vendremos|vendriamos|iriamos"
            r"|iremos|estaremos|estamos|quedamos|pon que somos|ponele que somos|vamos|venimos|we are"
            r"|we're|we'll be"
            r"|we will be|we'd be|we would be|be|being|there are|there's|there'll be|there will be"
            r"|gonna be|there is|we have|it's for|its for|it is for|making it|make (?:it|that))(?: ya"
            r"| a ser| al final| ahora| como| unos| unas| about| around| now"
            r"| going to be| solo| solamente| nomas| un grupo de| a group of| a party of| un total de"
            r"| los| las| las mismas| only| just| like| probably| maybe| just the| the| que"
            r"| aproximadamente| alrededor de| approximately| roughly| unicamente)* (?P<n>\d{1,3}"
            r"|(?:una?|uno|one)(?= ?(?:$|[,.!]|persona|sol[oa])))\b"
            r"(?! (?:parejas|couples|familias|families|mesas|tables|minut\w+|horas|hours|menos|dias"
            r"|days|o \d|u \d|or \d|- \d|to \d|cuadras|mesa|table|grupos|am|pm|hs?\b|year|anos"
            r"|de la (?:tarde|noche|manana)|reservation|booking|time|mas\b|more\b|adult\w* (?:y|and"
            r"|\+)|grandes|dinner|lunch|reserva|vez))"
        ),
        (
            r"\b(?:party|groups?|grupos?|mesa|table|familia|family|crew|team|reserva|reservation"
            r"|booking|total|cantidad)(?: size)?(?: of| de| :| para| for| por)+(?: (?:up to|about"
            r"|around|unas|unos|a party of|a group of|un grupo de|unos|los|las"
            r"|mi grupo de))? (?P<n>\d{1,3}|una?|uno|one)\b(?! (?:minut\w+|horas?\b|hours?|dias|days"
            r"|euros|€|parejas|couples|de (?:M|la|las)|noche|cena|comida|th|hora|tarde|manana|lunch"
            r"|dinner|breakfast|amig\w+ y|adult\w* (?:y|and|\+)|reunion|fiesta|boda|empresa|cumple\w*"
            r"|celebracion))"
        ),
        (
            r"(?:^ ?|[,.!¤] ?|\b(?:hi|hey|hello) )(?P<n>\d{1,3}) (?:for|para) (?=¤|dinner|lunch|brunch"
            r"|breakfast|cenar|comer)"
        ),
        r"\b(?:would|could) (?P<n>\d{1,3}) (?=¤|on |at )",
        r"\bseat(?:ing)?(?: for)? (?P<n>\d{1,3})\b(?! (?:minut|hour))",
        (
            r"\b(?P<n>\d{1,3}) of us\b|\b(?:the|los|las|nosotros|nosotras"
            r"|us) (?P<n2>\d{1,3})(?: of us)?(?= ?(?:$|[,.!?¤]|y (?:¤|a)|de siempre|solos|para|por|on"
            r"|at|for|el|en|please))"
        ),
        r"\bsino (?P<n>\d{1,3})(?= ?(?:$|[,.!]| personas))",
        r"\b(?:ahora|now) (?P<n>\d{1,3})(?= ?(?:$|[,.!?]| personas| people| en| in))",
        (
            r"\b(?:guests|people|personas|party|group|covers|comensales)(?: size)?(?: \w+){0,3}? (?:to"
            r"|a) (?P<n>\d{1,3})\b(?! ?(?:[ap]m|hs?\b|:))"
        ),
        (
            r"\b(?P<n>\d{1,3}) (?:comensales|personas?|persons?|people|guests?|members|diners|covers"
            r"|pax)\b(?! (?:y|and|\+|mas|more|less|menos|plus) )"
        ),
    )
)
_RANGE: Final = re.compile(
    r"(?<![\d.,/:])(?:(?:entre|between) (?P<a>\d{1,3}) (?:y|and) (?P<b>\d{1,3})"
    r"|(?P<a2>\d{1,3}) ?,? ?(?:o|u|or|to|-|a)(?: (?:quiza\w*|tal vez|maybe|a lo mejor|possibly"
    r"|hasta|incluso|capaz))?"
    r" ?(?P<b2>\d{1,3})"
    r"|de (?P<a3>\d{1,3}) a (?P<b3>\d{1,3}))\b(?! ?(?:h|hs|hrs|am|pm|%|euros|€|minut\w+|dias"
    r"|days|M\d+|:|/))"
)
_RANGE_WORD: Final = re.compile(
    r"\b(?:somos|seremos|seriamos|vamos|ser|be|party|mesa|table|para|for|people|personas"
    r"|comensales|adult\w*|guests|of us|group|grupo)\b"
)
_FOR_N: Final = re.compile(
    r"(?<!por )\b(?:para|for|p|pa)(?: /)?(?: unas| unos| los| las| about| around| like"
    r"| mi grupo de| nosotros| nosotras| us| the| up to)? (?P<n>\d{1,3}|uno|one"
    r"|una(?= persona))\b"
    r"(?=(?: [,.!?;)(¤:-]| ?$| (?:personas?|people|en|el|la|a|al|con|de la|por|mas|y|que|si"
    r"|hoy|in|at|on|with|under|this|next|please|and|near|nearby|around|somewhere|that|which"
    r"|outside|inside|indoors"
    r"|outdoors|tonight|today|tomorrow|manana|dentro|fuera|afuera|adentro|a nombre|gracias"
    r"|porfa|por favor|within|by|close|from|is|cerca|pero|adult\w*|terraza|nombre|if|tipo|para"
    r"|is|are|would|sobre|esta|este|as|would|to|not|far|max|maximo|for (?:breakfast|lunch"
    r"|dinner|supper)|lunch|dinner"
    r"|para (?:cenar|comer|almorzar|desayunar|la|el|las)|ahora|ahorita|reservar|te|me|nos|solo"
    r"|cenar|comer|thanks|thank|sin|no|ya)\b))"
    r"(?! (?:horas?|hours?|minut\w+|dias|days|de la (?:tarde|noche|manana)|en punto|y media"
    r"|y cuarto|menos|de M))"
)
_WORDS_OF_TWO: Final = re.compile(
    r"\b(?:una pareja|un par de (?:personas|sitios|asientos|lugares|amigos)"
    r"|a couple(?! of (?:hours|days|weeks|burgers|beers|drinks|questions|things|minutes))"
    r"|couple of (?:seats|people|us)|a pair"
    r"|(?:los|las|nosotros|nosotras) 2\b(?! (?:ninos|crios|hijos|peques|nenes|chicos|son|de))"
    r"|(?:just )?(?:the )?(?:us 2|2 of us)|(?:mesa|mesita|cena|table"
    r"|dinner) (?:romantica )?(?:para|pa|for) 2"
    r"|una pareja|en pareja|par de personas)\b"
)
_ALONE: Final = re.compile(
    r"\b(?:yo (?:solo|sola)|(?:solo|solamente|nomas|unicamente) yo|(?:voy|ire|vengo|estoy"
    r"|estare|seria|como|ceno|soy) (?:solo|sola)(?: yo)?|just me|only me|just myself|by myself"
    r"|just 1|solo para mi|para mi (?:solo|sola)|(?:solo|just) (?:una?|one) persona?"
    r"|a solas|solo|sola|on my own|dining alone|for myself|party of one)\b(?! (?:queria|quiero"
    r"|quisiera|quise|si|para (?:saber|preguntar|consultar)|necesito|una (?:pregunta|duda"
    r"|mesa)|a |con |efectivo|hay|tengo|que ))"
)
_KIN_ONE = (
    r"(?:mujer|esposa|esposo|marido|novi[oa]|pareja|hij[oa]|hermanit[oa]|herman[oa]|madre"
    r"|padre|mama|papa|mami|papi|abuel[oa]|abuelit[oa]|suegr[oa]|cunad[oa]|prim[oa]|ti[oa]"
    r"|sobrin[oa]|amig[oa]|jef[ea]|soci[oa]|companer[oa]|viej[oa]|jermu"
    r"|polol[oa]|chav[oa]|senora|senor|nene|nena|bebe|nino|nina|crio|peque|colega|flaca"
    r"|suegrita|nuera|yerno|client[ea]|guagua|mina|causa|hermano|chica|chico"
    r"|wife|husband|partner|girlfriend|boyfriend|fiancee?|spouse|son|daughter|kid|child|baby"
    r"|toddler|mom|mum|mother|dad|father|sister|brother|friend|boss|colleague|coworker|client"
    r"|cousin|aunt|uncle|niece|nephew|grandma|grandmother|grandpa|grandfather"
    r"|grandson|granddaughter|date|roommate|buddy|mate|bestie|in law|girl|boy|gf|bf"
    r"|mother in law|brother in law|sister in law|father in law|great grandfather|dog(?=¤))"
)
_KIN_TWO = r"(?:padres|papas|parents|suegros|abuelos|grandparents|in laws|tios|folks|viejos)"
_KIN_MANY = (
    r"(?:hij[oa]s|herman[oa]s|nin[oa]s|crios|nenes|nenas|amig[oa]s|prim[oa]s|sobrin[oa]s"
    r"|peques|chicos|pibes|chamacos|niet[oa]s|kids|children|sons|daughters|friends|sisters"
    r"|brothers|cousins|boys|girls|little ones|colleagues|babies|companeros|colegas|adultos"
    r"|adults|bebes|kids)"
)
_KIN_ITEM: Final = re.compile(
    rf"(?:(?P<me>\b(?:yo|me|myself|i|un servidor|una servidora|mi)\b(?! (?:nombre|reserva"
    rf"|telefono|{_KIN_ONE}|{_KIN_TWO}|{_KIN_MANY}|\d|great|step|best)\b))"
    rf"|\b(?P<us>nosotros|nosotras|us) (?P<us_n>\d{{1,2}})"
    rf"|\b(?:mis|my|los|las|our|the|sus|nuestr[oa]s"
    rf"|tus)? ?(?P<many_n>\d{{1,2}}) (?:\w+ )??(?P<many>{_KIN_MANY}|{_KIN_ONE})\b"
    rf"|\b(?P<two>(?:mis|my|los|our|nuestros) {_KIN_TWO})\b"
    rf"|\b(?:mi|my|our|su|nuestr[oa]|el|la|un|una|a|an|her|his|one|the)(?: (?:great|step|best"
    rf"|otro|otra|little|mejor|older|younger|ex))? ?(?P<one>{_KIN_ONE}"
    rf"|{_KIN_TWO}(?=x))\b(?! de siempre)"
    rf"|\b(?:my|our|a|mi|nuestro) (?P<one2>\w+ in law|{_KIN_ONE})\b"
    rf"|\b(?P<one3>polol[oa]|{_KIN_ONE})(?= y yo))"
)
_LINK: Final = re.compile(
    r"^(?: ?(?:,|y|e|and|&|\+|con|with|mas|plus|para|pa|for|tambien|ademas de"
    r"|as well as)(?: (?:para|pa|for|con|y|and|a|also))?)+ ?$"
)
_ME_PLUS: Final = re.compile(
    r"\b(?:me|myself|yo) (?:plus|and|\+|mas|y|con) (?P<n>\d{1,2})(?: (?:more|others|mas"
    r"|friends|guests|amigos|people|personas))?(?= ?(?:$|[,.!?¤]))|\b(?P<n2>\d{1,2}) (?:mas yo"
    r"|y yo|and me|plus me|more plus me|\+ yo|amigos y yo|friends and (?:me|i))\b"
)
_ASKED: Final = re.compile(
    r"^[ ,.]*(?:(?:vale|ok|okay|bueno|entonces|va|dale|listo|then|well|so|perfecto|mejor|pues|sean|que sean)(?: ,)? )*"
    r"(?:(?:somos|seremos|para|for|pa|unos|unas|about|around|like|creo que|pues|si|yes"
    r"|we're|we are|solo|just|mesa de|como|only|son|de|a party of|party of|nomas"
    r"|the) )*(?P<n>\d{1,3}|una?|uno|one)\b(?![:/]\d)(?! (?:o|u|or|-|to|a) \d)"
)
_DOZEN: Final = re.compile(
    r"\b(?:(?P<half>media docena|half a dozen|half dozen)|(?P<n>\d|una?|a|one|un par de"
    r"|a couple)(?: of)? (?:docenas?|dozens?))\b"
)


_WITH_NUMBERED: Final = re.compile(
    r"\b(?:nosotros|nosotras|us) (?P<n>\d{1,2}) (?:y|and|mas) [^¤\d]{1,24}(?:que son|who are"
    r"|of which there are) (?P<n2>\d{1,2})\b"
)
_COMING: Final = re.compile(
    r"\b(?:que )?(?:sean|seamos) (?P<n2>\d{1,2})(?! ?(?:h|horas|[ap]m)\b|[:.]\d)|\b(?:cenar|comer|almorzar|desayunar"
    r"|ir|venir|cenamos|comemos|almorzamos|iremos|venimos"
    r"|vamos|cenaremos|comeremos|dinner|lunch|breakfast"
    r"|brunch) (?P<n>\d{1,2})(?= ?(?:$|[,.!¤]))"
)
# A number that nothing else explains, beside a day or an hour that was said.
_LOOSE: Final = re.compile(
    r"(?:^|[¤,.]) (?P<n>\d{1,2})(?= ?(?:$|[,.] |[,.]$))|¤ ?,? ?(?:x|por) ?(?P<n2>\d{1,2})(?= ?(?:$|[,.!]))"
)
# "Para 4, perdón, 5": the number after the apology is of what stands before it.
_MENDED: Final = re.compile(
    r"\b\d{1,2}(?: (?:personas?|people|pax|guests|comensales|adult\w+))? ?[,.]* ?(?:no|uy|ay|ups|oops)?[ ,]*"
    r"(?:perdon\w*|sorry|digo|i mean|mejor dicho|me equivoque|bueno|quiero decir|actually|make that|miento|o sea|mejor)[ ,]+"
    r"(?:para |for |somos |que )?(?P<n>\d{1,2})(?= ?(?:$|[,.!¤]|personas|people|pax))(?! ?[¤])"
)


class Party(Struct, frozen=True):
    """A number of people as it was said: where, how many, and how sure that it is the whole."""

    start: int
    end: int
    size: int
    whole: bool = False
    """Said as the whole, so that it stands against any list of who comes."""


class PartyRange(Struct, frozen=True):
    """Between how many and how many, where the guest does not know yet."""

    start: int
    end: int
    first: int
    last: int


def party_range(text: str, *, asked: bool) -> PartyRange | None:
    """Return "7 u 8" where it speaks of people."""
    for found in _RANGE.finditer(text):
        numbers = [int(number) for number in found.groups() if number]
        around = text[max(0, found.start() - 40) : found.end() + 14]
        if asked or _RANGE_WORD.search(around):
            return PartyRange(*found.span(), *numbers)
    return None


def people_added(text: str) -> int | None:
    """Return how many more come, or fewer when below zero: "two more people"."""
    found = _ADDED.search(text)
    if found is None:
        return None
    if found["n3"] or found["n4"]:
        return -_number(found["n3"] or found["n4"])
    said = found["n"] or found["n2"]
    return _number(said) if said else 1


def parties(text: str, *, asked: bool) -> list[Party]:
    """Return the numbers of people that are said, in their order. Of a whole and its parts only the whole is."""
    text = _with_dozens(text)
    wholes = [
        Party(*found.span(), size, whole=True)
        for pattern in _TOTALS
        for found in pattern.finditer(text)
        if (size := _first_number(found)) is not None
    ]
    parts = [*_groups(text), *_kin(text), *_simple(text)]
    if asked and not wholes and not parts and (found := _ASKED.search(text)):
        parts.append(Party(*found.span(), _number(found["n"])))
    grown = [_grown(whole, parts) for whole in wholes]
    loose = [] if wholes else parts
    return sorted(
        (party for party in (*grown, *loose) if 1 <= party.size <= PARTY_MAX), key=lambda party: party.end
    )


def _grown(whole: Party, parts: list[Party]) -> Party:
    """Return "nosotros cuatro y dos niños" as six: a sum that begins with the whole is the whole."""
    for part in parts:
        if (
            part.start <= whole.end
            and part.end > whole.end
            and part.start >= whole.start - 6
            and part.size > whole.size
        ):
            return Party(whole.start, part.end, part.size, whole=True)
    return whole


def _with_dozens(text: str) -> str:
    def written(found: re.Match[str]) -> str:
        if found["half"]:
            return "6"
        said = found["n"]
        return str(12 * (2 if said in {"un par de", "a couple"} else _number(said)))

    return _DOZEN.sub(written, text) if "do" in text else text


def _number(said: str) -> int:
    return 1 if said in _ONE else int(said)


def _first_number(found: re.Match[str]) -> int | None:
    said = next((group for group in found.groups() if group), None)
    return None if said is None else _number(said)


def _is_one_of_them(found: re.Match[str], text: str) -> bool:
    """Tell "I want to speak to a person" and "one of us" from a party of one."""
    if found["n"] not in _ONE or found["couples"]:
        return False
    return found["kind"] == "of us" or not re.search(
        (
            r"(?:\b(?:para|for|somos|solo|solamente|mesa|just|only|reserva|son|seremos|seria|seat"
            r"|seating|table|dining|y|and|mas|plus)|[,&+])(?: solo| solamente)? $"
        ),
        text[: found.start()],
    )


def _groups(text: str) -> list[Party]:
    """Add up "dos adultos y un bebé", "3 parejas", "nosotros dos y los niños, que son tres"."""
    runs: list[Party] = []
    for found in _GROUP.finditer(text):
        if _is_one_of_them(found, text):
            continue
        size = _number(found["n"]) * (2 if found["couples"] else 1)
        start = found.start()
        before = re.search(rf"(?P<n>\d{{1,3}})(?: \w+)?{_AND}$", text[:start])
        if runs and (
            text[runs[-1].end : start].strip()
            in {
                "",
                ",",
                "y",
                "e",
                "and",
                "+",
                "mas",
                "plus",
                "con",
                "with",
                "&",
                ", y",
                ", and",
                "and also",
                "y tambien",
            }
        ):
            last = runs.pop()
            runs.append(Party(last.start, found.end(), last.size + size))
        elif before is not None and not re.search(r"[:/.]$", text[: before.start()]):
            runs.append(Party(before.start(), found.end(), int(before["n"]) + size))
        else:
            runs.append(Party(start, found.end(), size))
    return [run for run in runs if run.size > 1 or not re.search(_CHILDREN, text[run.start : run.end])]


def _kin(text: str) -> list[Party]:
    """Count a list of who comes: "mi mujer, los dos niños y yo"."""
    found_plus = _ME_PLUS.search(text)
    if found_plus is not None:
        return [Party(*found_plus.span(), 1 + int(found_plus["n"] or found_plus["n2"]))]
    lists: list[list[re.Match[str]]] = []
    for item in _KIN_ITEM.finditer(text):
        if lists and _LINK.match(text[lists[-1][-1].end() : item.start()]):
            lists[-1].append(item)
        else:
            lists.append([item])
    counted: list[Party] = []
    for items in lists:
        has_self = any(item["me"] or item["us"] for item in items)
        if len(items) < 2 and not items[0]["us"]:  # noqa: PLR2004 - a list has two.
            continue
        if not has_self and not any(item["one"] or item["one2"] or item["two"] for item in items):
            continue
        counted.append(Party(items[0].start(), items[-1].end(), sum(map(_kin_size, items))))
    return counted


def _kin_size(item: re.Match[str]) -> int:
    if item["us"]:
        return int(item["us_n"])
    if item["many_n"]:
        return int(item["many_n"])
    return 2 if item["two"] else 1


def _simple(text: str) -> list[Party]:
    found = [Party(*match.span(), _number(match["n"])) for match in _FOR_N.finditer(text)]
    found += [Party(*match.span(), _number(match["n"])) for match in _MENDED.finditer(text)]
    found += [Party(*match.span(), 2) for match in _WORDS_OF_TWO.finditer(text)]
    found += [
        Party(*match.span(), int(match["n"]) + int(match["n2"])) for match in _WITH_NUMBERED.finditer(text)
    ]
    if not found:
        found += [Party(*match.span(), int(match["n"] or match["n2"])) for match in _COMING.finditer(text)]
    if not found and "¤" in text:
        found += [Party(*match.span(), int(match["n"] or match["n2"])) for match in _LOOSE.finditer(text)]
    if not found:
        found += [Party(*match.span(), 1) for match in _ALONE.finditer(text)]
    return found
