"""Understanding: how long the built-in grammar takes for one message, with everything that a guest may put into it."""

from datetime import datetime
from time import process_time
from zoneinfo import ZoneInfo

from bench.report import Measure, percentile
from bench.sizes import Sizes
from bench.town import ZONE
from saveit.dialogue import Context, understand

_TEXTS = (
    "hola",
    "mesa pa 4 mañana a las 8 y media, somos alérgicos al maní",
    "quiero reservar para dos el sábado 14 de marzo a las 21:30 en la terraza, a nombre de Ana Gómez, 300 111 22 33",
    "mejor a las 9, y somos dos más",
    "¿tienen parqueadero? ¿y a qué hora abren los domingos?",
    "cancela mi reserva ABC234 por favor, no podemos ir",
    "pasado mañana tipo una de la tarde, seríamos tres o cuatro con un coche de bebé",
    "buenas tardes, quisiera una mesa para el cumpleaños de mi madre, doce personas, el próximo viernes en la noche",
    "sí",
    "voy tarde, llego en veinte minutos",
    "quiero hablar con una persona",
    "hi! table for 4 tomorrow at half past 8, we are allergic to peanuts",
    "Could I book for six on Friday the 20th around 9pm, by the window if possible? It is Sam Reed, sam@example.com",
    "make it 9 instead, and we will be two more",
    "any table for two on Saturday night?",
    "cancel my booking please",
    "do you have parking? what time do you open on Sundays?",
    "next thursday lunch, three adults and one child in a high chair",
    "we are running late, ten minutes",
    "thanks, see you then",
)
# As long as what is looked at of any message.
_LONGEST = "a la mesa de siempre, con vista si se puede, " * 22


def measure_texts(sizes: Sizes) -> dict[str, Measure]:
    """Read every text so often, one after the other, and tell how much processor time nearly all take."""
    context = Context(now=datetime(2026, 3, 2, 12, 0, tzinfo=ZoneInfo(ZONE)), region="CO")
    for text in _TEXTS:
        understand(text, context)
    took_ms: list[float] = []
    for _ in range(sizes.readings_of_texts):
        for text in _TEXTS:
            began = process_time()
            understand(text, context)
            took_ms.append((process_time() - began) * 1000)
    began = process_time()
    understand(_LONGEST, context)
    longest_ms = (process_time() - began) * 1000
    note = (
        f"{len(_TEXTS)} texts in two languages, median {percentile(took_ms, 0.5):.2f} ms; "
        f"one of {len(_LONGEST)} characters {longest_ms:.0f} ms"
    )
    return {"nlu_p99_ms": Measure(percentile(took_ms, 0.99), "ms", limit=5.0, note=note)}
