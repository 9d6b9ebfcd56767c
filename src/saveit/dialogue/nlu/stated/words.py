"""The vocabulary: words of two languages and seven countries, and the one spelling in which the grammar knows each.

Everything is written without accents and in lower case, because guests write so. A word stands in one table only.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final


def _table(text: str) -> Mapping[str, str]:
    """Read lines of "canonical: spelling spelling"."""
    pairs: dict[str, str] = {}
    for line in text.strip().splitlines():
        canonical, _, spellings = line.partition(":")
        for spelling in spellings.split():
            pairs[spelling] = canonical.strip()
    return MappingProxyType(pairs)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What people type for a word, beyond what a slip of the finger explains.
ABBREVIATIONS: Final = _table("""
que: q k ke qe
por: x
para: pa p pal pra
por favor: xfa xfavor porfa porfavor porfi porfis pf plis xfi pls plz plss
a las: alas
a la: ala
mediodia: medioda
manana: mnn mñn mñna mnna mna mana manna manaña mñana
tambien: tb tmb tbn tambn
personas: pers per prs pax px pxs psnas perso prsonas persna pesonas persnas personitas
people: ppl pple peeps peple poeple
hoy: hoi oi
noche: noxe nche noxes noches
buenas: wenas wena bnas buens
bueno: weno
esta: sta
quiero: qiero kiero
quisiera: kisiera
queria: kería keria
hay: ay
are: r
i'm: im
two: tow
tomorrow: tmrw tmw tomoz tomorow tommorow tommorrow 2moro 2morrow tomorrows tmr tomoro
tonight: tonite tonigt 2nite 2night tnite
night: nite
your: ur
because: cuz bc
thanks: thx tks thnx tx ty tnx
gracias: grax grasias gracia
reserva: rsva rsrva reserv resrva
reservation: rez resy reso resv
booking: bkg
table: tbl
wednesday: weds wensday wendsday wenesday wednsday
saturday: satday
monday: mondy
minutos: mins min minutitos
okay: oki okey okis okok
ok: oka
adios: bai
telefono: tel telf tlf fono
numero: num nro nº
cumpleanos: cumple cumples cumpleaños
whatsapp: wsp wasap
""")

WEEKDAYS: Final = _table("""
0: lunes monday lun mon lunez
1: martes tuesday tue tues
2: miercoles wednesday mie wed mier mierc
3: jueves thursday jue thu thur thurs
4: viernes friday vie fri vier
5: sabado saturday sab sat
6: domingo sunday dom
""")
"""`mar`, `sun` and `may` are left out: they are also a month, the weather and a polite question, and only their neighbours tell."""

MONTHS: Final = _table("""
1: enero january ene jan
2: febrero february feb
3: marzo march
4: abril april abr apr
5: mayo
6: junio june jun
7: julio july jul
8: agosto august ago aug
9: septiembre setiembre september sep sept
10: octubre october oct
11: noviembre november nov
12: diciembre december dic dec
""")

UNITS: Final = _table("""
0: cero zero
2: dos two
3: tres three
4: cuatro four quatro cuatr
5: cinco five sinco
6: seis six
7: siete seven
8: ocho eight
9: nueve nine
10: diez dies
11: eleven
12: doce twelve dose
13: trece thirteen trese
14: catorce fourteen
15: quince fifteen
16: dieciseis diesiseis sixteen
17: diecisiete diesisiete seventeen
18: dieciocho diesiocho eighteen
19: diecinueve diesinueve nineteen
21: veintiuno veintiuna veintiun
22: veintidos ventidos
23: veintitres ventitres
24: veinticuatro ventiquatro
25: veinticinco
26: veintiseis
27: veintisiete
28: veintiocho
29: veintinueve
""")
TENS: Final = _table("""
20: veinte twenty
30: treinta thirty
40: cuarenta forty fourty
50: cincuenta fifty
60: sesenta sixty
70: setenta seventy
80: ochenta eighty
90: noventa ninety
100: cien hundred
""")
ORDINALS: Final = _table("""
1: primero primer first
2: second segundo
3: third tercer tercero
4: fourth
5: fifth quinto
6: sixth sexto
7: seventh septimo
8: eighth octavo
9: ninth noveno
10: tenth
11: eleventh
12: twelfth
13: thirteenth
14: fourteenth
15: fifteenth
16: sixteenth
17: seventeenth
18: eighteenth
19: nineteenth
20: twentieth vigesimo
30: thirtieth
""")

# Words that a slip of the finger is mended to. Each costs a place where an honest word may be mistaken for it.
MENDED: Final = _words("""
lunes martes miercoles jueves viernes sabado domingo monday tuesday wednesday thursday friday saturday sunday enero febrero marzo
abril junio julio agosto septiembre octubre noviembre diciembre january february april august september october november december
manana pasado tarde noche mediodia medianoche almuerzo cena cenar comer comida desayuno desayunar almorzar morning afternoon
evening tonight tomorrow today lunch dinner breakfast brunch midnight mesa mesas reserva reservas reservar reservacion reservame
reservation reservations reserve table tables booking book personas persona adultos ninos gente people person adults guests
children cancelar cancela cancelo cancelen anular anula cancel modificar cambiar cambiarla change quiero quisiera queria queremos
quería gracias thanks thank please favor hola buenas buenos somos address seremos seriamos nombre terraza disponibilidad disponible
available availability ocho nueve siete cuatro cinco quince veinte treinta eight seven three twelve media cuarto menos half
quarter oclock confirmo confirmar perfecto hablar horario horarios
""")

# Honest words one slip away from those above, or from an abbreviation: they stay as they are.
HONEST: Final = _words("""
mates males mares mando nombro tarta tardo turno turnos pelo gasto hablo mesero meseros garzon garzones sushi minimo maximo
reservar than then toda todas todo todos come coma confirm confirms medida median metas tale tales cover covers branch junior
carter pearson salado salada entero entera manzana banana pesado pesada chile chili chill chilli luces jueces nieve tree these
threw partes tablet sundae cambian reservan poner mente moneda juicio gusto mover mueve mejora tarjetas salida salsa casado
cansado cerrado cerrada pescado mercado pagado helado quemado enviado quedado contado lado cada comprado madres padres madre padre
adelante servir sirven marcas monte junta noviembre parte hermana hermano semana semanas coche leche anoche masa misa pesa mes
pesos tardes tarda tardan carta marta mario maria julia julian juliana mariano cosa casa cama cela cenas cenamos cenado comen
comes comemos comido comidas vienes viene vienen bienes jugo junto juntos juntas justo cerca hoja hora horas ola bola nadie nadia
sonia sofia luna junio julio abrir abren abril abris abierto abres marcos marzo mayor mayo able cable stable fable cook look took
hook bring boot boots books booked reserved reserves reserving tabla tablas reservado reservada reservo reservamos reservé
reservaron cancelado cancelada canceled cancelled cancels cancelan change changed changes chance chances changing person personal
persian personally adult adulta adulto child quest guess guest nina nino ninas nene quinze cuarta cuartos tuna cine cinta ocio
ochos nuevo nueva nuevos siento siete sientes cuadro cuantos cuantas cuanta cuanto medio medias medios horno horario norman
nombrar nombres hombre hombres someone sumo sumos seremos seria serian gracioso gracia favors flavor flavour never ever seven
several even event events morning mourning lunches launch dinners diner diners inner winner winter finner dining thinner dinero
linen lines twelve think tank thin today toddy toddler noon soon moon room rooms norma noodle nook half calf behalf quart quarters
menus menú menu meses mese mass mess mas masas ceno cenan cene cenes cenara cerrar comerlo comprar compra comite comida bueno
buena gusta guste junten cuento quiere quieren quieres quería querías querida querido pasada pasados pasar pasan pasamos tarjeta
parejas pareja pasado tomar tomas tomate domingos sabados lunch hunch punch bunch tardado nochebuena nochevieja almuerzos
desayunos hablas hablan habla hable hubiera hueco disponibles available table tercera perfecta confirma confirme confirmas
confirmado confirmada confirmación martin martina friend friends fried fridays saturdays sundays mondays tuesdays wednesdays
thursdays april apple apply thanks thanking plead pleased pleasure charge please place places plane persona adultos guests tests
noches sesenta setenta cantar cena terrace terraza terrazas nombre mesera sentar menos menor mensaje mejor mejores
""")

# One word speaks for its language; words that both use speak for neither.
SPANISH: Final = _words("""
el la los las un una unos unas de del al y o u que es en con sin para por mi mis tu su sus yo nosotros nos me te se lo le les si
pero como cuando donde cual cuanto cuantos cuanta hola buenas buenos buen dias tardes noches noche manana hoy pasado quiero
quisiera queria queremos queriamos necesito necesitamos mesa mesas reserva reservas reservar reservame reservacion personas
persona somos seremos seriamos vamos tienen teneis tienes tendrian tendriais hay habra sitio lugar viernes sabado domingo lunes
martes miercoles jueves enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre gracias favor
cena cenar comer comida desayuno almuerzo mediodia medianoche tarde media cuarto menos dos tres cuatro cinco seis siete ocho nueve
diez once doce trece catorce quince veinte treinta esta este estamos esto nombre soy llamo puedo puede podria podemos pueden
podeis cancelar cancela cancele anular anula cambiar cambio mejor tampoco tambien vale claro perfecto dale listo sale bueno adios
chau chao hasta luego porfa aqui ahi alla muy mas ya ser son estan estais abren abris abierto cierran horario precio cuesta carta
terraza dentro fuera afuera nino ninos nina bebe silla trona alergia alergico alergica celiaco celiaca vegano vegetariano
cumpleanos aniversario mama papa mujer marido novia novio esposa esposo hijos hijo hija hermano amigos amigo gente pareja adultos
proximo proxima siguiente semana mes ano dia hora horas quien porque aun todavia ahora ahorita despues antes sobre tipo eso asi va
vengo venimos llego llegamos llegar retraso algo alguna alguien nada nadie otro otra mismo misma creo gusta gustaria joya bacan
chevere sip simon nel nop pues po che perdon perdona perdone disculpa disculpe confirman confirmais aceptan aceptais cobran cobrais
""")
ENGLISH: Final = _words("""
the an of and or to in on at for with without my your his her our their i you he she it we they me us them is are was were be been
am can could would will shall should may might do does did have has had what when where which who how why yes yeah yep nope not
hello hi hey good morning afternoon evening night today tomorrow tonight want wanted need needed like looking table tables
reservation reservations reserve book booking people persons party guests friday saturday sunday monday tuesday wednesday thursday
january february march april june july august september october november december thanks thank please dinner lunch breakfast
brunch noon midnight half quarter past two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen twenty
thirty this that these those there here name under cancel change move instead sure fine great perfect bye goodbye see next week
day hour hours if anything something anyone someone just only also too very more less open close outside inside outdoor kids child
children baby highchair wheelchair allergy allergic vegan vegetarian birthday anniversary wife husband girlfriend boyfriend son
daughter mom mum dad friends friend couple i'd i'll i'm we'd we'll we're it's don't can't that's let's get got make made any some
from by about around would've of's much many still already late early running
""")
