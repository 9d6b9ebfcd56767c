"""What the words of a text are about: the compiled tables, and the wider hints that settle what single words cannot."""

import re
from typing import Final

from saveit.dialogue.nlu.model import Intent
from saveit.dialogue.nlu.wanted.talk import TALK
from saveit.dialogue.nlu.wanted.wants import WANTS

CUES: Final[tuple[tuple[Intent, float, re.Pattern[str]], ...]] = tuple(
    (intent, weight, re.compile(pattern)) for intent, weight, pattern in (*WANTS, *TALK)
)
# What no restaurant is asked.
ELSEWHERE: Final = re.compile(
    r"\b(?:weather|clima|fontanero|plomero|electricista|deberes|la tarea|mi tarea|mates|poem"
    r"|poema|cancion|capital (?:of|de|del)|hora es en|musica de|medico|abogado|horoscopo"
    r"|lottery|loteria|chatgpt|netflix|amazon|iphone|farmacia|pharmacy|hospital|gasolina"
    r"|president of|cuantos habitantes|tiempo hace|temperature|forecast|chiste|joke|flights?"
    r"|vuelo|vuelos|hotel|hoteles|cab|taxi|uber|movie|pelicula|song|playlist|album|music by"
    r"|play the|play some|play a|partido|game last|presidente|president|capital of|stock"
    r"|bitcoin|dolar\b|translate|traduc\w+|resumen|homework|tarea de|ordenador|computer|laptop"
    r"|recipe|receta|polar|torre eiffel|eiffel|how tall"
    r"|\d+ ?(?:x|por|times|%|\+|_+) (?:of )?\d+|cuanto es \d|who won|quien gano|won the"
    r"|(?:dime|suggest|find me|show me|best|top) .{0,24}(?:restaurantes?|restaurants?"
    r"|places?)(?= .*\b(?:in|en|near|that|with|serving|around|close)\b|$)|insurance"
    r"|bank account|credit score|loan|overdraft|calendar|meeting|schedule a|alarm|timer"
    r"|email to|text my|novel|book called|saga|rate (?:the|this)|give .* (?:points|stars)"
    r"|stars|cinema|theatre|showtimes|screening|recommend\w*|recomiend\w+|arregla(?!d)\w*|vendeme"
    r"|noticias|news|liga|futbol|football|como se hace|how do you make|mejor movil|movil nuevo"
    r"|(?:coche|carro) (?:nuevo|usado|barato)|plumber|jazz|renew|reviews?|ratings|rated|fridge"
    r"|refrigerat\w+|leftovers|spoil\w*|expire\w*|ingredients|calories|vacation|visa for"
    r"|passport|currency|exchange|package|credit card|puntos)\b"
)
ASKS_OR_ORDERS: Final = re.compile(
    r"\?|^[ ,.!¡]*(?:(?:please|hey|hi|hello|oye|ok|so|and|,|por favor|hola) )*(?:what\w*"
    r"|who\w*|when|where|why|how|which|is|are|was|were|do|does|did|can|could|would|will|should"
    r"|tell|show|find|play|add|give|set|put|get|make|send|call|text|turn|open|search|look|read"
    r"|write|translate|define|explain|name|list|check|help|order|buy|remind|create|start|stop"
    r"|calculate|convert|rate|i need|i want|i'd like|let's|let me|im looking|i'm looking|have"
    r"|que (?=.*\?|es |hora |significa |hace )|quien\w*|cuando|donde|por que|como|cual\w*"
    r"|cuant\w+|dime|dame|cuenta\w*|manda\w*"
    r"|pon\w*|haz\w*|busca\w*|escrib\w+|traduc\w+|explic\w+|ayuda\w*|recomiend\w+|necesito"
    r"|quiero|quisiera|me (?:puedes|puede|podrias|ayudas)|puedes|puede|podrias|sabes|sabe"
    r"|conoces|eres|hazme|compra\w*|llama\w*|abre|calcula\w*|resume\w*)\b"
)
TO_THE_HOUSE: Final = re.compile(
    r"\b(?:your|you guys|yours|ustedes|vosotr\w+|vuestr\w+|\w+(?:ais|eis)|tienen|tiene|tenes"
    r"|hacen|venden|sirven|aceptan|ofrecen|cobran|dan|manejan|reciben|permiten|preparan|usan"
    r"|hay|se puede|are you open|do you (?:have|do|offer|serve|take|accept|sell|allow|charge"
    r"|cater|guys|validate|deliver)|there|here|aqui|ahi|alla|local|restaurant\w*|restaurante"
    r"|menu|carta|kitchen|cocina|chef|bar|terraza|terrace|patio|food|comida|plato|vino|wine"
    r"|table|mesa|postre|dessert|arroz|paella|sushi|kids|ninos|perro|dog|park|parking|aparcar"
    r"|room|abren|atienden|cierran|podemos|can we|reserv\w+|book\w*|cake|tarta|grupo|group)\b"
)
FAR_ELSEWHERE: Final = re.compile(
    r"\b(?:hotel\w*|flights?|vuelos?|weather|humidity|climate|meeting room|place to stay|suite"
    r"|playlist|songs?|cinema|(?:rate|read|write) (?:this |a |the )?book|book called"
    r"|green book|alarm|meeting)\b"
)
AT_TABLE: Final = re.compile(
    r"(?<!hotel )\breservations? (?:at|for)\b|\b(?:mesas?|tables?|restaurant\w*|cenar|comer"
    r"|dinner|lunch|terraza|brunch|reservas?)\b"
)
# A sum, or a place to eat that is not this one.
NEVER_HERE: Final = re.compile(
    r"(?:what's|what is|cuanto es|cuanto son) (?:_|\d+) ?(?:of|de|por|mas|x|\+)? ?\d*"
    r"|\b(?:dime|conoces|sabes de|recomiend\w+) (?:un|algun|otro) (?:buen )?restaurante"
)
BOOKS: Final = re.compile(
    r"\b(?:reserv(?:ar|ame|arme|e|eme|en)|reservas\b(?! \?)|book|reserve|apart(?:ar|as|ame"
    r"|eme)|separ(?:ar|ame|eme)|apunt\w+|anot\w+|(?:hacer|make|need|want|quiero) (?:una |a "
    r"|un )?(?:reserv\w+|booking|mesa|table))\b"
)
THINKING: Final = re.compile(
    r"\b(?:let me (?:check|think|ask|see)|hold on|one (?:sec|second|moment|minute)|un momento"
    r"|un segundo|espera|esperad|esperen|dame un|deja(?:me)? (?:ver|pensar|preguntar)"
    r"|lo (?:pienso|consulto)|tengo que (?:mirar|ver|preguntar|consultar)\w*|no lo se|no se\b"
    r"|i don't know|i'm not sure|me llego|me habeis llamado|whatever|either is|me da igual"
    r"|no (?:te |le |os |les )?(?:entiend\w+|comprend\w+)|(?:don't|do not) (?:get it|understand)"
    r"|no importa|alerg\w+|allerg\w+|por favor que sea)"
)
HOUSE: Final = re.compile(
    r"\b(?:mesas?|mesita|tables?|reserv\w+|booking|book|menu|carta|terraza|terrace|cena\w*"
    r"|comer|comida|dinner|lunch|breakfast|brunch|almuerzo|desayun\w+|restaurant\w*"
    r"|restaurante|local|plato|mesero|camarero|waiter|server|cocina|kitchen|chef|seats?|sitio"
    r"|lugar|party of|personas|people|comensales|guests?|somos|seremos|cancel\w*|propina"
    r"|buffet|brunch|eat)\b"
)
