"""The words of guests who ask, book, greet, agree or refuse. Written as `wants` is."""

from typing import Final

from saveit.dialogue.nlu.model import Intent

TALK: Final[tuple[tuple[Intent, float, str], ...]] = (
    # info
    (
        "info",
        4.5,
        (
            r"\b(?:a que horas? (?:abr\w+|cierr\w+|cerr\w+|atienden|es|sirven|empieza|dan|estan)"
            r"|que (?:horario|dias)|horarios?|hours\b(?! ago| from)|abris|abren|abrir|abierto[s]?"
            r"|cierran|cerrais|cerrado|hasta que hora|que horas? (?:abren|cierran)|(?:what"
            r"|until what) time (?:do|does|is|are) (?:you|the|they)(?: \w+)?(?: open| close| start"
            r"| serve| stop| kitchen)|opening|are you (?:guys )?open|how late|open (?:on|until|for)"
            r"|close on|closing"
            r"|kitchen close|menu|la carta|carta\b|precios?|price|cuanto (?:cuesta|vale|sale|es"
            r"|cobr\w+|salen|cuestan|tiempo)|cuesta\b|how much|cost\b|costo|coste|direccion|address"
            r"|ubicad\w+|ubicacion|location|located|donde (?:estan?|estais|queda\w*|se encuentran|es)"
            r"|where (?:are|is)|como (?:llego|se llega|llegar|llegamos)|how (?:do i|to) get|how far"
            r"|estacionamiento|parking|aparcamiento|aparcar|parqueadero|valet|car park|park\b"
            r"|pet friendly|wifi|wi fi|dress code|vestimenta|codigo de vest\w+|(?:aceptan|admit\w+"
            r"|acept\w+|accept|reciben|take) (?:\w+ )?(?:tarjeta\w*|cards?|efectivo|cash|amex|visa"
            r"|mascotas?|perros?|pets?|dogs?|reservations?|reservas?|walk ins?|vales|sodexo|mercado"
            r"|mercado pago|bitcoin|walk|junaeb|credit)|tarjeta|efectivo|gift cards?|promo\w*"
            r"|descuent\w*|discount|happy hour|hora feliz|corkage|descorche|deposit|deposito|factur\w+"
            r"|musica en vivo|live music"
            r"|takeout|take away|takeaway|(?:food|order|meals?) to go|delivery|domicilio|entregas"
            r"|walk ins|buffet|walk - ins|service included|servicio incluido|cubierto|policy|politica"
            r"|wheelchair accessible|accesible|accessible|para llevar|reglas|rules|playground"
            r"|zona infantil|telefono (?:es|de ustedes|tienen|del restaurante)|vuestro telefono"
            r"|su telefono|numero (?:de telefono )?del restaurante|(?:your|the restaurant's"
            r"|phone) (?:phone )?number)\b"
        ),
    ),
    (
        "info",
        3.5,
        (
            r"\b(?:ten(?:eis|es|ei|i)|tienen|tiene|hay|do you (?:have|do|offer|serve|take|accept|sell"
            r"|allow)|do you guys|you have|have you got|is there|are there|hacen|haceis|hacen|sirven"
            r"|ofrecen|manejan|cobran|dan|se puede|puedo (?:llevar|pagar|traer|ir con)"
            r"|podemos (?:llevar|traer|ir con)|can (?:i|we) (?:bring|pay|see|pop)|are (?:dogs|pets"
            r"|kids|children)|does|is it|is the|do i (?:need|have to)|can the|admiten|admitis)"
            r" (?:an? |the |any |un |una |unos |algun |alguna |en |vosotros |tambien |acceso "
            r"|opciones? |opcion |platos? |outdoor |zona |area |los |the |our |nuestro |our own "
            r"|your )*(?:terraza|estacionamiento|parking|parqueadero|tronas?|menu|gluten|sin gluten"
            r"|sin tacc|vegan\w*|vegetarian\w*|mascotas?|perros?|dogs?|dog|allowed|terrace|seating"
            r"|patio|high ?chairs?|wifi|ceviche|musica|vino|wine|arroz|paella|roast|happy|postres?"
            r"|cakes?|cake|options|sushi|brunch|once|opcion\w*|promo\w*"
            r"|aire|kids menu|para ninos|halal|kosher|ninos|heated|heating|reservation|pay a deposit"
            r"|deposit|busy|mesas afuera|included|include|pay|kitchen|calefaccion|ascensor|rampa|bar"
            r"|musical|desayunos?|reservado|karaoke|dj|vegana|juegos|fumar|tv|futbol|screens?|menus?"
            r"|pizzas?|carnes?|pescado|fish|steak|private room|salon|un espacio|descuento|por encargo"
            r"|comuniones|salones|domicilio|a domicilio)\b"
        ),
    ),
    (
        "info",
        3.5,
        (
            r"\b(?:como puedo|how (?:do|can) i|quisiera saber|tengo una (?:duda|pregunta|consulta)"
            r"|una pregunta|una consulta|i have a question|informacion|information|info\b|me (?:pasas"
            r"|mandas|envias|das|puede dar|puede colaborar con|confirmas .*tu) (?:la |el |una |su "
            r"|tu )*(?:carta|menu|direccion|ubicacion|telefono|numero)|regaleme el|cual es (?:el|la|su"
            r"|vuestr[oa]|tu)|cuantas? personas caben|que (?:incluye|precio|lleva|vinos|promociones)"
            r"|what's (?:your|the)|what are your|is (?:it|the \w+) (?:busy|heated|spicy)"
            r"|can (?:we|i) (?:bring|see the|pop)|perdi\b|left my|me deje|olvide mi|lost my|do i need"
            r"|cuanto tiempo guardan|con mariachi|estais lejos|does the .* include|is service"
            r"|in with us)\b"
        ),
    ),
    (
        "info",
        5,
        (
            r"\b(?:(?:do|does|will|can|if|do they|find out if|tell me if|let me know if"
            r"|is it possible) .{0,60}(?:take|takes|accept|accepts|make|do|does|trake"
            r"|allow) (?:dinner )?reservations?(?: at)?|how (?:busy|long (?:is|will|would|was|of|a"
            r"|do))|how (?:crowded|packed|full)|wait (?:time|at|for|like)|busy)\b"
        ),
    ),
    (
        "info",
        3.5,
        (
            r"\b(?:pagar|pago|pay) (?:con|with|en|by|in)\b|\bdo you (?:do|serve|offer|sell|allow"
            r"|guys (?:do|serve|have))\b"
        ),
    ),
    ("info", 3.5, r"\b(?:lo|la|los|las) (?:ten(?:eis|es)|tienen)\b"),
    ("info", 3, r"\b(?:how much|cuanto|que precio|in which|cuanto cuesta)\b"),
    (
        "info",
        7,
        (
            r"\b(?:hay que|tengo que|tenemos que|do i have to|do we have to|need to) (?:pagar|pay"
            r"|dejar|abonar|reservar|book)\b.*\?|\bdo i need (?:a|to)"
        ),
    ),
    (
        "info",
        5,
        (
            r"\b(?:cancel\w* (?:fee|charge|policy|sin (?:coste|cargo|penalizacion)|gratis|for free)"
            r"|que pasa si|what (?:happens )?if|charge .{0,16}cancel\w*)\b"
        ),
    ),
    (
        "info",
        6.5,
        (
            r"\b(?:a que horas?|what time) (?:\w+ )??(?:abr\w+|cierr\w+|empiez\w+|sirv\w+|atiend\w+"
            r"|dan|open|close|do you (?:open|close|serve|start|stop)|does|is (?:last|the kitchen|happy"
            r"|breakfast|brunch|lunch))|\b(?:es (?:obligatori[oa]|necesari[oa])|hace falta|should i"
            r"|do i (?:need|have) to|como (?:hago para|se puede|funciona)"
            r"|how does) (?:\w+ )?(?:reserv\w+|book|make a reservation)"
        ),
    ),
    (
        "info",
        3.6,
        (
            r"\b(?:is|are|es|son|esta|estan) (?:the |el |la |los |las )?(?:\w+ ){0,2}(?:served"
            r"|included|heated|covered|cubiert[oa]|obligatori[oa]|incluid[oa]|gratis|free of charge"
            r"|allowed|welcome|permitid[oa]s?|spicy|picante|casero|homemade|fresh|fresco|climatizad\w+"
            r"|organic|accessible)\b"
        ),
    ),
    (
        "info",
        3.6,
        (
            r"^(?=.*\?).*\b(?:cater|certificado|especialidad|recomiendan|recomendais|atienden|atendeis"
            r"|tarda en|last orders|pram|specials|forms of payment|formas de pago|pagos?|order online"
            r"|vibe|ambiente|estacion|metro|coche|car|leno de|lleno|busy|grupos de|guagua|cochecito"
            r"|factura)\b"
        ),
    ),
    (
        "info",
        2.6,
        (
            r"^[ ,.!¡]*(?:(?:hola|buenas?|hi|hey|hello|oye|oiga|oigan|che|disculp\w+|perdon\w*"
            r"|una (?:pregunta|duda)|sorry|and|y|pero|,|tardes|noches|dias|good|morning"
            r"|evening) )*[^?]{0,60}\b(?:\w+(?:ais|eis)|tienen|tiene|tenes|tienes|hacen|venden|sirven"
            r"|aceptan|ofrecen|cobran|dan|manejan|reciben|permiten|preparan|usan|hay|existe|do you"
            r"|are you|can you|can we|can i|could we|could i|may i|is there|are there|is the|is your"
            r"|are the|does|what's|what is|what kind|what|where|when do|how|which|cuales?|cuanto"
            r"|cuantos|cuanta|como|donde|se puede|puedo|podemos|podria|hace falta|que tan|la \w+ es"
            r"|el \w+ es|que|should i|atienden|abren|dan|do i|am i)\b.*\?"
        ),
    ),
    (
        "info",
        2.6,
        (
            r"^(?!.*\?)[ ,.!¡]*(?:do you|are you|can we|can i|is there|are there|is the|where do"
            r"|where is|what's your|how late|how much|tienen|teneis|tenes|hay|haceis|hacen|se puede"
            r"|aceptan|a que hora|cuanto|donde|cual es|do i)\b"
        ),
    ),
    (
        "info",
        6.5,
        (
            r"\b(?:cobr\w+|penaliz\w+|multa|coste?|charge\w*|fee|fine|pay|pagar) .{0,24}(?:cancel\w+|anul\w+|no.shows?)\b"
            r"|\b(?:hay que|tengo que|tenemos que|se puede|puedo|podemos|do (?:i|we) (?:need|have) to|can (?:i|we)) "
            r"(?:ir|venir|come|dress|wear|vestir\w*) (?:arreglad|vestid|elegante|formal|informal|de etiqueta|en "
            r"(?:shorts?|chanclas|vaqueros|bermudas|tenis)|up\b|shorts|jeans|trainers|casual|con (?:shorts?|ninos|perr|mascota))"
        ),
    ),
    # check_availability
    (
        "check_availability",
        4.5,
        (
            r"\b(?:disponib\w+|availab\w+|(?:ten(?:eis|es|ei|i|drian|driais|drias|dran|emos)|tienen"
            r"|tiene|tienes|hay|habra|habria|habeis|queda\w*|have you got|do you have|got|any|is there"
            r"|are there|you have|have|tneis|habran|encuentro|alcanzo|there's|you've got)"
            r" (?:\w+ )??(?:an? |any |una? |algun |alguna |algo de |algo |still |some |todavia |aun "
            r"|mas |chance de una |chance de |the |ya |libre |posibilidad de )*(?:mesas?|mesita"
            r"|sitios?|lugar(?:es)?|huecos?|espacio|cupo|space|room|table|tables|slots?|openings?"
            r"|anything|something|algo|nada|horas?|booth|times?|spots?|lugarcito|seats?|campo)"
            r"|something (?:later|earlier)|anything (?:earlier|later|at|for|on|tonight|open)"
            r"|algo (?:mas|para)|que horas? (?:ten\w+|tienen|hay|quedan)|what times|horas? libres"
            r"|esta libre|is (?:it |that |this |the |_|\d).{0,30} (?:free|available)|(?<!llega )(?<!llegan )mas (?:tarde"
            r"|temprano|pronto)"
            r"|how about|what about|y si (?:somos|vamos|llegamos)|se puede reservar|puede ser\b.*\?"
            r"|squeeze|fit us in|any chance|space for|room for|tables? (?:going|free|left)|tiene lugar"
            r"|que dia tenes)\b"
        ),
    ),
    (
        "check_availability",
        3,
        r"^ ?(?:y|and|and at|o|entonces|que tal|and for) (?:si |para |a |el |on |at |for |_|mas)",
    ),
    (
        "check_availability",
        1.5,
        (
            r"\b(?:puedo ir|podemos ir|podriamos|could we|can we|puedo llegar|sera que puedo|de pronto"
            r"|alcanzo)\b|\? ?$"
        ),
    ),
    (
        "check_availability",
        5,
        (
            r"\b(?:earliest|latest|soonest) (?:you|time|table|slot|available)|(?:si|aun"
            r"|todavia) tienen \?|openings?\b|is _ .{0,20}(?:free|open|available)|is (?:_"
            r"|\d).{0,30}(?:free|available)|encajarnos|alcanz\w+ mesa|queda algo|os queda|(?:podeis"
            r"|podriais|pueden|can you|could you) (?:encaj\w+|meter\w*|acomodar\w*|accommodate|fit"
            r"|seat|squeeze)"
        ),
    ),
    ("check_availability", 6.5, r"^[ ¿]*(?:y )?si (?:llegamos|llegaramos|vamos|fueramos|venimos)\b.*\?"),
    # make_reservation
    (
        "make_reservation",
        3,
        (
            r"\b(?:quier\w+|quisier\w+|queremos|gustaria|want to|like to|wanna) (?:ir|venir|pasar|come"
            r"|go|eat|dine)\b"
        ),
    ),
    (
        "make_reservation",
        5,
        (
            r"\b(?:(?:quier\w+|quisier\w+|queri\w+|gustaria|necesit\w+|desear?\w*|me interesa|puedo"
            r"|podria\w*|podemos|podeis|pueden|puedes|hacer|haz|para|deseo|busco|buscando|i'd like"
            r"|we'd like|like|want|wanna|need|can|could|may|please|to|let|get|us|me|hi|hello|looking"
            r"|would|tengo que|me urge|vengo a)"
            r" (?:\w+ ){0,4}?(?:reserv\w+|apart\w+|separ\w+|book|booking|mesa|mesita|table|booth|rez"
            r"|seats?|seating|tables|reserv[ae]))"
        ),
    ),
    (
        "make_reservation",
        3.5,
        (
            r"\b(?:reserv(?:ar|a|as|e|ame|ame|arme|acion|amos|en|eme|es)?|me reservas|reservame"
            r"|reservation|reserve|apart(?:ar|as|ame|eme)|separ(?:ar|a|as|ame|eme)|apunt(?:a|ame|anos"
            r"|en|eme)|anot(?:a|ame|anos|eme|en)|ponme|ponnos|pongan(?:os|me)|guard(?:as|ame|anos|eme"
            r"|a)|book|booking|pencil (?:us|me) in|put (?:us|me) down|me pones|regalas?|regala"
            r"|bookea\w+)\b"
        ),
    ),
    (
        "make_reservation",
        3,
        (
            r"\b(?:mesas?|mesita|table|booth|seats?|seating|sitios)\b|\b(?:cenar|comer|almorzar"
            r"|desayunar|cena|almuerzo|desayuno|dinner|lunch|breakfast|brunch|merienda|supper"
            r"|afternoon tea|eat|merendar|festejar|celebrar|celebrating|nos juntamos|un cumple"
            r"|comida)\b"
        ),
    ),
    (
        "make_reservation",
        -2,
        (
            r"\b(?:tengo|tenemos|mi|nuestra|my|our|i have a|we have a|had a|la|una|the|hice la"
            r"|hacer la) (?:reserv\w+|booking|table)\b(?! para| de| a nombre)"
        ),
    ),
    # greet
    (
        "greet",
        4,
        (
            r"^[ ,.!?¡]*(?:hola|hello|hi|hey|buenas|buenos dias|buenas tardes|buenas noches"
            r"|good (?:morning|afternoon|evening))(?: (?:caballero|senor\w*|senorita|amig\w+|guapa"
            r"|guapo|equipo|gente|team|there|all|everyone|chicos|chicas|a todos|de nuevo|otra vez"
            r"|again|hola|soy yo|joven|don|dona|vecin\w+))+[ ,.!?]*$|^[ ,.!?¡]*soy yo(?: otra vez"
            r"| de nuevo)?[ .!]*$"
        ),
    ),
    (
        "greet",
        4,
        (
            r"\bhow(?:'s| is| are|s| you| my)?\b.{0,24}\b(?:doing|going|treating|feeling)\b"
            r"|^[ ,.]*(?:well |why ?,? ?)?(?:hi|hello|hey|heyo|salutations"
            r"|greetings)(?: there)?(?: ,)?(?: \w+)?[ .!]*$|^ ?whats up|\b(?:good|nice"
            r"|great) to see you\b"
        ),
    ),
    (
        "greet",
        2,
        (
            r"^[ ,.!?¡]*(?:(?:hola|hello|hi|hey|hiya|buenas?(?: tardes| noches| dias)?"
            r"|buen(?:os)? dias?|good (?:morning|afternoon|evening|day)|que tal|que onda|que hubo"
            r"|quiubo\w*|que mas|ey|holi\w*|wena|yo|howdy|greetings|saludos|what's up|sup"
            r"|como (?:esta\w*|andas?|le va|vas|va)|como me le va|q tal|todo bien|muy|parce|y|there"
            r"|veci\w*|amig[oa]s?|senor\w*|how (?:are|is|have|do|was)|you|doing|today|it going|a todos"
            r"|,|noches|tardes|dias|morning|afternoon|evening|good|everyone|oye|che|alo"
            r"|hay)\b[ ,.!?¡]*)+$"
        ),
    ),
    (
        "greet",
        4,
        (
            r"^[ ,.!?¡]*(?:hola|hello|hi|hey|hiya|hello there|buenas?|buenas (?:tardes|noches)"
            r"|buenos dias|buen dia|howdy)[ ,.!?¡:)(]*$|\b(?:how (?:are|is) (?:you|the ai|ife|life"
            r"|things|your day)|how's (?:it|life|your|everything|the)|how have you been|what's (?:new"
            r"|up|happening|going on)|como (?:estas|andas|me le va|le va|te va)|good to (?:see|meet)"
            r"|nice to (?:see|meet)|how do you do|are you good|you doing|que (?:onda|hubo)"
            r"|todo bien)\b"
        ),
    ),
    # thanks
    (
        "thanks",
        4,
        (
            r"\b(?:agradezc\w+|much appreciated|you rock|you're (?:amazing|the best|a star|great)"
            r"|legend|lifesaver|sos (?:un|lo)|eres un sol|os lo agrad\w+)\b"
        ),
    ),
    (
        "thanks",
        3,
        (
            r"\b(?:estuvo|estaba|fue|was|were|comimos|cenamos) .{0,16}(?:riquisim\w+|delicios\w+"
            r"|delicious|amazing|genial|excelente|buenisim\w+|espectacular|wonderful|lovely|great"
            r"|muy (?:rico|rica|bueno|buena|bien))\b"
        ),
    ),
    (
        "thanks",
        4,
        (
            r"\b(?:grateful|gratitude|thankful|apprec\w+|apprecaite|you're a (?:doll|star|gem)|(?:big"
            r"|great|huge|real) help|very helpful)\b"
        ),
    ),
    (
        "thanks",
        4,
        (
            r"\b(?:gracias|thanks?|thank you|appreciate|grateful|cheers|ta very much|agradec\w+"
            r"|muy amables?|que amables?|good looking out|felicidades al|que rico|much obliged"
            r"|you're the best|helpful)\b"
        ),
    ),
    # goodbye
    (
        "goodbye",
        4.5,
        (
            r"\b(?:buen (?:finde|_|fin de semana|provecho|dia !)|que (?:os |le |te "
            r"|les )?vaya (?:muy )?bien|feliz (?:noche|dia|tarde|finde)|(?:bonito|lindo"
            r"|excelente) (?:dia|tarde)|linda (?:noche|tarde)|al rato|hasta (?:el |la )?_|nos vemos"
            r"|cuidate|un abrazo$)|^ ?(?:later|cya|night night|so long|buenas noches y gracias)[ !.]*$"
        ),
    ),
    ("goodbye", 3.5, r"^[ ,.!]*(?:un saludo|saludos|abrazos?|un abrazo|regards|kind regards)[ ,.!]*$"),
    (
        "goodbye",
        5,
        (
            r"\b(?:nice|great|good|pleasure|enjoy\w*|cool|awesome|pleasant"
            r"|lovely)\b.{0,24}\b(?:talk\w*|chat\w*|speak\w*|conversation|in touch)\b"
            r"|\b(?:until next time|peace out|sayonara|fairwell|outta here|i have to (?:go|get going"
            r"|run)|gotta (?:go|run)|i'm going now|(?:ya )?me (?:voy|tengo que ir)|te dejo|os dejo"
            r"|los dejo)\b"
        ),
    ),
    (
        "goodbye",
        4.5,
        (
            r"\b(?:adios|chao|chau|bye|goodbye|buhbye|bye bye|hasta (?:luego|pronto|manana|la vista"
            r"|entonces|otra|nunca|la proxima|_+)|nos vemos|see (?:you|ya|u)|have a (?:good|great|nice"
            r"|lovely) (?:one|day|evening|night|weekend)?|talk (?:to you )?(?:soon|later)|cheerio"
            r"|take care|good night|que (?:este|esten|tengas?|tengan) (?:muy )?(?:bien|buen\w*)|later"
            r"|ttyl|farewell|nice (?:talking|chatting|speaking)|great (?:talk|chat|speaking)|(?:good"
            r"|great|nice) (?:to )?(?:talk|speak|chat)\w*|see you)\b"
        ),
    ),
    (
        "goodbye",
        4.5,
        r"^[ ,.!]*(?:(?:ha)?s?ta(?:'| ')? (?:luego|lueguito|prontito|entonces)|nos vidrios|ahi nos vemos|chausito|chaito)\b",
    ),
    # confirm
    (
        "confirm",
        4.5,
        (
            r"^[ ,.!¡]*(?:que si+(?= ?(?:$|[,.!]))|(?:es)?ta ?'? ?(?:bien|bueno)|spot on|bang on|tal cual|asi mismo|eso mero"
            r"|cuenta con (?:ello|eso)|obvio|ya esta(?= ?(?:$|[,.!]))|yessir|ok dale)\b"
        ),
    ),
    (
        "confirm",
        -5,
        r"\b(?:me|nos) (?:la|lo) (?:confirm\w+|puede\w* confirmar|podeis confirmar|podrian? confirmar)",
    ),
    (
        "my_bookings",
        6,
        (
            r"\b(?:can|could|would) you (?:please )?confirm (?:it|that|this|my|our|the (?:booking|reservation|table))\b"
            r"|\b(?:what time|when|what day)\b.{0,16}\bthe other(?: one)?\b|\bla otra\b.{0,24}\b(?:hora|dia|cuando"
            r"|cuantos)\b|\b(?:hora|dia|cuando)\b.{0,16}\bla otra\b"
            r"|\b(?:me|nos) (?:la|lo) (?:confirm(?:an|ais|as|a)|puede[sn]? confirmar|podeis confirmar|podrian? confirmar)\b"
            r"|\b(?:esta|quedo|queda|ha quedado|is it|is everything|is that|are we) (?:\w+ )?(?:confirmad\w+|reservad\w+|apartad\w+"
            r"|confirmed|booked|all set)\b.*\?"
        ),
    ),
    (
        "human",
        5.5,
        (
            r"\b(?:hablar|conversar|comunic\w+|contactar|platicar|charlar|pas[ae]\w*|poner\w*) (?:\w+ ){0,2}?con (?:el |la |un |una "
            r"|algun )?(?:encargad\w+|gerente|duen\w+|responsable|jef\w+|administrador\w*|asesor\w*|agente|persona|human\w*"
            r"|alguien|anfitrion\w*|metre|maitre)\b"
        ),
    ),
    ("greet", 5, r"\bcon quien (?:tengo el gusto|hablo|estoy hablando)|\bquien me atiende\b"),
    (
        "confirm",
        4,
        (
            r"^[ ,.!¡]*(?:pues |oh |bueno |venga |, )*(?:that'll do|let's (?:go|do)|eso mismo"
            r"|por (?:mi|nosotros) (?:bien|si|perfecto|ok|vale)|fenomenal|estupendo|barbaro|fantastico"
            r"|maravilloso|ideal|guay|awesome|amazing|wonderful|fantastic|cool|va que va|andale"
            r"|trato hecho|deal|done|de lujo|me vale|nos vale|me viene|super|that would be|works"
            r"|good with|happy with|exact\w*|ok\w*|claro\w*|si\b|smashing|splendid|conforme|buena idea"
            r"|me encanta|excelente|excellent)\b"
        ),
    ),
    (
        "confirm",
        4.5,
        (
            r"^[ ,.!¡]*(?:afirmativo|me (?:la|lo) quedo|(?:that |it |this |esa |eso |ese )?(?:suits"
            r"|works|me va|me viene|me sirve|nos va|nos viene)\b(?!n't)|you got it|go for it|yes"
            r"|si por favor|hecho|correctisimo|vamos con (?:esa|eso)|esa (?:me|esta)|that one)"
        ),
    ),
    (
        "confirm",
        4.5,
        (
            r"\b(?:is|that's|say|that is|would be|it's|have to say) (?:an? )?(?:resounding "
            r"|definite )?(?:yes|affirmative|true|fact|si|the truth)\b(?! that)|\b(?:you're right"
            r"|you are right|i agree|approved|checks out|yeap|affirmitive|my answer .{0,24}yes)\b"
        ),
    ),
    (
        "confirm",
        4,
        (
            r"^[ ,.!¡]*(?:si+(?! (?:se|hay|puede|puedo|me|tien\w+|ten\w+|lleg\w+|no|vamos|somos"
            r"|quiere\w*|es posible|alguien|cancel\w*)\b)|yes|yep|yeah|yup|vale|ok|okay|claro|dale"
            r"|listo|perfecto|perfect|correcto|correct|confirmo|confirmado|confirmar|sip[io]?|simon"
            r"|sale|orale|genial|adelante|de acuerdo"
            r"|de una|hagale|bacan|bacano|chevere|joya|buenisimo|de diez|ya(?! (?:no|te|os|les|me"
            r"|pag\w+|casi|mand\w+|sal\w+|hab\w+|est\w+|voy|vamos"
            r"|som\w+|ten\w+|lo|he|hice|reserv\w+)\b)|sure|absolutely|definitely|exactly|exacto|eso es"
            r"|asi es|right|affirmative|por supuesto|desde luego|sipo|aye|uh huh|of course|certainly"
            r"|roger|brilliant|lovely|great|sounds good|true|indeed|agreed|positive|si senor\w*"
            r"|de pelos|venga|hecho)\b"
        ),
    ),
    (
        "confirm",
        4,
        (
            r"^[ ,.!¡]*(?:(?:si+|yes|ok|vale|claro|dale|listo|perfecto|great|good|fine|sounds|sound"
            r"|lovely|cool|excelente|excellent|bien|super|totally|al toque|quedamos asi"
            r"|me parece(?: bien)?|eso|esta bien|asi|ya|po|pe|va|guay|jaja\w*|we|it|is|that|that's"
            r"|it's|pues|please|mm hmm|mhm|works|to me|by me|with me|all|si senor\w*|correct|right"
            r"|entonces|then|so|very|muy|the|por favor|amig[oa]|i do|like|you are|answer|true|for me"
            r"|conforme|todo|adelante)\b[ ,.!¡]*)+$"
        ),
    ),
    (
        "confirm",
        3,
        (
            r"\b(?:eso es|book it|go ahead|go on then|that works|works for (?:me|us)|sounds good"
            r"|confirm\w*(?: asistencia)?|correct|that's right|that is right|(?:is|are) (?:right"
            r"|correct|true)|me (?:sirve|va|cuadra|viene) (?:bien|perfecto)?|esta perfecto"
            r"|quedamos asi|me parece|ok great|yes please|i'd like that|uh huh|that'd be|estaria bien"
            r"|esta bien|the answer is yes|let's do|do it|go for it|adelante)\b"
        ),
    ),
    ("confirm", -4, r"\b(?:no|not|isn't|n't|don't)\b(?! mas)"),
    # deny
    (
        "deny",
        -9,
        r"\bno (?:te |le |os |les )?(?:entiend\w+|comprend\w+)\b|\b(?:don't|do not) (?:get it|understand)\b",
    ),
    (
        "deny",
        5.5,
        (
            r"\b(?:none of (?:those|these|them)|(?:can't|cannot|won't) (?:do|make) (?:that|those"
            r"|it at that)|ni hablar|(?:esa|ese|eso|esos|esas) no\b|ningun[oa]?\b|no me convence"
            r"|no puedo (?:ese|esa|a esa|en ese)|rather not|doesn't suit|not (?:good|convenient|for me"
            r"|that one)|(?:too|demasiado|muy) (?:late|early|tarde|temprano|pronto)(?= ?$| for| para)"
            r"|wrong (?:day|time|date)|no manches|esa hora no|ese dia no|asi dejalo)"
        ),
    ),
    (
        "deny",
        5.5,
        (
            r"^[ ,.!¡]*(?:no quiero|i said no|dije que no|neither|eso no|tampoco|no no|negativo"
            r"|that won't|no that)\b"
        ),
    ),
    (
        "deny",
        5,
        (
            r"\b(?:is|be|say|it's|that's|thats|that'd be) (?:an? )?(?:hard |definite )?(?:no"
            r"|negative)\b|^[ ,.]*(?:please , no|nada|not that|not true|i think not|no sir)\b"
            r"|\b(?:isn't (?:right|correct|true)|prefer not|erroneous|would rather not)\b"
        ),
    ),
    (
        "deny",
        4.5,
        (
            r"^[ ,.!¡]*(?:no+|nope|nop|nah|nel|nay|na|ni ahi|nica|negativo|negative|not really|que va"
            r"|para nada|ninguno|neither|de ninguna manera|nopo|no way|never|nunca)\b(?! (?:vamos|voy"
            r"|puedo (?:ir|llegar)|podemos|podremos|iremos|alcanz|se (?:cuantos|si)|importa|llego"
            r"|me llego|quiero cancelar|hay|llegamos|sabemos))"
        ),
    ),
    (
        "deny",
        5,
        (
            r"\b(?:no (?:me (?:cuadra|sirve|va|viene|gusta|interesa)|es correcto|esta bien|puedo a esa"
            r"|era eso|quiero nada|es eso)|mejor no|no gracias|(?:that's|that is|it's) (?:not (?:right"
            r"|correct|true|the case|what i|my)|incorrect|wrong|false)|not? (?:right|correct)"
            r"|doesn't work|does not work|no (?:es|era|eso no) (?:lo|el|asi)|asi no|olvid(?:alo|elo)"
            r"|dejalo|dejelo|never ?mind|nvm|forget it|leave it|not to worry|i'll pass|you're alright"
            r"|i don't (?:like|want|think so|agree)|deja\b|ya no quiero|nada mas|no thanks|cancel that"
            r"|reset|wrong|incorrect|false|equivocado)\b"
        ),
    ),
)
