"""The words of guests who want something done: to cancel, to change, to be waited for, to be heard.

Each entry is an intent, a weight and a regular expression over the text that `grammar` hands on, in which the times and days that were
found are written "_". A weight below zero speaks against. The table is long by nature: each alternative is a way in which someone,
somewhere between Madrid and Santiago, says the thing.
"""

from typing import Final

from saveit.dialogue.nlu.model import Intent

# Who comes besides, and who cannot: a change of the booking, and neither a delay nor its end.
_ONE_MORE: Final = r"se (?:nos |me )?(?:sum|un|apunt|agreg)\w+ (?:_|una?|uno|\d+)|(?:we|i)(?:'ll| will) be (?:_|one|two|\d+) more"
_ONE_LESS: Final = (
    r"(?:_|una?|uno|one|\d+) (?:of us|de nosotr[oa]s|de los nuestros) "
    r"(?:can't|cannot|can not|won't|isn't|no (?:puede|viene|vendra|va))"
)

WANTS: Final[tuple[tuple[Intent, float, str], ...]] = (
    # cancel
    (
        "cancel",
        5,
        (
            r"\b(?:cancel\w*|anul\w+|borr(?:a|ar|en|e)\b|elimin\w+|dar de baja|scrap|call off|repeal"
            r"|remove my|drop my (?:reservation|booking)|delete my)\b"
        ),
    ),
    (
        "cancel",
        4,
        (
            r"\b(?:no (?:vamos a |voy a |podemos |puedo |podremos |podre |alcanzamos a |vamos a poder "
            r"|voy a poder )+(?:ir|llegar(?! _| tarde| a (?:las?|esa|tiempo|ese|una))|asistir|poder ir"
            r"|alcanzar)"
            r"|ya no (?:vamos|voy|iremos|vendremos|podemos)|no (?:iremos|ire|vendremos|asistiremos"
            r"|podremos ir|vamos a ir)"
            r"|(?:can't|cannot|won't be able to|not going to|unable to|not able to|couldn't"
            r"|can not) (?:make it|come|attend|be there)|(?:not|aren't|no longer) coming"
            r"|no longer (?:need|want|coming)|don't need (?:the|my) (?:table|reservation|booking)"
            r"|get rid of (?:my|the) (?:table|reservation))\b"
        ),
    ),
    (
        "cancel",
        -3,
        (
            r"\b(?:no quiero|no me|not|don't|don't want to|sin) cancel|\bcancel\w* policy"
            r"|polit\w+ de cancel|cancellation (?:policy|fee)|cancellations\b|no cancel\w+\b"
            r"|que cancel\w+ algo|cancele alguien"
        ),
    ),
    ("cancel", -3.5, r"\b(?:no|don't) (?:vamos a llegar a tiempo|llegamos a tiempo)\b"),
    (
        "cancel",
        5,
        (
            r"\b(?:bail(?:ing)? on|shan't be|won't be (?:coming|able to come|attending)"
            r"|not be (?:coming|attending)|something(?:'s)? c[ao]me up|plans (?:have )?changed"
            r"|no (?:contei?s|cuenten|cuentes) con|dejamos (?:para|pa) otro dia|lo dejamos"
            r"|para otra ocasion|se cancela|suspend\w+"
            r"|no vamos(?= ?(?:$|[,.]|al final|hoy|manana|_))|ya no (?:puedo|podre|vengo|venimos"
            r"|quer\w+ la|necesit\w+)|no voy(?= ?(?:$|[,.]|hoy|_))|(?:can't|cannot|couldn't) (?:come"
            r"|attend|go)|borr(?:ame|alo|arla|enla|enme)|let (?:the|my|our) (?:table|booking"
            r"|reservation) go|free up (?:the|my|our) table|liberen? (?:la|mi)|me toca cancelar)\b"
        ),
    ),
    ("cancel", 7.5, r"\bno hace falta (?:que .{0,20}mesa|la mesa)|\bno (?:nos )?guarde\w* (?:la|mi|nuestra)"),
    (
        "cancel",
        -6,
        (
            r"\b(?:si (?:alguien|alguno|algun\w*|hay|se) .{0,16}cancel\w+|if (?:someone|anyone"
            r"|somebody|anybody|a party) cancels|last minute cancellations|any cancellations"
            r"|cancel\w* (?:fee|charge|policy|sin (?:coste|cargo|penalizacion)|gratis|for free)"
            r"|(?:cobr\w+|penaliz\w+|multa|coste?) .{0,20}(?:cancel\w+|anul\w+)|(?:cargo|penal\w+) .{0,16}cancel\w+"
            r"|cancel\w+ tiene (?:costo"
            r"|coste|cargo))\b"
        ),
    ),
    (
        "cancel",
        6,
        (
            r"\b(?:no longer needed|not (?:needed|necessary)(?: anymore)?|delete .{0,16}(?:reservation"
            r"|booking)|(?:abandon|forget|close|unreserve|undo|revoke"
            r"|void) (?:\w+ ){0,3}(?:reservation|booking|table)|(?:isn't|is not) needed)\b"
        ),
    ),
    (
        "cancel",
        7,
        r"\bya no (?:la|lo|nos|me) (?:quier\w+|quer\w+|necesit\w+|vamos|hace|hara)|\bdej\w+ sin efecto\b",
    ),
    # modify
    (
        "modify",
        5,
        (
            r"\b(?:cambi(?:ar|arla|arlo|arme|ame|ala|alo|a|e|emos|en|o|ela|elo)\b|cambiamos|modific\w+"
            r"|reprogram\w+|posterg\w+|adelant(?:ar|arla|arlo|arme|a|ala|alo|en|amos|ela)\b|aplaz\w+"
            r"|retras(?:ar|arla|ala)|atras(?:ar|arla)|corre(?:r|la|lo|rla)\b|mover\b|muev\w+|pas(?:ar"
            r"|arla|ala|amos) (?:la |mi |nuestra )?(?:reserva|mesa|al|para|a las)"
            r"|change|switch|move (?:my|our|the|it)|modify|amend|reschedul\w+|push (?:my|our|the|it)"
            r"|bring (?:my|our|the) \w+ (?:forward|back)|update my|edit my|pasarla|actualiz\w+)\b"
        ),
    ),
    (
        "modify",
        4,
        (
            r"\b(?:agreg\w+|anad\w+|sum(?:ar|o|amos|ame)|add|adding|quit\w+) (?:a |an |una? |otra "
            r"|another |\d )?(?:(?:more )?(?:personas?|people|person|guests?|invitad\w+|mas)|\d)"
            r"|\b(?:se ha(?:n)? (?:apuntado|sumado|unido)|somos (?:uno|una|1|\d) mas|(?:uno|una"
            r"|\d) mas\b)"
        ),
    ),
    (
        "modify",
        4,
        (
            r"\b(?:en vez de|en lugar de|instead of|rather than|drop (?:our|the|my) party|(?:meant"
            r"|era) (?:the|el|on|para el)\b|me equivoque|but meant)\b"
        ),
    ),
    ("modify", 3, r"\b(?:me equivoque|i made a mistake|wrong (?:day|date|time))\b"),
    (
        "modify",
        2.5,
        (
            r"\b(?:ahora|now|al final|ya) (?:somos|seremos|seriamos|vamos a ser|we're|we are|we'll be"
            r"|vamos)|pero ya vamos a ser\b|\bactually (?:make|can|we're|we are)"
            r"|\b(?:we're|we are) (?:\d+|_) now\b|\bmake (?:that|it) (?:\d|D\d|_)"
        ),
    ),
    ("modify", -4, r"\b(?:politic\w+|policy|cambio de moneda|hay cambio|have change)\b"),
    ("modify", -3, r"^ ?(?:no|sorry|perdon\w*|mejor|que no|not|i meant)\b.{0,40}(?:en vez|instead|no )"),
    (
        "modify",
        5,
        (
            r"\b(?:bump|shift|swap) (?:us|our|my|the|it)|(?:an? (?:hora|half hour|rato)|media hora"
            r"|_) (?:antes(?! de)|despues(?! de)|mas tarde|mas temprano|earlier|later)\b"
            r"|(?:ya )?no (?:somos|seremos|son \d|vamos a ser)|(?:scratch that|cambio de planes"
            r"|change of plans)|(?:earlier|later"
            r"|different|another) time\b|(?:quit\w+|remove|take off) .{0,24}(?:reserv\w+|booking"
            r"|personas?|people)|retras(?:ar|emos) (?:la|mi)|^ ?wait , not"
        ),
    ),
    (
        "modify",
        6,
        (
            r"\b(?:anad\w+|agreg\w+|sum\w+|add|inclu\w+|pon\w*) .{0,30}\b(?:a|en|to|on) (?:mi|my|the"
            r"|la|our|nuestra|_'?s?) ?(?:'s )?(?:reserv\w+|booking|table|mesa)\b|\b(?:bajame|subime"
            r"|bajala|subela|subir|bajar) (?:la reserva )?a \d|\bmake my (?:reservation"
            r"|booking) (?:for|at)|\bponme a las _|\b(?:mas tarde|later|earlier) , a las _"
        ),
    ),
    (
        "modify",
        5.5,
        (
            r"\b(?:reserva|booking|reservation)\b.*\b(?:al final|ahora|ya|now) (?:vamos a ser|somos"
            r"|seremos|seriamos|we're|we are)\b"
        ),
    ),
    (
        "modify",
        5.5,
        (
            r"\bpas(?:ame|enme|eme|arme|arnos) (?:la|mi|nuestra) reserva\b|\b(?:la|lo"
            r"|it) pasamos al?\b|\bsino \d"
        ),
    ),
    ("modify", 6.5, r"\bno (?:podemos|puedo|alcanz\w+ a|vamos a|voy a) llegar _.*_"),
    (
        "modify",
        6,
        (
            r"\b(?:me|nos|se|te|podes|puedes|pueden|podeis|puede|podrian?|podrias) (?:la |lo |me |nos "
            r"|puede |puedes |podria |podrias )*(?:corr(?:es|e|en|eis|er|erla|erlo)|pas(?:as|a|an|ais|ar|arla|arlo)"
            r"|muev\w+|mover\w*|adelant\w+|atras\w+|retras\w+)(?: la reserva| la mesa)? ?(?=_|a la una|para (?:_|mas)|mas )"
            r"|\bpon(?:me|nos|ga|gan|la|lo|edme|ednos|game|gannos)? (?:la |mi |nuestra )(?:reserv\w+|mesa) (?:mas|para mas|antes|_)"
        ),
    ),
    # running_late
    (
        "running_late",
        5,
        (
            r"\b(?:hay|mucho|un|una|tremendo|terrible|harto|bastante|en el|en un) (?:\w+ ){0,3}(?:trafico|tapon|trancon|taco"
            r"|atasco|embotellamiento|cola|traffic|jam)\b|\b(?:un )?poqu?it\w* tarde\b|\bvamos (?:llegando|tardisimo)\b"
        ),
    ),
    (
        "running_late",
        6,
        (
            r"\b(?:tarde (?:a la|para la)|lleg\w+ (?:un \w+ |como |unos |unas |_* ?)*(?:\w+ )?tarde"
            r"|tarde.{0,12} lleg|retras(?:o|ados|ada|ado|amos|ando)|demorad[oa]s?|nos demoramos"
            r"|demoramos un|atrasad[oa]s?|me atrase|nos atrasamos|vamos tarde|voy tarde|se (?:me"
            r"|nos) (?:ha hecho|hizo) tarde|running (?:a (?:bit|little) )?(?:late|behind)"
            r"|running _+ late|running \w+ (?:\w+ )?late"
            r"|(?:be|arrive|arriving|get there|are|'re|'m) (?:\w+ ){0,3}(?:_+ )?late\b|minut\w+ tarde"
            r"|mins? late|late for (?:our|my|the)|no (?:vamos a )?lleg(?:ar|amos|o) a tiempo"
            r"|stuck in traffic|en el trafico|mucho (?:trafico|atasco|trancon|taco)|hay (?:atasco"
            r"|trafico|trancon)|held up|hold (?:our|my|the) table|guard\w+ la mesa|nos esperan"
            r"|de retraso|running behind|traffic is)\b"
        ),
    ),
    (
        "running_late",
        4.5,
        (
            r"\b(?:ya (?:estamos |vamos |voy )?(?:en camino|yendo)|estamos (?:aparcando|llegando"
            r"|en camino)|on (?:my|our) way|lleg(?:o|amos|aremos|are) (?:como )?en (?:unos )?(?:_+"
            r"|\d+)|be there in|ya estoy (?:afuera|llegando)|_+ y estoy|arriving in a)"
        ),
    ),
    (
        "running_late",
        5.5,
        (
            r"\b(?:salimos ahora|tard(?:aremos|are|amos|o)\b|estamos a _|vamos (?:un poco )?(?:justos"
            r"|con retraso|tarde)|llegar(?:emos|e) (?:sobre|mas tarde|un poco|algo|despues|tarde)"
            r"|(?:is|are|'s) (?:running )?late|(?:dan|dame|denos|danos|give us|nos da|nos dan"
            r"|nos das) .{0,14}(?:_|minut\w+|chance|tolerancia|more time)|_ (?:mas|more)$"
            r"|ya casi llegamos|casi llegamos|buscando (?:aparcamiento|parking|estacionamiento)"
            r"|pinchad\w+|flat tyre|flat tire|almost there|nearly there|_ late(?! (?:evening|night"
            r"|afternoon|morning|lunch|dinner))|_ tarde|may be _"
            r"|a few minutes late|traffic|se (?:me )?complico)\b"
        ),
    ),
    (
        "running_late",
        5.5,
        (
            r"\b(?:en camino|on the way|nos hemos perdido|nos perdimos|we're lost|got lost"
            r"|be right (?:in|there|over)|parking now|(?:un|hay|hubo) (?:un )?(?:choque|accidente"
            r"|corte|piquete)|there soon|(?:llegamos|llego|llegaremos|llegare) (?:con |en |como "
            r"|unos )*_|(?:perdon|sorry|disculp\w+) (?:por|for) (?:el |the )?(?:retraso|delay"
            r"|tardanza)|por el retraso|estamos (?:cerca|llegando|entrando)|running .{0,10}(?:late"
            r"|behind)|_ behind|_ (?:de )?retraso|will be there at .{0,16}instead)\b"
        ),
    ),
    (
        "modify",
        7,
        (rf"\b(?:{_ONE_MORE}|{_ONE_LESS}|add (?:_|one|\d+) (?:more )?(?:person|people|guest\w*))"),
    ),
    (
        "modify",
        6,
        (
            r"\b(?:(?:me|nos) (?:pueden?|podrian?|podeis|puedes|podrias) (?:poner|conseguir|preparar|guardar)"
            r"|(?:pueden?|podrian?|podeis|puedes|podrias) (?:poner|conseguir|preparar|guardar)(?:me|nos)"
            r"|(?:can|could) (?:you|we) (?:get|have|put|add|arrange)(?: us)?) (?:un|una|a|an|unas|unos|some) "
            r"(?:tronas?|sillas? (?:para|de) beb|sillita|cuna|velas?|tarta|torta|flores|globos|high ?chair|baby (?:seat|chair)"
            r"|booster|candles?|cake|flowers|balloons)"
        ),
    ),
    (
        "running_late",
        -7,
        rf"\b(?:{_ONE_MORE})",
    ),
    (
        "cancel",
        -7,
        rf"\b(?:{_ONE_LESS})",
    ),
    ("running_late", -6, r"^[ ,]*(?:y )?si (?:llegamos|llego|llegaramos)\b"),
    # waitlist
    ("waitlist", 7, r"\b(?:lista de espera|lista espera|waiting ?list|waitlist|wait list|en espera)\b"),
    (
        "waitlist",
        6,
        (
            r"\b(?:avis\w+|let me know|notify me|text me|llam\w+|escrib\w+"
            r"|call me) (?:\w+ ){0,3}?(?:si|if|when|cuando|en caso) .{0,24}(?:libera|desocupa|cae"
            r"|cancela|cancelan|opens?|frees?|available|queda libre|hueco|se abre|comes up|baja)"
            r"|si se (?:libera|desocupa|cae|abre)|if (?:something|anything|a table|one) (?:opens|frees"
            r"|comes|becomes)|any cancellations\b"
        ),
    ),
    (
        "waitlist",
        7,
        (
            r"\b(?:si (?:alguien|alguno) cancela|if (?:someone|anyone|somebody) cancels"
            r"|last minute cancellations|(?:tabl\w+|spot|anything|something) (?:frees|opens|comes) up"
            r"|apunt\w+ en espera|en (?:la )?espera|cuando haya (?:hueco|lugar|mesa)"
            r"|if there's a cancellation|put me down if)\b"
        ),
    ),
    # complaint
    (
        "complaint",
        6,
        (
            r"\b(?:queja|quejar\w*|reclam\w+|hoja de|complain\w*|complaint|refund|reembols\w+"
            r"|devol(?:ver|uci)\w*|pesim[oa]|fatal|un desastre|vergonzos\w+|horrible|terrible|awful"
            r"|worst|rude|groser[oa]s?|maleducad\w+|asqueros\w+|disgusting|unacceptable|inaceptable"
            r"|disappoint\w+|decepcion\w*"
            r"|nos atendieron mal|mala atencion|mal servicio|muy mal[oa]?|cobraron (?:de )?(?:mas|\d"
            r"|_)|overcharged|stone cold|poisoning|intoxic\w+|nobody apologi\w+|nunca mas)\b"
        ),
    ),
    (
        "complaint",
        4,
        (
            r"\b(?:estaba|vino|llego|trajeron|came|was|were|arrived) (?:muy |todo |la |el |un |so "
            r"|really )?(?:fri[oa]s?|crud[oa]s?|helad[oa]s?|quemad[oa]s?|raw|cold|burnt|burned"
            r"|undercooked|salad[oa]s?|platillo equivocado|plato equivocado|equivocad\w+|sucio|dirty"
            r"|mal\b)|\b(?:esperamos|waited|waiting|esperando|esperar|tardaron"
            r") (?:\w+ ){0,2}(?:_+|\d+|una?|an?|two|over)?.{0,14}(?:esperando|hora|hours?"
            r"|minut\w+|_+|food)|de mas\b|venia mal|equivocado|muy ruidosa"
        ),
    ),
    (
        "complaint",
        6.5,
        (
            r"\b(?:(?:pelo|cabello|mosca|cucaracha|hair|fly|bug|cockroach) (?:in|en)|(?:tenia|habia"
            r"|hay) (?:un |una )?(?:pelo|cabello|mosca|cucaracha)|(?:charged|cobraron|cobrado"
            r"|billed) (?:us |me |nos )?(?:\w+ )?(?:twice|dos veces|2 veces|doble|double|extra)"
            r"|molest[oa]s? con|(?:estoy|estamos|muy) (?:muy )?(?:molest[oa]s?|enojad[oa]s?"
            r"|enfadad[oa]s?|indignad[oa]s?|furios\w+)|indignante|lamentable"
            r"|nunca (?:vuelvo|volver\w*|contestan)|no (?:volveremos|vuelvo|pienso volver)"
            r"|never (?:again|coming back|going back)|sento mal|(?:me enferme|got sick"
            r"|made us sick) (?:con|de|from|after|por)"
            r"|food poisoning|nos (?:dejasteis|dejaron|ignoraron|trataron)|ignored us|useless"
            r"|una estafa|rip off|ripoff|asco|(?:fue|era|estuvo) (?:super |muy |re )?(?:pesad[oa]"
            r"|antipatic[oa]|desagradable|borde|mala?|malisim\w+|lent[oa]|rude)|took forever|(?:so|too"
            r"|very|really) slow|overpriced"
            r"|se nota|trato (?:pesimo|horrible|fatal)|mal trato|insult\w*|unfriendly|not happy"
            r"|unhappy|quiero mi dinero|money back)\b"
        ),
    ),
    (
        "complaint",
        5.5,
        (
            r"\b(?:comida|carne|pescado|platos?|platillo|postre|sopa|pizza|pasta|arroz|pollo|ensalada"
            r"|servicio|atencion|trato|camarer[oa]s?|meser[oa]s?|mozos?|garzon\w*|waiter|waitress"
            r"|server|staff|food|meal|steak|chicken|fish|soup|order|drinks?|place|bano|banos|bathroom"
            r"|toilets?|cuenta|bill|experiencia|experience|service|burger|fries|bebidas?|mesa|table"
            r"|host|hostess|local)\b.{0,24}\b(?:estaba[ns]?|era[ns]?|fue(?:ron)?|estuv\w+|vino"
            r"|vinieron|llego|llegaron|trajeron|was|were|came|had|tasted|arrived|sabia|tardo|tardaron"
            r"|ha sido|tenia|is|esta|son|son)\b.{0,24}\b(?:mal[oa]?s?|peor\w*|horribl\w+|terribl\w+"
            r"|dur[oa]s?|crud[oa]s?|fri[oa]s?|quemad[oa]s?|salad[oa]s?|asco\w*|suci[oa]s?|lent[oa]s?"
            r"|groser\w+|borde|antipatic\w+|fe[oa]s?|wrong|filthy|dirty|rude|slow|cold|raw|awful|bad"
            r"|poor|disappointing|stale|bland|tasteless|overcooked|burnt|tough|dry|sec[oa]s?"
            r"|equivocad[oa]s?|incomplet\w+|hair|pelo|podrid\w+|rancio|lukewarm|noisy|inedible"
            r"|incomible|missing|pesim\w+|desagradable)\b"
        ),
    ),
    (
        "complaint",
        5.5,
        (
            r"\b(?:(?:worst|peor) (?:\w+ ){0,2}(?:experience|experiencia|service|servicio|meal|comida"
            r"|atencion|restaurant\w*|ever|visit|visita)|(?:nadie|nobody|no one) (?:nos |me |fixed"
            r"|came|helped|told|served|apolog|attended|atendio|took|answers?|contesta)|(?:nos"
            r"|me) (?:trat\w+|atend\w+) (?:muy |super |re )?(?:mal|feo|fatal)|(?:nos|me) (?:tienen"
            r"|tuvieron|hicieron|han tenido) esperando?|(?:we've|we have|i've|been) (?:been )?waiting"
            r"|llevamos (?:\w+ )?(?:esperando|_ (?:esperando|aqui|sin|para))"
            r"|(?:cobrado|cobraron|charged|billed) .{0,24}(?:que no|not order|didn't|wrong|de mas"
            r"|twice|dos veces|no ped\w+|extra)|(?:que me|quiero que) devuel\w+|(?:que no"
            r"|not what (?:i|we)|didn't) (?:pedi\w*|order\w*)|quejarme|quejarnos|poor show|(?:ignored"
            r"|ignoraron|ignorados)|never came|no (?:nos|me) (?:atend\w+|hicieron caso|sirvieron)"
            r"|hizo caso|hace rato|a disgrace|not acceptable|appalling|dreadful (?:service|food|meal)"
            r"|(?:was|were|is) (?:so |very |really )?(?:filthy|rude|disgusting|awful))\b"
        ),
    ),
    (
        "complaint",
        -5,
        (
            r"\b(?:riquisim\w+|delicios\w+|delicious|amazing|excelente|buenisim\w+|espectacular"
            r"|wonderful|lovely|great|muy (?:rico|rica|bueno|buena|bien)|que rico)\b"
        ),
    ),
    # human
    (
        "human",
        6,
        (
            r"\b(?:habl\w+|speak|talk|comunic\w+|pas(?:a|e|as|arme|ame|eme|enme)\w*|atender|atiend\w+"
            r"|conect\w+|contact\w*|chat) (?:\w+ ){0,4}?(?:persona|person|human|humano|alguien|someone"
            r"|somebody|encargad\w+|gerente|manager|asesor\w*|agente?|representante?|representative"
            r"|operador\w*|operator|staff|responsable|administrador\w*|senorita|dueno|owner|quien"
            r"|mesero|camarero|host|team)"
            r"|\b(?:human|humano|agente?|operador|operator|representative|asesor) ?(?:$|please"
            r"|por favor|,)|\breal person|persona (?:real|de verdad)|alguien de verdad"
            r"|get me (?:an? )?(?:agent|human|person|manager)|(?:ring|call|phone|llam\w+) (?:me|us"
            r"|nos) back|(?:que )?me llame[ns]?\b|llamadme|llamenme|podes pasarme|me puede atender"
            r"|someone ring|with alguien|necesito (?:una persona|un humano|un agente)"
            r"|are you (?:a )?(?:bot|robot|real|human)|eres (?:un )?(?:bot|robot|humano|una persona)"
            r"|sos (?:un|una) (?:bot|persona)|es(?:to)? (?:es )?un (?:robot|bot)|con quien puedo"
        ),
    ),
    ("human", 4, r"^ ?(?:ayuda|help|necesito ayuda|i need help)[ ,.!]*$"),
    (
        "human",
        6,
        (
            r"\b(?:(?:someone|somebody|anyone|anybody) (?:call|ring|phone|contact|help|there|from)"
            r"|ponme con|ponganme con|que me llamen|rather (?:talk|speak)|hay alguien(?: ahi)?"
            r"|atencion al cliente|customer service|alguien (?:me puede|que me) (?:ayud|atend|llam)\w*"
            r"|no me (?:estas|esta) entendiendo|you don't understand|pasame con|quiero un humano)\b"
        ),
    ),
    (
        "human",
        6,
        (
            r"\b(?:(?:someone|somebody|anyone|persona|alguien|responsable|encargad[oa]|gerente|manager"
            r"|supervisor|dueno|owner|representative|staff member|agente?) .{0,16}(?:phone|telefono"
            r"|hablar|line|atienda|atender|ayude|hable|help me|quien hablar)|con quien (?:hablo|puedo"
            r"|trato)|transfer me|(?:eres|sos|es usted|are you|is this|esto es) (?:una? |an? |el "
            r"|the )?(?:maquina|bot|robot|machine|ai|human|humano|real|persona|computer|ia|chatbot"
            r"|person|contestador)|hablarlo|por telefono con)\b"
        ),
    ),
    (
        "human",
        6,
        (
            r"\b(?:you|your|you're|am i (?:talking|speaking) (?:to|with)|hablo con"
            r"|estoy hablando con)\b.{0,40}\b(?:bot|robot|computer|real person|live person"
            r"|actual person|person or|human or|or (?:a )?human|ai\b|artificial|live being|machine"
            r"|maquina|persona real|un humano)\b"
        ),
    ),
    # my_bookings
    (
        "my_bookings",
        9,
        (
            r"\b(?:what are (?:my|our) (?:current |upcoming )?(?:booking|reservation|table)s?"
            r"|(?:what|which) (?:booking|reservation|table)s? (?:do (?:i|we) have|have (?:i|we)|are (?:mine|ours)))\b"
        ),
    ),
    (
        "my_bookings",
        5.5,
        (
            r"\b(?:mis reservas|my (?:reservations|bookings)|ver (?:mi|mis) reserva\w*|(?:cuando|when"
            r"|donde|what time|a que hora|a que horas|what day|que dia|para cuando|a que nombre"
            r"|under what name) (?:es |era |is |was |tengo |tenia |did i |have i |do i have |hice "
            r"|sale |quedo |tenemos )+(?:(?:la |mi |my |our |the |nuestra )?(?:reserv\w+|booking|mesa"
            r"|table|book(?:ed)?|hora|reserved?))"
            r"|(?:tengo|tenemos|do i have|have i got|do we have|tenia) (?:alguna? |una? |a |any |aun "
            r"|todavia |mi |ya )*(?:reserv\w+|booking|mesa reservada|table booked)(?= (?:a mi nombre"
            r"|para (?:hoy|manana)|pendiente|activa|for|under|on|a nombre|el|hoy|\?|_)|.{0,12}\?)"
            r"|(?:recordar|recuerd\w+|remind\w*) .{0,30}(?:mesa|reserva|table|booking|reservation)"
            r"|(?:esta|quedo|sigue|is|still|aun tengo|todavia tengo) (?:\w+ ){0,3}?(?:confirmad[oa]"
            r"|en pie|hecha|booked|confirmed|mi reserv\w+|reservad[oa])"
            r"|confirm\w* (?:\w+ ){0,3}?(?:si quedo|mi reserv\w+|my (?:reservation|booking|table)"
            r"|our (?:reservation|booking|table)|the (?:reservation|booking)|that i have|la reserva"
            r"|if i have|reservations?)|(?:check|double check|verify|revisa\w*|verificar"
            r"|consultar) (?:on |the |mi |my |la |our )*(?:reserv\w+|booking)"
            r"|la reserva era|no me (?:llega|llego) (?:la confirmacion|el codigo)|(?:aun"
            r"|todavia) tengo (?:mi|la) reserv\w+|is my table|sigue en pie|hice la reserva"
            r"|que hora era (?:mi|la) reserva|codigo de (?:mi )?reserva|reservation code"
            r"|confirmar (?:que|si) tengo|i have a reservation .{0,40}confirm)\b"
        ),
    ),
    (
        "my_bookings",
        6,
        (
            r"\b(?:what (?:did|have) (?:i|we) (?:reserve|book|booked|reserved)|(?:is"
            r"|was) my (?:booking|reservation|table)|que (?:reserva|reservas|mesa) tengo"
            r"|(?:confirmation|confirmacion) (?:email|mail|code|number)|(?:correo|mail|mensaje"
            r"|codigo) de confirmacion|my confirmation|(?:esta|quedo|quede"
            r"|estamos) (?:bien )?(?:apuntad[oa]s?|anotad[oa]s?|reservad[oa]s?|agendad[oa]s?"
            r"|registrad[oa]s?)|(?:mi|la) mesa (?:apartada|reservada|apuntada)"
            r"|a que hora (?:era|es|tengo|tenia|tenemos|quede|quedamos)(?: lo| la| mi"
            r"| nuestra)?(?: de)?(?= (?:_|reserva|mesa|cita|hoy|esta)|\?| ?$)|(?:recuerdo|acuerdo"
            r"|olvide|olvido|remember|forgot|find) .{0,20}(?:reserv\w+|booking|hora|time)"
            r"|quedo reservado|are we (?:all set|confirmed|booked)|(?:we|booking|table"
            r"|reservation) still (?:on|booked|confirmed)"
            r"|reservas? tengo|a nombre de quien)\b"
        ),
    ),
    (
        "my_bookings",
        6,
        (
            r"\b(?:mi|mis|my|our|nuestra|la) (?:reserv\w+|booking|reservation|mesa|table|apartado"
            r"|reservacion)\b.{0,24}\b(?:activ[oa]|en pie|ok\b|bien|list[oa]|quedo|sigue|still"
            r"|go through|gone through|went through|verdad|right|correct[oa]?|hecha|confirmad[oa]"
            r"|confirmed|valid|vigente|registrada)\b"
        ),
    ),
    (
        "my_bookings",
        6,
        (
            r"\b(?:(?:donde|where|como) (?:puedo |can i |do i )?(?:ver|veo|see|find|check|consultar"
            r"|consulto) (?:mi|mis|my|our)|(?:quedo|esta|saber si|sigue|did|has|was|is"
            r"|ver si) (?:\w+ )?(?:mi|my|our|la) (?:reserv\w+|booking|apartado)|am i (?:confirmed"
            r"|booked|down)|are we (?:confirmed|booked|down)|(?:tengo|tenemos|i have|i've got"
            r"|we have) (?:una |a )?(?:reserv\w+|mesa|booking|table)\b.*(?:verdad|cierto|sigue|activa"
            r"|correcto|right|\? ?$)|no se si (?:quedo|se hizo|esta)|ya quedo|did (?:it"
            r"|my \w+) go through|se hizo (?:bien )?mi reserva)\b"
        ),
    ),
)
