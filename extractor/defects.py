"""What is wrong with an article's text: broken encoding, hidden characters, a missing end, orders to the reader's software.

An order to software is told by its make, not by its wording: an imperative where a clause begins, and an object that only
software has (its instructions, its prompt, its output, its records). ``_WORDS`` holds these words by role and language,
``_RULES`` what their combinations weigh. A sentence of ``_ENOUGH`` points is instruction-like; one that somebody is quoted
as saying needs a point more, because people give each other orders too.
"""

from __future__ import annotations

import base64
import codecs
import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple
from urllib.parse import unquote

from .schemas import Defect
from .schemas.article import DefectKind

_ENOUGH = 3


def find_defects(text: str) -> list[Defect]:
    """What is wrong with ``text``, sorted by start. Takes time in proportion to its length."""
    found = [*_characters(text), *_hidden(text), *_cut_off(text), *_instructions(text)]
    orders = [(d.start, d.end) for d in found if d.kind == "instruction_like"]
    told_already = {  # hidden words inside a passage that is an order as a whole
        inner
        for inner in orders
        for outer in orders
        if inner != outer and outer[0] <= inner[0] and inner[1] <= outer[1]
    }
    found = [d for d in found if d.kind != "instruction_like" or (d.start, d.end) not in told_already]
    return sorted(found, key=lambda defect: (defect.start, defect.end))


# Characters -----------------------------------------------------------------------------------------------------------

_HIGH = r"\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
"""The bytes 80 to BF, which continue a UTF-8 sequence, as latin-1 and as cp1252 show them."""
_HIGH_1251 = r"ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—™љ›њќћџ\xa0ЎўЈ¤Ґ¦§Ё©Є«¬\xad®Ї°±Ііґµ¶·ё№є»јЅѕї"
"""The same, as cp1251 shows them."""
_COUNTED: dict[DefectKind, str] = {
    # Quote marks may follow a capital Ã, Ð or É in sound text: one alone proves nothing. A dagger that ends what a quote
    # mark opened is what some pages make of the broken closing mark.
    "mojibake": rf"�+|â[€\x80][{_HIGH}]?|ð[Ÿ\x9f][{_HIGH}]{{2}}|Ã[\x80-\xbfƒ„†‡ˆ‰€Š™šœžŸ]|Â[\x80-\x9f\xa0-\xbf]"
    rf"|(?:[Ì-Ó×-Û][{_HIGH}]){{2,}}|(?:[à-ï][{_HIGH}]{{2}}){{2,}}|(?:[РС][{_HIGH_1251}]){{3,}}|“[^“”†\n]{{0,1500}}(†)",
    "control_characters": r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]",
}
"""Defects that are given once, with their count."""

_ZERO_WIDTH = r"\u034f\u180e\u200b-\u200f\u2060-\u2064\ufeff"
_LETTER = r"[0-9A-Za-zÀ-ԯ]"  # of scripts in which a zero-width character has no work to do
_TAG = r"[\U000e0000-\U000e007f]"
_HIDING = {
    "tag characters": rf"(?<!{_TAG})(?:(?<!🏴){_TAG}+|{_TAG}{{8,}})",  # up to seven after a black flag are a region's flag
    "a bidirectional override": r"[\u202d\u202e][^\u202c\n]{0,500}\u202c?",
    "variation selectors in a row": r"[\ufe00-\ufe0f\U000e0100-\U000e01ef]{3,}",
    "invisible characters in a row": rf"[{_ZERO_WIDTH}\xad\u061c\u115f\u1160\u17b4\u17b5\u206a-\u206f\u3164\uffa0]{{4,}}",
    "invisible characters inside words": rf"(?<={_LETTER})(?:[{_ZERO_WIDTH}]{{1,3}}+{_LETTER}{{1,8}}+(?:[ -]{_LETTER}{{1,8}}+)?){{3,}}",
    "soft hyphens between letters": rf"(?<={_LETTER})(?:\xad{_LETTER}){{3,}}",
}


def _characters(text: str) -> Iterator[Defect]:
    for kind, pattern in _COUNTED.items():
        places = [m.span(m.lastindex or 0) for m in re.finditer(pattern, text)]
        if places:
            (start, end), count = places[0], len(places)
            detail = f"{count} place{'s' * (count > 1)}, first {text[start:end]!r}"
            yield Defect(kind=kind, start=start, end=end, detail=detail)


_SPELLS_OUT = "tag characters"
"""An invisible alphabet: what it spells has no other reader than software, whatever it says."""
_A_FEW_WORDS = 12


def _hidden(text: str) -> Iterator[Defect]:
    runs = sorted((*m.span(), what) for what, pattern in _HIDING.items() for m in re.finditer(pattern, text))
    done = 0
    for start, end, what in runs:
        if start >= done:
            yield Defect(kind="invisible_characters", start=start, end=end, detail=f"{what}, {end - start} code points")
            if what == _SPELLS_OUT and end - start >= _A_FEW_WORDS:
                yield Defect(kind="instruction_like", start=start, end=end, detail="words that only software can read")
        done = max(done, end)


# The end --------------------------------------------------------------------------------------------------------------

_CLOSED = re.compile(r"[.!?…。！？।॥؟۔։።។။།:;：；\"'”’»›)\]}）】」』*_>|\u0e00-\u0eff]$")  # Thai and Lao close nothing
_STOP_INSIDE = re.compile(r"(?<=\w{4})[.!?]['\"”’»)]? (?=\S)|[。！？।؟۔]['\"”’»」』)]?(?=\S)")
_DANGLING = re.compile(
    r"(?i)[,–—]$|\b(?:and|or|the|an?|of|to|in|with|that|for|by|und|oder|der|die|das|den|mit|gegen|von|et|ou|le|la|les|des?|du|à|que"
    r"|y|o|el|los|en|con|para|e|os|as|em|com|il|di|и|в|на|с|что|і|та|у|що)$"
)
_FURNITURE = re.compile(
    r"(?i)©|https?:|www\.|@|#|\||\b(?:copyright|rights reserved|(?:reporting|editing|writing) by|photo|image|getty|reuters|foto|via"
    r"|read (?:more|the|also)|sign up|subscribe|follow|share|click|newsletter|source|quelle|fuente|tags?|related|updated|published)\b"
)
_PROSE = 12
"""Words without a closing mark that no heading or credit line has. From the development corpus."""


def _cut_off(text: str) -> Iterator[Defect]:
    body = text.rstrip(" \t\r\n\x0b\x0c\x85\xa0\u2028\u2029\ufeff\u200b\u200e\u200f")
    start = max(body.rfind(mark) for mark in "\n\r\x0b\x0c\x85\u2028\u2029") + 1
    line = body[start:]
    if _CLOSED.search(line) or _FURNITURE.search(line):
        return
    tail = max((m.end() for m in _STOP_INSIDE.finditer(line)), default=0)
    words = len(line[tail:].split())
    # A full stop inside shows that the line is prose; without one it takes length, or a last word that must go on.
    if words >= _PROSE or (tail and len(line) - tail >= 20) or (words >= 5 and _DANGLING.search(line)):
        shown = line[-40:].encode("utf-8", "replace").decode()
        yield Defect(kind="truncated", start=start + tail, end=start + len(line), detail=f"ends: …{shown}")


# Orders to software: the words ----------------------------------------------------------------------------------------

_WORDS: dict[str, dict[str, str]] = {
    "OVERRIDE": {  # Imperatives that put something out of force.
        "en": r"ignore|disregard|forget|override|overrule|bypass|neglect|discard|dismiss|skip|drop|erase|cancel|reset|abandon|set aside|throw (?:out|away)|pay no (?:attention|heed) to|take no notice of|(?:do not|don'?t|never|stop|cease) (?:follow(?:ing)?|obey(?:ing)?|apply(?:ing)?|heed(?:ing)?|listen(?:ing)? to|us(?:e|ing)|trust(?:ing)?|adher(?:e|ing) to|comply(?:ing)? with)",
        "de": r"ignorier(?:e|t|en sie)|vergiss|vergesst|vergessen sie|missachte(?:t|n sie)?|verwirf|verwerfen sie|überspring(?:e|en sie)|lass(?:en sie)? (?:\w+ ){1,5}außer acht|beachte(?:t|n sie)?(?=[^.]{0,80}\bnicht)|(?:folge|befolge)(?:n sie)?(?=[^.]{0,80}\bnicht)",
        "fr": r"ignore[zr]?|oublie[zr]?|ne (?:tiens |tenez |tenir )?(?:pas|plus|aucun)(?: tenir)? compte|ne (?:suis|suivez|respecte|respectez) (?:pas|plus)|fai(?:s|tes) abstraction|écarte[zr]|néglige[zr]|laisse[zr]? de côté|outrepasse[zr]",
        "es": r"ignor(?:a|e|ad|en|ar)|olvid(?:a|e|ad|en|ar)|ha(?:z|ga|gan|cer) caso omiso|no (?:sigas|siga|obedezcas|obedezca|hagas caso|haga caso|tengas en cuenta|tenga en cuenta)|descart(?:a|e|ad|ar)|pas(?:a|e) por alto|desestim[ae]",
        "pt": r"ignor(?:e|a|em|ar)|esque(?:ça|ce|çam|cer)|descons(?:idere|iderem|iderar)|descart(?:e|a|ar)|não (?:siga|sigas|obedeça|leve em conta)",
        "it": r"ignora(?:te|re)?|dimentica(?:te|re)?|trascura(?:te|re)?|non (?:seguire|seguite|considerare|considerate|tenere conto)|scarta(?:te|re)?|tralascia(?:te|re)?",
        "ru": r"(?:про)?игнориру(?:й|йте)|игнорировать|забудь(?:те)?|не (?:обращай(?:те)? внимания|учитывай(?:те)?|следуй(?:те)?|выполняй(?:те)?|соблюдай(?:те)?)|отмени(?:те)?|отбрось(?:те)?|пренебреги(?:те)?",
        "uk": r"(?:про)?ігнору(?:й|йте)|ігнорувати|забудь(?:те)?|не (?:звертай(?:те)? уваги|зважай(?:те)?|враховуй(?:те)?|дотримуй(?:ся|тесь|теся)|виконуй(?:те)?)|відкинь(?:те)?|скасуй(?:те)?",
        "ar": r"(?:تجاهل(?:وا|ي)?|انس(?:وا)?|لا (?:تتبع|تلتزم|تنفذ|تأخذ|تراع)|أهمل|تخط|تغاض)(?= (?:ب|عن )?(?:كل|جميع|كافة|أي|هذه|تلك|ما|(?:ال)?(?:تعليمات|أوامر|توجيهات|إرشادات|قواعد|نص|سياق|نفي|رسائل|موجه))(?!\w)|ك\b)",
        "fa": r"نادیده بگیر(?:ید)?|فراموش کن(?:ید)?|توجه نکن(?:ید)?|کنار بگذار(?:ید)?|رعایت نکن(?:ید)?|پیروی نکن(?:ید)?",
        "tr": r"yok say(?:ın(?:ız)?)?|görmezden gel(?:in(?:iz)?)?|dikkate alma(?:yın(?:ız)?)?|unut(?:un(?:uz)?)?|göz ardı ed?t?(?:in(?:iz)?)?|uyma(?:yın(?:ız)?)?|geçersiz say(?:ın)?|bir kenara bırak(?:ın)?",
        "zh": r"忽略|忽视|忽視|无视|無視|忘记|忘記|忘掉|不要?理会|不用理会|不再?遵[守循]|别管|跳过|抛开|撤销",
        "ja": r"無視し(?=、[^。]{0,80}(?:ください|下さい|せよ|しろ|なさい))|無視し(?:てください|て下さい|なさい|ろ|て(?=[^。]{0,80}(?:ください|下さい|せよ|しろ|なさい|すること|出力)))|無視(?:せよ|すること)|忘れ(?:てください|て下さい|なさい|ろ|て(?=[^。]{0,80}(?:ください|下さい|せよ|しろ)))|従わない(?:でください|こと)|破棄し(?:てください|ろ)",
        "ko": r"(?:무시|폐기|취소)(?:하세요|하십시오|하시오|하라(?!고)|해라|해 ?(?:줘|주세요)|하고(?=[^.]{0,80}(?:세요|십시오|시오|하라(?!고)|해라)))|잊(?:어라|으세요|으십시오|어버려|고(?=[^.]{0,80}(?:세요|십시오|하라(?!고))))|따르지 ?(?:마|말)",
        "hi": r"(?:अनदेखा|अनदेखी|नज़रअंदाज़|नजरअंदाज|नज़रंदाज़|उपेक्षा|इग्नोर|रद्द) (?:कर(?:ें|ो|िए)|कर द(?:ें|ो|ीजिए)|कीजिए)|भूल जा(?:एं|एँ|ओ|इए)|पालन न करें|ध्यान न दें",
        "id": r"abaikan(?:lah)?|lupakan(?:lah)?|jangan (?:ikuti|hiraukan|patuhi|pedulikan)|hiraukan|kesampingkan|acuhkan",
        "other": r"negeer|vergeet|sla over|volg(?=[^.]{0,60}\bniet)|(?:z)?ignoruj(?:cie)?|zapomnij(?:cie)?|pomiń(?:cie)?|nie (?:zwracaj uwagi|stosuj|przestrzegaj)|odrzuć(?:cie)?|bỏ qua|phớt lờ|quên|đừng (?:làm theo|tuân theo)|ignorera|glöm|bortse från|ignoră|ignorați|uită|nesocotește",
        "el": r"αγνόησε|αγνοήστε|ξέχνα|ξεχάστε|παράβλεψε",
        "he": r"התעלם|התעלמי|התעלמו|שכח|שכחו",
    },
    "REVEAL": {  # Imperatives that ask for what software keeps to itself.
        "en": r"reveal|print|show|repeat|display|leak|output|disclose|expose|dump|recite|tell me|give me|return|write out|echo|translate|rewrite|rephrase",
    },
    "RULES": {  # What software was told, and the text in which it was told.
        "en": r"(?:all|previous|prior|earlier|preceding|foregoing|above|aforementioned|existing|initial|original|former|built in|your|system|safety|developer|operator)(?: (?!to\b|that\b)\w+){0,4}? (?:instructions?|directions|directives?|commands?|rules|guidelines|guardrails|constraints|restrictions|polic(?:y|ies)|protocols|tasks?|context|programming|training|safeguards|filters|prompts?|schema|criteria|conversation|roles?|persona)|(?:instructions?|directions|rules|guidelines|commands?|text|article|content|sentences?|paragraphs?|passages?|everything|anything|all|whatever|what)(?: (?:that|which|is|are|was|were|has|have|been|i|you|they|just|of the)){0,4} (?:above|before this(?: line| point)?|preceding|so far|up to (?:now|here|this point)|given(?: to you| above)?|received|(?:told|written|stated|said|provided|came|come) (?:to you |so far|above|before|earlier|previously|in the system))|(?:the )?system (?:prompt|message|instructions?)|(?:previous|preceding|above|foregoing|remaining|surrounding|rest of the|remainder of the) (?:text|article|content|document|passages?|sentences?|paragraphs?|story|page)|the (?:article|text)(?=\W{0,3}(?:$|[.!;,])| and\b)|everything you (?:have been|were|ve been) (?:told|asked|instructed|given)(?! about)|the above(?= (?:and|or|but|instead|then|to|in|as|completely|entirely)\b|\W{0,3}(?:$|[.,;:!)\]—–]))|prompts?",
        "de": r"(?:vorherig|vorig|bisherig|obig|früher|vorangehend|vorstehend|vorangegangen|ursprünglich|dein|ihr|eur|all|sämtlich|gegeben|jeglich|vorgegeben|vorausgehend|bestehend|erhalten)\w*(?: \w+){0,3}? (?:anweisung|instruktion|vorgabe|befehl|regel|richtlinie|anleitung|eingabe|aufforderung|kontext|text|inhalt|aufgabe|system\w*|prompt)\w*|(?:anweisung|instruktion|vorgabe|regel|richtlinie|text)\w* (?:oben|zuvor|davor|von oben)|(?:system)?prompts?|alles (?:oben|bisherige|vorherige|vorangegangene|obige|davor|vorher)\w*",
        "fr": r"(?:instruction|consigne|directive|règle|commande|ordre|invite|prompt|contexte|message|texte)s?(?: \w+){0,3}? (?:précédent|antérieur|initial|initiau|ci dessus|plus haut|reçu|donné|d origine|de départ|système|qui précède)\w*|(?:tes|vos|toutes? (?:les|tes|vos)) (?:\w+ )?(?:instruction|consigne|directive|règle)s?|tout ce qui précède|(?:le|ton|votre) prompt|prompt système|ce qui (?:précède|a été dit)",
        "es": r"(?:instrucci(?:ón|ones)|órdenes|directrices|directivas?|reglas|indicaciones|comandos?|mensajes?|contexto|texto|prompts?)(?: \w+){0,3}? (?:anterior(?:es)?|previ[ao]s?|precedentes?|de arriba|inicial(?:es)?|original(?:es)?|recibid[ao]s|dad[ao]s|del sistema)|(?:anteriores|previas|tus|sus|todas (?:las|tus|sus)) (?:\w+ )?(?:instrucciones|reglas|directrices|indicaciones)|todo lo (?:anterior|previo|dicho)|lo anterior|(?:el|tu) prompt",
        "pt": r"(?:instruç(?:ão|ões)|ordens|diretrizes|regras|orientações|comandos?|mensagens|contexto|texto|prompts?)(?: \w+){0,3}? (?:anterior(?:es)?|prévi[ao]s|precedentes?|acima|inicia(?:l|is)|origina(?:l|is)|recebid[ao]s|dad[ao]s|do sistema)|(?:suas|tuas|todas as(?: suas)?) (?:\w+ )?(?:instruções|regras|diretrizes)|tudo o que (?:veio antes|foi dito)|tudo acima|o prompt",
        "it": r"(?:istruzion[ei]|direttiv[ae]|regol[ae]|indicazion[ei]|comand[oi]|messagg[io]+|contesto|testo|prompt)(?: \w+){0,3}? (?:precedent[ei]|qui sopra|sopra|inizial[ei]|original[ei]|ricevut[ei]|dat[ei]|di sistema|del sistema)|(?:precedenti|tue|vostre|tutte le(?: tue)?) (?:\w+ )?(?:istruzioni|regole|direttive)|tutto ciò che precede|quanto (?:sopra|precede|detto)|il (?:tuo )?prompt",
        "ru": r"(?:предыдущ|предшествующ|прежн|вышеуказанн|вышеизложенн|приведенн|приведённ|ранее данн|исходн|сво|тво|ваш|все|системн|полученн|начальн)\w*(?: \w+){0,3}? (?:инструкци|указани|команд|правил|директив|промпт|запрос|текст|контекст|установ|ограничени|сообщени)\w*|(?:инструкци|указани|команд|правил|текст)\w* (?:выше|ранее)|все (?:вышесказанное|вышеизложенное|что (?:было )?(?:\w+ )?(?:выше|раньше|ранее))|промпт\w*",
        "uk": r"(?:попередн|вищенаведен|вищезазначен|наведен|сво|тво|ваш|ус|всі|системн|отриман|початков)\w*(?: \w+){0,3}? (?:інструкці|вказівк|вказівок|команд|правил|директив|промпт|запит|текст|контекст|обмежен|повідомлен|настанов)\w*|(?:інструкці|вказівк|команд|правил|текст)\w* вище|усе (?:сказане|наведене) вище|промпт\w*",
        "ar": r"(?:كل |جميع |كافة |أي )?(?:هذه |تلك )?(?:ال)?(?:تعليمات|توجيهات|إرشادات|أوامر|قواعد|نص|سياق|رسائل)ك?(?: \w+){0,2}? (?:ال)?(?:سابق|مذكور|أصلي|وارد|معطا)\w*|(?:ال)?(?:تعليمات|توجيهات|إرشادات|أوامر|قواعد|نص)ك?(?: \w+){0,2}? (?:أعلاه|قبل هذا|من قبل)|تعليماتك|توجيهاتك|(?:كل )?ما سبق|موجه النظام|تعليمات النظام",
        "fa": r"(?:(?:همه|تمام|کلیه)(?:ی)? )?(?:دستورالعمل|دستور|راهنمایی|قوانین|قواعد|فرمان|متن|پیام)(?: ?ها)?(?:ات|ی|یی)?(?: ?های)?(?: \w+){0,2}? (?:قبلی|پیشین|بالا|فوق|سابق|اولیه|خود|سیستم)(?: را)?|هر ?چه (?:پیش از|قبل از|بالا)\w*|پرامپت",
        "tr": r"(?:önceki|yukarıdaki|daha önceki|bundan önceki|verilen|tüm|bütün|mevcut|ilk)(?: \w+){0,3}? (?:talimat|yönerge|komut|kural|emir|istem|yönlendirme|metin|metn|bağlam|mesaj)\w*|(?:sistem )?istem(?:i|ini|ler)\w*",
        "zh": r"(?:之前|以上|上述|上面|前面|先前|此前|以前|前述|原有|原来|所有|一切|全部|你的|您的|系统|上文|任何)[^。！？]{0,8}?(?:指令|指示|提示词?|说明|命令|规则|内容|设定|要求|约束|限制|任务|对话|文字|文本)|系统提示词?|提示词|(?:之前|先前|所有|以上|上述|你的|系統)[^。！？]{0,8}?(?:說明|規則|內容|設定|提示詞)",
        "ja": r"(?:これまで|以前|上記|前述|先ほど|今まで|前|上|すべて|全て|元|従来|システム|あなた|与えられた)(?:の|に与えられた|まで)?[^。！？]{0,10}?(?:指示|命令|プロンプト|ルール|規則|指令|設定|制約|文脈|内容|文章)(?:を|は|に|すべて|全て|、){0,3}|プロンプト[をは]",
        "ko": r"(?:이전|앞(?:선|서)?|위|지금까지|기존|상기|모든|당신|너|시스템|원래)(?:의|에|까지)?[^.!?。]{0,14}?(?:지시|명령|지침|프롬프트|규칙|설정|제약|내용|메시지|안내)(?: ?사항)?(?:들)?(?:을|를|은|는|에)?(?: (?:모두|전부))?|프롬프트(?:를|는)",
        "hi": r"(?:पिछले|पूर्व|उपरोक्त|ऊपर|पहले|सभी|अपने|मूल|सिस्टम)[^।.!?]{0,20}?(?:निर्देश|आदेश|नियम|प्रॉम्प्ट|पाठ|संदेश|हिदायत)[^।.!?\s]{0,6}(?: को)?",
        "id": r"(?:semua |seluruh |segala )?(?:instruksi|perintah|arahan|aturan|petunjuk|pedoman|konteks|teks|pesan|prompt)(?: \w+){0,3}? (?:sebelumnya|di atas|terdahulu|awal|sistem|asli|mu|anda)|semua (?:instruksi|perintah|aturan)|prompt",
        "other": r"(?:vorige|eerdere|voorgaande|bovenstaande|alle|je|uw)(?: \w+){0,3}? (?:instructies|opdrachten|aanwijzingen|regels|richtlijnen|tekst|prompts?)|(?:systeem)?prompt|(?:poprzedni|wcześniejsz|powyższ|dotychczasow|wszystki|swoj|twoj)\w*(?: \w+){0,3}? (?:instrukcj|polece|wytyczn|zasad|reguł|tekst|prompt)\w*|(?:instrukcj|polece|wytyczn|zasad)\w* (?:powyżej|systemow\w*)|(?:tất cả |mọi )?(?:các )?(?:hướng dẫn|chỉ dẫn|chỉ thị|lệnh|quy tắc|yêu cầu|nội dung)(?: \w+){0,3}? (?:trước|phía trên|ở trên|bên trên|ban đầu|hệ thống)|(?:alla |dina |de )?(?:tidigare|föregående|ovanstående)(?: \w+){0,2}? (?:instruktion|anvisning|regl|regler|text)\w*|(?:toate )?(?:instrucțiunile|regulile|indicațiile)(?: \w+){0,2}? (?:anterioare|precedente|de mai sus)",
        "el": r"(?:όλες |τις |όλες τις )?(?:προηγούμεν|παραπάνω|αρχικ)\w*(?: \w+){0,2}? (?:οδηγί|εντολ|κανόν)\w*",
        "he": r"(?:מ?כל )?(?:מ?ה?)(?:הוראות|הנחיות|כללים|פקודות)(?: \w+){0,2}? (?:ה?קודמות|ה?קודמים|לעיל|שלמעלה)",
    },
    "MACHINE": {  # Software that reads.
        "en": r"ai (?:\w+ )?(?:systems?|models?|assistants?|agents?|chatbots?|bots?|readers?|tools?|crawlers?|software|programs?|engines?|summari[sz]ers?|analysts?|parsers?|extractors?|reviewers?|editors?|translators?|services?|pipelines?)|ais?(?=\W{0,3}[:,;!\])—–]|\W+(?:that|which|who|please|(?:read|process|summari[sz]|extract|pars|analy[sz]|index)ing|notes?|instructions?|directives?|prompts?|commands?)\b)|llms?(?: (?:agents?|readers?|systems?|tools?|pipelines?|bots?))?|(?:large |foundation )?language[-\s]models?|\w{0,20}gpt\w{0,3}|chat gpt|chat ?bots?|copilot|(?:virtual|digital|automated) assistants?|(?:automat(?:ed|ic)|machine|data|text|information|news|summari[sz]ation|extraction|indexing|analysis|analytics|monitoring|classification|annotation|robot(?:ic)?|software|algorithmic) (?:\w+ )?(?:readers?|systems?|tools?|software|pipelines?|parsers?|agents?|extractors?|summari[sz]ers?|processors?|crawlers?|scrapers?|models?|engines?|algorithms?|classifiers?|assistants?|services?|processing)|the (?:model|assistant|parser|extractor|software)(?= (?:must|should|shall|has to|needs to|is (?:required|asked|instructed|to))\b)|(?:web )?(?:crawlers?|scrapers?|parsers?|summari[sz]ers?)|artificial intelligences?|neural networks?|bots",
        "de": r"(?:ki|ai)[-\s]?(?:system|modell|assistent|agent|werkzeug|tool|programm|software|leser|dienst|anwendung)\w*|(?:große\w* )?sprachmodell\w*|sprachassistent\w*|chatbots?|llms?|künstliche\w* intelligenz\w*|(?:automatisch|automatisiert|maschinell)\w* (?:\w+ )?(?:leser|system|auswertung|verarbeitung|werkzeug|dienst|programm)\w*",
        "fr": r"(?:système|modèle|assistant|agent|outil|programme|logiciel|robot|lecteur)s? (?:\w+ )?(?:d |de l )?(?:ia\b|intelligence artificielle|automati\w+)|ia(?=\W{0,3}[:,!])|modèles? de lang\w+|intelligences? artificielles?|traitement automati\w+|agents? conversationnels?|chatbots?|llms?",
        "es": r"(?:sistema|modelo|asistente|agente|herramienta|programa|lector|software|proceso)(?:e?s)? (?:de )?(?:la )?(?:ia\b|inteligencia artificial|automátic\w+|automatizad\w+)|ia(?=\W{0,3}[:,!])|modelos? de lengua\w+|inteligencias? artificial(?:es)?|chatbots?|llms?",
        "pt": r"(?:sistema|modelo|assistente|agente|ferramenta|programa|leitor|software|processo)(?:e?s)? (?:de )?(?:ia\b|inteligência artificial|automátic\w+|automatizad\w+)|ia(?=\W{0,3}[:,!])|modelos? de linguagem|inteligências? artificia(?:l|is)|chatbots?|llms?",
        "it": r"(?:sistem[ai]|modell[oi]|assistent[ei]|agent[ei]|strument[oi]|programm[ai]|software|lettor[ei]) (?:di |d )?(?:ia\b|ai\b|intelligenza artificiale|automatic\w+)|ia(?=\W{0,3}[:,!])|modell[oi] (?:linguistic[oi]|di linguaggio)|intelligenz[ae] artificial[ei]|chatbot|llms?",
        "ru": r"(?:ии|ai)(?=\W{0,3}[:,!])|(?:ии|ai)[-\s](?:систем|модел|ассистент|агент|помощник|бот|инструмент)\w*|(?:систем|модел|ассистент|алгоритм|помощник)\w* (?:ии|искусственного интеллекта)|искусственн\w+ интеллект\w*|(?:больш\w+ )?языков\w+ модел\w+|нейросет\w*|чат-?бот\w*|автоматическ\w+ (?:\w+ )?(?:систем|чита|обработ|анализ)\w*",
        "uk": r"(?:ші|ai)(?=\W{0,3}[:,!])|(?:ші|ai)[-\s](?:систем|модел|асистент|агент|помічник|бот|інструмент)\w*|(?:систем|модел|асистент|помічник)\w* (?:ші|штучного інтелекту)|штучн\w+ інтелект\w*|(?:велик\w+ )?мовн\w+ модел\w+|нейромереж\w*|чат-?бот\w*|автоматичн\w+ (?:\w+ )?(?:систем|читач|обробк)\w*",
        "ar": r"(?:لل|ال|بال)?ذكاء (?:ال)?اصطناعي|(?:لل|ال)?(?:نموذجا?|نماذج) (?:ال)?لغ\w+|(?:لل|ال)?مساعد\w* (?:ال)?(?:ذكي|آلي|افتراضي)\w*|(?:لل|ال)?(?:أنظمة|نظام|برامج|برنامج) (?:\w+ )?(?:ال)?(?:آلي|ذكي)\w*|روبوت\w*",
        "fa": r"هوش مصنوعی|(?:مدل|مدلهای|مدل های) زبانی|دستیار (?:هوشمند|مجازی|هوش)|چت ?بات\w*|(?:سامانه|سیستم) ?(?:های)? (?:خودکار|هوشمند)",
        "tr": r"yapay zekâ\w*(?: (?:sistem|model|asistan|araç|robot)\w*)?|(?:büyük )?dil model\w+|sohbet robot\w*|otomatik (?:\w+ )?(?:sistem|okuyucu|araç|yazılım)\w*|llm\w*",
        "zh": r"人工智[能慧]|(?:大型?)?(?:语言|語言)模型|大模型|聊天机器人|(?<![a-z])ai(?![a-z])|智能(?:助手|助理|系统)|自动(?:化)?(?:系统|程序|处理|摘要|阅读|提取)",
        "ja": r"人工知能|(?:大規模)?言語モデル|(?<![a-z])ai(?![a-z])|チャットボット|自動(?:処理|要約|読み取り|抽出)|アシスタント",
        "ko": r"인공 ?지능|언어 ?모델|챗봇|(?<![a-z])ai(?![a-z])|자동 ?(?:시스템|처리|요약|분석|추출)|어시스턴트",
        "hi": r"एआई|ए\.आई|कृत्रिम बुद्धि|भाषा मॉडल|चैटबॉट|(?<![a-z])ai(?![a-z])|स्वचालित (?:प्रणाली|सिस्टम)",
        "id": r"(?:sistem|model|asisten|alat|agen) (?:ai|kecerdasan buatan|otomatis)|model bahasa|kecerdasan buatan|chatbot|ai(?=\W{0,3}[:,!])",
        "other": r"(?:ai|ki)[-\s](?:system|model|assistent|tool)\w*|taalmodel\w*|kunstmatige intelligentie|chatbots?|(?:system|model|asystent|narzędzi)\w* (?:ai|si|sztucznej inteligencji)|model\w* językow\w+|sztuczn\w+ inteligencj\w+|(?:hệ thống|mô hình|trợ lý|công cụ) (?:ai|trí tuệ nhân tạo)|mô hình ngôn ngữ|trí tuệ nhân tạo|ai(?=\W{0,3}[:,!])|(?:ai|språk)[-\s]?modell\w*|artificiell intelligens|(?:sistem|model|asistent)\w* (?:de )?(?:ia|inteligență artificială)|model\w* lingvistic\w*",
    },
    "ORDER": {  # Imperatives that ask for a text or a record; not those that newspapers also use for "adds" or "indicates".
        "en": r"(?:output|print|return|answer|write|provide|add|list|record|register|log|mark|flag|label|tag|code|treat|report|state|say|set|count|use|fill|change|swap|create|give|make|put|enter|copy|submit|store|name|confirm|assert|quote|cite|note|hide|delete|remove|replace|reverse|attribute|describe|suppress)(?= (?:that|the|this|these|those|it|them|all|any|every|each|both|as|only|no|an?|with|in|to (?:your|the)|nothing|exactly|your|one|two|following|its|his|her|their|json|xml|yaml|here)\b|\W{0,2}[\"'“‘`{\[])|respond|reply|generate|emit|append|insert|include|classify|categori[sz]e|annotate|conclude|summari[sz]e|extract|assign|omit|exclude|leave out|invert|invent|certify|fabricate|(?:do not|don'?t|never|avoid|under no circumstances) (?:mention|report|record|extract|includ|list|cit|quot|reveal|disclos|output|add|creat|flag|treat|say|mark|writ)(?:e|ing)?",
        "de": r"(?:gib|geben sie|antworte(?:n sie)?|schreib(?:e|en sie)?|melde(?:n sie)?|berichte(?:n sie)?|erfasse(?:n sie)?|markiere(?:n sie)?|trag(?:e|en sie)?|füge(?:n sie)?|liste(?:n sie)|nenne(?:n sie)?|vermerke(?:n sie)?|erwähne(?:n sie)?|behand(?:le|eln sie)|stufe(?:n sie)?|setze(?:n sie)?|ergänze(?:n sie)?|werte(?:n sie)?|verzeichne(?:n sie)?|notiere(?:n sie)?|lass(?:en sie)?|führe(?:n sie)?|kennzeichne(?:n sie)?|betrachte(?:n sie)?|lösche(?:n sie)?|nimm|nehmen sie)",
        "fr": r"(?:indiquez|signalez|répond(?:s|ez|re)|écri(?:s|vez|re)|ajoutez|inscri(?:s|vez|re)|enregistre[zr]?|marquez|considérez|classe[zr]|traitez|affirmez|rapportez|génère[zr]?|générez|renvo(?:ie|yez)|retournez|notez|liste[zr]|omet(?:s|tez|tre)|supprimez|affichez|déclarez|incluez|ne (?:mentionne|signale|cite|rapporte|inclu)\w*)",
        "es": r"(?:indique|señale|respond[ae]|escrib[ae]|añada|agreg(?:ue|a)|incluya|registr[ae]|marque|clasifi(?:que|ca)|considere|trate|gener[ae]|devuelv[ae]|anot[ae]|liste|produzca|emita|diga|afirme|declare|omit[ae]|reporte|elimin[ae]|no (?:mencion|inclu|cit|inform|registr|extra|report)\w*)",
        "pt": r"(?:responda|escreva|adicione|inclua|registr?e|marque|classifique|considere|trate|omita|gere|retorne|devolva|relate|anote|liste|produza|diga|afirme|declare|indique|informe|não (?:mencion|inclu|cit|relat|registr|extra|inform)\w*)",
        "it": r"(?:rispond(?:i|a|ete|ere)|scriv(?:i|a|ete|ere)|aggiung(?:i|a|ete|ere)|registra(?:te|re)?|contrassegna(?:te|re)?|segnalate|classifica(?:te|re)|considera(?:te|re)|tratta(?:te|re)|omett(?:i|ete|ere)|genera(?:te|re)?|restitui(?:sci|te|re)|riporta(?:te|re)|elenca(?:te|re)?|includ(?:i|ete|ere)|indicate|annota(?:te|re)?|non (?:menzion|cit|includ|riport|segnal|estra)\w*)",
        "ru": r"(?:ответь|напиши|добавь|запиши|укажи|отметь|сообщи|считай|внеси|включи|классифицируй|выведи|верни|сформируй|создай|зафиксируй|пометь|обозначь|признай|занеси|исключи|удали|перечисли|выдай|не (?:упоминай|сообщай|включай|указывай|записывай|цитируй))(?:те)?",
        "uk": r"(?:відповідай|напиши|напишіть|додай|запиши|запишіть|вкажи|вкажіть|познач|зазнач|повідом|вважай|внеси|внесіть|включи|включіть|класифікуй|виведи|виведіть|поверни|поверніть|створи|створіть|зафіксуй|визнай|виключи|вилучи|видали|перелічи|не (?:згадуй|повідомляй|включай|вказуй|записуй|цитуй))(?:те)?",
        "ar": r"(?:أجب|اكتب|سجل|أضف|أدرج|اذكر|أبلغ|ضع|أنشئ|اعرض|استخرج|احذف|استبعد|قم ب\w+|لا (?:تذكر|تشر|تسجل|تدرج|تبلغ|تستشهد))",
        "fa": r"(?:ثبت|اضافه|درج|حذف|اعلام|تولید|وارد|مشخص|فهرست|طبقه ?بندی|ذکر|گزارش) (?:کن|نکن)(?:ید)?|گزارش (?:بده|دهید|بدهید)|بنویس(?:ید)?|علامت (?:بزن|بزنید|گذاری کنید)|پاسخ (?:بده|دهید|بدهید)|در نظر بگیر(?:ید)?|برگردان(?:ید)?",
        "tr": r"(?:kaydet|kayded|bildir|ekle|işaretle|yanıtla|yanıt ver|cevap ver|raporla|rapor et|rapor ed|belirt|listele|kabul ed|sınıflandır|üret|döndür|değerlendir|göster|bahsetme|belirtme|sil)(?:y?[iıuü]n(?:[iıuü]z)?)|yazınız",
        "zh": r"(?:请|請|务必|只需?|仅|直接|改为)(?:你|您|在[^。]{0,12}|将[^。]{0,24}|把[^。]{0,24}|按[^。]{0,10})?(?:输出|輸出|回答|回复|回復|返回|报告|報告|记录|記錄|写|寫|添加|加入|列|标记|標記|标注|视为|視為|提取|归类|生成|填写|注明|说)|(?:不要|不得|请勿|請勿|切勿|无需)(?:在[^。，]{0,8})?(?:提及|提到|报告|记录|引用|包含|输出|提取|列出)|(?:将|把)[^。！？]{0,30}(?:标记|记录|標記|記錄|标注|列|归类|登记|写|录入)(?:为|為|入|成)(?![^。！？，]{0,12}的)",
        "ja": r"(?:出力|記録|報告|回答|返答|記載|追加|分類|マーク|抽出|表示|生成|要約|明記|記入|登録|削除|除外|省略|引用|言及)(?:し(?:て(?:ください|下さい)|なさい|ろ|ないでください|ないこと)|せよ|すること)|(?:扱っ|書い|述べ|答え|加え|みなし|含め|言及し|触れ)(?:て(?:ください|下さい)|ないでください|ないこと)|(?:扱う|書く|答える|みなす)こと",
        "ko": r"(?:출력|기록|보고|답변|응답|표시|추가|분류|작성|기재|생성|추출|요약|간주|처리|언급|제외|삭제|생략|포함|인용|나열|등록|답)(?:하지 ?(?:마(?:세요|십시오|라)|말(?:라|것))|하(?:세요|십시오|시오|라(?!고)|여라)|해(?:라| ?줘| ?주세요| ?주십시오)|할 것)",
        "hi": r"(?:दर्ज|रिपोर्ट|चिह्नित|शामिल|सूचीबद्ध|वर्गीकृत|उल्लेख|घोषित|प्रस्तुत|आउटपुट)(?: न| नहीं)? (?:कर(?:ें|ो|िए)|कर द(?:ें|ो|ीजिए)|कीजिए)|(?:उत्तर|जवाब|रिपोर्ट|हटा) (?:दें|दो|दीजिए)|लिख(?:ें|ो|िए)|जोड़(?:ें|ो|िए)|मान(?:ें|ो|िए)|बताएं",
        "id": r"(?:tulis(?:lah|kan)?|laporkan(?:lah)?|catat(?:lah)?|tambahkan|tandai|masukkan|nyatakan|keluarkan|hasilkan|sebutkan|anggap|perlakukan|cantumkan|hapus|kembalikan|jawab(?:lah)? (?:dengan|hanya)|jangan (?:sebut|lapor|catat|masuk|kutip|menyebut|cantum)\w*)",
        "other": r"(?:antwoord|schrijf|meld|noteer|registreer|markeer|voeg|vermeld|beschouw|behandel|geef|zet|neem)|(?:odpowiedz|napisz|dodaj|zapisz|oznacz|zgłoś|wypisz|zwróć|uznaj|wymień|potraktuj|podaj|nie (?:wspomin|podaw|zgłasz)\w*)|(?:hãy \w+|đánh dấu|thêm|xuất|liệt kê|chỉ trả lời|đừng \w+|không được \w+)|rapportera|skriv|markera|ange|lägg till|raportează|scrie|marchează|adaugă|include",
    },
    "GOODS": {  # What only software is asked for: its output, and a claim's class in it.
        "en": r"json|xml\b|yaml|(?:in|into|to|from|with|as|of) your (?:\w+ ){0,2}?(?:output|answer|response|reply|summary|report|analysis|extraction|results?|records?|dataset|database)|your (?:\w+ )?(?:output|extraction|json|training|summary)|(?:the|an?|its|this|any) (?:\w+ ){0,2}?(?:output|extraction|schema|dataset|data set|structured data|knowledge graph)(?! \w+ing)|(?:allegations?|actors?|suppliers?|recipients?|denials?|certainty|stage|confidence|evidence) (?:list|array|field|keys?|values?|objects?|records?|section|entry|entries)|(?:an?|one|new|another|this|extra|additional|separate|following|no|single) (?:\w+ ){0,2}?(?:allegations?|records?|entry|entries|denials?|rebuttals?)\b|sentences? (?:number )?\W?\d|as (?:an? |the |being |\w+ ){0,3}?(?:certain|confirmed|verified|factual|facts?|true|truth|established|proven|undisputed|undeniable|definitive|delivered|completed?|high[-\s]confidence|authentic|settled|suppliers?|recipients?|false|withdrawn|retracted)\b|(?:certainty|confidence|polarity|stage|credibility|probability|status)(?: \w+)?(?: to| as| is| of| at)?\W{1,4}(?:certain|confirmed|high|delivered|shipped|positive|verified|probable|true|maximum|1\.0|100)|that (?:\w+ ){1,4}?(?:denied|denies|rejected|rejects|refuted|dismissed|dismisses)\b|nothing else|nothing but|verbatim|exactly (?:this|the following|as)|the following (?:allegation|claim|record|statement|entry|text|sentence|answer|words?|line|object)|(?:the|any|all|his|her|their|its|\w+'?s) (?:\w+ )?(?:denials?|rebuttals?)|(?:this|these) (?:sentence|paragraph|passage|notice|instructions?|note|prompt)|(?:next|previous|following|preceding|above|last) (?:sentence|paragraph|passage|statement)|(?:sentence|paragraph|passage|line)s? (?:that follows?|below|above)|(?:the|all|every|any|each|first|these) (?:\w+ )?(?:allegations?|certainty)|list of (?:suppliers|recipients|sources|actors|allegations)|(?:supplier|recipient|seller|buyer) (?:and|with) (?:the )?(?:supplier|recipient|seller|buyer)|the (?:supplier|recipient)|an empty (?:list|array|object|answer|result)",
        "de": r"json|(?:in|mit) (?:dein|ihr|eur)\w* (?:\w+ )?(?:antwort|zusammenfassung|analyse|ausgabe|bericht|auswertung|liste|extraktion|ergebnis)\w*|(?:die|deine|ihre) ausgabe|als (?:\w+ ){0,3}?(?:sicher|gesichert|bestätigt|gewiss|erwiesen|belegt|tatsache|fakt|geliefert|verifiziert|lieferant|empfänger|wahr|falsch|gewissheit)\w*|(?:ein|weitere|neue|folgende|jede)\w* (?:\w+ ){0,2}?(?:behauptung|vorwurf|anschuldigung|datensatz|eintrag|lieferung)\w*|\w*dementi\w*|nichts anderes",
        "fr": r"json|(?:dans|à|de) (?:ta|ton|votre) (?:réponse|résumé|synthèse|sortie|analyse|rapport|extraction)|comme (?:\w+ ){0,3}?(?:certain|confirmé|vérifié|avéré|établi|prouvé|livré|vrai|faux|fournisseur|destinataire|fait)\w*|(?:une|cette) (?:nouvelle )?(?:allégation|accusation|entrée)|(?:le|tout|les|aucun|son) démenti\w*|rien d autre",
        "es": r"json|en (?:tu|su) (?:\w+ )?(?:respuesta|resumen|salida|análisis|informe|extracción)|como (?:\w+ ){0,3}?(?:ciert|confirmad|verificad|segur|probad|entregad|verdader|fals|proveedor|suministrador|destinatari|hecho|definitiv)\w*|(?:una|esta) (?:nueva )?(?:alegación|acusación|denuncia|entrada)|(?:el|los|ningún|cualquier|su) (?:desmentido|mentís)\w*|la negativa|nada más",
        "pt": r"json|n[ao] (?:sua|seu|tua|teu) (?:\w+ )?(?:resposta|resumo|saída|análise|relatório|extração)|como (?:\w+ ){0,3}?(?:cert|confirmad|verificad|comprovad|entregue|verdadeir|fals|fornecedor|destinatári|fato|definitiv)\w*|(?:uma|esta) (?:nova )?(?:alegação|acusação|entrada)|(?:o|qualquer|nenhum|seu) desmentido\w*|a negativa|nada mais",
        "it": r"json|nel(?:la)? (?:tua|tuo|vostra|vostro) (?:\w+ )?(?:risposta|riassunto|sintesi|uscita|analisi|rapporto)|(?:come|per) (?:\w+ ){0,3}?(?:cert|confermat|verificat|provat|accertat|consegnat|ver[oa]|fals|fornitor|destinatari|fatto|definitiv)\w*|(?:una|questa) (?:nuova )?(?:accusa|voce)|(?:la|le|ogni|alcuna) smentit\w+|nient altro",
        "ru": r"json|в (?:своем |своём |вашем |твоем )?(?:ответе|ответ|резюме|выводе|отчете|отчёте|сводке)|как (?:\w+ ){0,3}?(?:достоверн|подтвержд|доказанн|установленн|факт|поставленн|поставщик|получател|истин|ложн|несомненн|свершивш|завершенн)\w*|(?:подтвержд|достоверн|доказанн|установленн)\w+|(?:новую|одну|эту|это|следующ\w+) (?:\w+ )?(?:запись|обвинение|утверждение)|опровержени\w*|ничего (?:другого|больше|кроме)|поставщик\w*|получател\w*",
        "uk": r"json|у (?:своїй |вашій )?(?:відповіді|відповідь|резюме|звіті|підсумку)|як (?:\w+ ){0,3}?(?:достовірн|підтвердж|доведен|встановлен|факт|поставлен|постачальник|отримувач|одержувач|істинн|хибн|беззаперечн|завершен)\w*|(?:новий|один|цей|наступн\w+) (?:\w+ )?(?:запис|твердження)|спростуванн\w*|запереченн\w*|нічого (?:іншого|більше|крім)|постачальник\w*",
        "ar": r"json|في (?:إجابتك|ردك|ملخصك|المخرجات|مخرجاتك|تقريرك)|(?:على أنه\w*|على أنها|ك|باعتباره\w*) ?(?:\w+ ){0,2}?(?:مؤكد|حقيق|ثابت|تم تسليم|مثبت|صحيح|مورد|كاذب)\w*|كمؤكد\w*|كحقيق\w*|مؤكدة?|(?:أي |ال)?نفي\w*|ادعاء جديد|سجلا جديدا|لا شيء آخر|فقط",
        "fa": r"json|در (?:پاسخ|خروجی|خلاصه|گزارش) ?(?:خود|ات)?|به ?عنوان (?:\w+ ){0,3}?(?:قطعی|تایید شده|تأیید شده|مسلم|حقیقت|واقعیت|تحویل|تامین|تأمین|عرضه|نادرست)\w*|(?:قطعی|مسلم|تأیید شده|تایید شده)|تکذیب\w*|(?:ادعای|مورد|رکورد) جدید\w*",
        "tr": r"json|(?:yanıtın|cevabın|özetin|çıktın|raporun)\w*|(?:kesin|doğrulanmış|teyit edilmiş|onaylanmış|kanıtlanmış|gerçek|teslim edilmiş|tedarikçi)(?: \w+)? (?:olarak|diye)|yalanlama\w*|inkâr\w*|(?:yeni|bir) (?:iddia|kayıt)\w*",
        "zh": r"json|(?:你|您)的(?:回答|回复|答案|摘要|输出|结果|报告|总结)|(?:标记|标注|记录|列|视|归类|登记|標記|記錄|写)(?:为|為|成|入)|否认(?:声明|内容|言论|说法|表态)|的否认|(?:新的?|一[条项个])(?:指控|记录|条目)|确(?:定|凿|认)(?:事实|无误)?|已(?:证实|确认|交付)|事实|供应(?:方|国)|以下(?:内容|文字|结果|句)",
        "ja": r"json|(?:確実|確定|確認済み|事実|検証済み|納入済み|供給(?:元|国|者)|真実)(?:として|と|である)|(?:回答|要約|出力|結果)に|否定(?:発言|声明)?[をはに]|新しい(?:記録|項目|主張)|のみ(?:を)?|だけ(?:を)?|以下の",
        "ko": r"json|(?:확실|확정|확인|검증|사실|입증|인도 완료|공급(?:국|자))[^.]{0,8}?(?:으로|로|라고|다고|것으로)|(?:답변|요약|출력|결과|응답)에|부인[^.]{0,6}?(?:을|를|은)|새로운? (?:기록|항목|주장)|다음(?:과 같이| 내용| 문장)|(?:으로|로)만",
        "hi": r"json|(?:पुष्ट|निश्चित|प्रमाणित|सत्यापित|तथ्य|सिद्ध|आपूर्तिकर्ता|सत्य|पक्का)[^।]{0,8}?(?: के रूप में| माना)?|(?:अपने|अपनी) (?:उत्तर|जवाब|सारांश|रिपोर्ट|आउटपुट)|खंडन|इनकार|नया (?:आरोप|रिकॉर्ड)|केवल",
        "id": r"json|dalam (?:jawaban|ringkasan|keluaran|laporan|hasil) ?(?:mu|anda)|sebagai (?:\w+ ){0,3}?(?:pasti|terkonfirmasi|dikonfirmasi|terverifikasi|terbukti|fakta|benar|pemasok|terkirim|kebenaran)\w*|bantahan\w*|penyangkalan\w*|(?:klaim|tuduhan|entri|catatan) baru|tidak ada yang lain|dengan pasti",
        "other": r"json|als (?:\w+ ){0,3}?(?:zeker|bevestigd|bewezen|feit|geleverd|leverancier)\w*|in (?:je|uw) (?:antwoord|samenvatting|uitvoer)|ontkenning\w*|json|jako (?:\w+ ){0,3}?(?:pewn|potwierdzon|zweryfikowan|dostarczon|fakt|dostawc)\w*|w (?:swojej )?(?:odpowiedzi|podsumowaniu)|zaprzecze\w*|dementi|json|trong (?:câu trả lời|bản tóm tắt|kết quả)|là (?:\w+ ){0,3}?(?:chắc chắn|đã xác nhận|sự thật|đã được xác minh|đã giao)|lời phủ nhận|som (?:\w+ ){0,3}?(?:säker|bekräftad|fakt|levererad)\w*|ca (?:\w+ ){0,3}?(?:cert|confirmat|sigur|livrat)\w*",
    },
}
_SCRIPTS: dict[str, tuple[str, ...]] = {
    r"[a-z]": ("en", "de", "fr", "es", "pt", "it", "tr", "id", "other"),
    r"[\u0400-\u04ff]": ("ru", "uk"),
    r"[\u0370-\u03ff]": ("el",),
    r"[\u0590-\u05ff]": ("he",),
    r"[\u0600-\u06ff]": ("ar", "fa"),
    r"[\u3040-\u30ff\u4e00-\u9fff]": ("zh", "ja"),
    r"[\uac00-\ud7af]": ("ko",),
    r"[\u0900-\u097f]": ("hi",),
}
"""The languages to look for where a sentence holds such a letter. ``other``: Dutch, Polish, Vietnamese, Swedish, Romanian."""
_UNSPACED = frozenset({"zh", "ja", "ko", "hi"})
"""Languages in which ``\\b`` does not find the ends of words."""
_VERB_LAST = frozenset({"fa", "tr", "ja", "ko", "hi"})
"""Languages in which the imperative has a form of its own and comes after its object."""

# Orders to software: the rules ----------------------------------------------------------------------------------------

_ROLES = ("OVERRIDE", "OVERRIDE_LAST", "REVEAL", "ORDER", "ORDER_LAST", "MACHINE", "RULES", "GOODS")
_MARKS = {role: chr(0xE001 + number) for number, role in enumerate(_ROLES)}
_CLAUSE, _END = "\ue000", "\ue00f"
_HEAD = r"^\W{0,6}|[.!?:;…\"“”„«»(\[{<>*#•|—–。！？：；「『【》】」』]\W{0,4}|(?<!\w)-\W{0,3}|\b(?:please|kindly|now|then|instead|also|just|simply|immediately|from now on|henceforth|therefore|you (?:must|should|shall|will|can|may|are to|need to|have to|are required to)(?: \w+ly| now| always| only| also)?|bitte|jetzt|nun|stattdessen|dann|veuillez|merci d[e ]|vous devez|tu dois|maintenant|por favor|ahora|debes?|deben|agora|você deve|per favore|ora|devi|dovete|alsjeblieft|proszę|пожалуйста|теперь|вы должны|ты должен|будь ласка|тепер|ви повинні|ти повинен|يرجى|الرجاء|رجاء|من فضلك|الآن|عليك أن|يجب أن|tolong|mohon|harap|silakan|sekarang|anda harus|kamu harus|hãy|vui lòng) |(?:请|請|务必|必须|必須|现在|立即|马上|应当|你要|你应)(?:你|您|先|立即)?"
"""Where a clause may begin with its verb: after a mark other than a comma, after "please", after "you must"."""

_SHAPES = {
    "HEAD": "\ue000[\ue001-\ue00f]*",
    "MACHINE_END": _END,
    **_MARKS,
    "GAP": r"(?:[^.!?。！？؟।]|\.(?=\w)){0,60}?",
    "MUST": r"(?:must|should|shall|has to|have to|needs? to|is to|are to|ought to|(?:is|are) (?:required|asked|instructed|requested|directed|obliged) to)",
    "PAGE": r"(?:this|the (?:above|following|present|attached)|these) (?:news )?(?:article|text|page|document|story|report|passage|file|dispatch|input|sentence|paragraph)s?\b",
    "READ": r"(?:read|answer|process|pars|summari[sz]|analy[sz]|extract|ingest|index|scann?|review|translat|annotat|consum|crawl|interpret|classify|handl)",
    "PROGRAM": r"(?:models?|software|assistants?|machines?|parsers?|robots?|algorithms?|agents?|computers?|(?:language|text) technolog(?:y|ies)|generators?|pipelines?|extractors?|summari[sz]ers?|crawlers?)",
    "OUTPUT": r"(?:answer|output|summary|response|reply|extraction|analysis|json|results?|dataset)",
    "MUST_ELSEWHERE": r"(?:\b(?:müssen|sollen|sollten|gebeten|doivent|devraient|deben|deberían|devem|deveriam|devono|dovrebbero|должны|обязаны|мають|повинні|على|يجب|ينبغي|باید|harus|wajib)\b|m[ae]l[iı](?:d[iı]r)?|必须|必須|应当|应该|须|べき|なければなら|해야|चाहिए)",
    "CLASS_ELSEWHERE": r"(?:\b(?:als|comme|como|come|как|як|sebagai) (?:\w+ ){0,2}?(?:bestätig|gesichert|erwiesen|tatsache|certain|confirm|avéré|ciert|cert|подтвержд|достоверн|факт|підтвердж|достовірн|pasti|fakta|terkonfirmasi)\w*|على أنه\w* مؤكد\w*|قطعی|(?:kesin|doğrulanmış|onaylanmış) olarak|(?:为|為)已?(?:确认|证实|事实|確認)|(?:確定|事実)として|(?:확정|사실|확인)[^.]{0,8}?로|पुष्ट|प्रमाणित|dementi\w*|démenti\w*|desmentido\w*|smentit\w+|опровержени\w*|спростуванн\w*|bantahan)",
    "CLASS": r"(?:certain|confirmed|verified|factual|facts?|true|truth|established|proven|undisputed|undeniable|definitive|delivered|completed?|settled|high confidence|instructions?|suppliers?|recipients?|sellers?|buyers?|(?:\w+ )?sources?|false|withdrawn|retracted)\b",
    "SCALE": r"\b(?:certainty|confidence|stage|polarity|status|probability|credibility)\b",
    "WRITE": r"(?:output|report|record|list|mark|state|treat|include|extract|classify|label|register|log|conclude|summari[sz]e|add|omit|assume|consider|enter|note|present|answer|respond|ignore|disregard|mention|count)\b",
    "CLAIM": r"(?:\w+ )?(?:claims?|allegations?|transfers?|deliver(?:y|ies)|sales?|shipments?|deals?|denials?|statements?|suppliers?|recipients?|article|passages?|sentences?|paragraphs?|records?|facts?)\b",
    "THAT": r"(?: (?:that (?!they|it\b|you\b|users?|the (?:user|text|content|image))|(?:this|these|the|all|any|every|no|only the) (?:following |above |rest of the )?<CLAIM>|(?:it|this|them|these) as|the (?:following|above|rest)|only that|nothing)\b)",
    "NOTE": r"(?:\b(?:notes?|notice|message|correction|attention(?! (?:à|aux?)\b)|instructions?|guidance|advice|memo|reminder|request|warning|information|directive|advisory|commands?|hinweis|anmerkung|anweisung|nachricht|achtung|remarque|avis|consigne|nota|aviso|mensaje|atención|instrucci(?:ón|ones)|atenção|mensagem|instruç(?:ão|ões)|avviso|attenzione|messaggio|istruzion[ei]|примечание|внимание|сообщение|указание|инструкция|примітка|увага|повідомлення|інструкція|вказівка|ملاحظة|تنبيه|تعليمات|رسالة|یادداشت|توجه|پیام|دستور|not|uyarı|mesaj|dikkat|talimat|catatan|perhatian|pesan|instruksi|lưu ý|ghi chú|uwaga|opmerking)\b|注意|提示|通知|指令|指示|お知らせ|알림|주의|지시|안내|नोट|सूचना|ध्यान दें|निर्देश)",
    "TOWARDS": r"(?:(?:for|to|dear|hey|hi|hello|attn|an (?:alle|die|das)|für|pour|à l attention d\w*|para|per|для|إلى|برای|untuk|dla|voor)\b|致|给)",
    "NAME": r"<MACHINE>[^<MACHINE_END>]{1,60}<MACHINE_END>",
    "SAYS": r"(?:\b(?:said|says|say|told|tells?|urge[sd]?|warn(?:s|ed)?|advise[sd]?|rule[sd]|argue[sd]?|demand(?:s|ed)?|explain(?:s|ed)|testified|radioed|announced|wrote|writes|replied|shouted|ordered|instructed|asked|according to|sagte|erklärte|hieß es|dit|déclar\w+|affirm\w+|dijo|declaró|afirmó|señaló|disse|afirmou|ha detto|сказал\w*|заявил\w*|сообщил\w*|сказав|заявив|заявила|повідомив|قال\w*|أعلن\w*|صرح\w*|گفت\w*|اعلام کرد|dedi|söyledi|açıkladı|kata|ujar|tegas)\b|表示|称|说道|述べた|語った|말했다|밝혔다|कहा)",
}
"""What the rules are built of beside the words: parts that several of them share."""


class _Rule(NamedTuple):
    """What one combination of words tells."""

    sign: str
    """In words, for the defect's detail. Of all rules of one sign only the strongest counts."""
    points: int
    """3: enough, but not in somebody's speech. 4: enough anywhere. 1 and 2: only with other signs."""
    reach: int
    """How far it reaches beyond its sentence. 0: no further. 1: over what follows, if nothing is ordered yet. 2: to the end
    of the line that it opens."""
    pattern: re.Pattern[str]
    marked: bool
    """Whether it is looked for in the marked text."""
    needs: frozenset[str]
    """The marks without which there is nothing to find: a shape names a role only if it cannot do without it."""


_TABLE = r"""
puts instructions out of force
3 1 <HEAD><OVERRIDE><GAP><RULES>
3 1 <RULES><GAP><OVERRIDE_LAST>
3 1 <HEAD>(?:alle?|sämtliche|die|vorherige\w*|bisherige\w*|obige\w*) [^.!?:,]{0,40}?\b(?:anweisung|vorgabe|instruktion|regel|prompt|richtlinie)\w*(?<!zu)\W{1,6}(?:ignorieren|vergessen|missachten|verwerfen)\W{0,4}(?:$|[.!:]|und )
3 1 \b(?:(?:your|previous|prior|above|preceding|earlier|foregoing|original|system) (?:\w+ ){0,2}?(?:instructions?|rules|prompts?|guidelines|constraints)|(?:instructions?|rules|prompts?|guidelines) (?:above|before this|you (?:were|have been) given))(?: \w+){0,3}? (?:(?:are|is|have been|has been|were)(?: \w+)? (?:void|obsolete|superseded|invalid|cancel+ed|outdated|revoked|replaced|rescinded|overridden|suspended|expired|updated|changed|lifted)|no longer appl(?:y|ies)|do(?:es)? not apply)\b
3 1 \b(?:this|the following)(?: \w+){0,2}? (?:overrides|supersedes|replaces|takes precedence over) (?:\w+ ){0,3}?(?:instructions?|prompts?|guidelines|rules|directives)
gives software an order
3 0 <MACHINE><GAP><HEAD><ORDER>
3 0 <MACHINE><GAP><HEAD><OVERRIDE>
3 0 <NAME>\W{0,2},\W{0,6}<ORDER>
3 0 <NAME>\W{0,2},\W{0,6}<OVERRIDE>
3 0 <MACHINE><GAP><GAP><ORDER_LAST>
3 0 <MACHINE>(?=[^.!?。।]{0,160}?<MUST_ELSEWHERE>)[^.!?。।]{0,120}?<CLASS_ELSEWHERE>
3 0 \b(?:mandatory|required|essential|obligatory|compulsory) for <NAME> to <WRITE>
3 0 \b(?:whoever|whatever|anyone who|anything that) (?:pars|process|extract|summari[sz]|ingest|index)\w* (?:this|it|these)\b
2 0 \b(?:<PROGRAM>|ai|systems?|readers?|tools?|llms?|chatbots?|programs?|translators?|bots)\b[^.!?]{0,60}?\b(?:<MUST>|please) (?:\w+ly |not |always |only |also |never ){0,3}<WRITE>(?=<THAT>)
tells what must be done
1 0 \byou\b[^.!?]{0,60}?\b<MUST> (?:\w+ly |not |always |only |also |never ){0,3}<WRITE>(?=<THAT>)
addresses software
3 1 \b(?:sistemas?|programas?|softwares?|herramientas?|ferramentas?|outils?|systèmes?|logiciels?|sistem[ai]|modell[io]|modelos?|modèles?|systeme?|programme?|robots?|(?:taal)?modellen|bots) (?:[^\W\d]+ ){0,3}?(?:que|qui|che|die|das|welche[rs]?) (?:\w+ ){0,3}?(?:proces\w+|traite\w*|analy\w+|anali\w+|resum\w+|extra\w+|index\w+|le(?:a|an|ia|iam|gga|ggono|ggano|zen)|lit|lisent|lesen|verarbeit\w+|elabor\w+)(?: (?:este|esta|ce|cet|cette|questo|questa|quest|diesen|dieses|dit|deze|o presente)\b)?
3 1 ^\W*(?:polecenie|instrukcja|uwaga|opdracht|instructie|instrucciones?|instruções|istruzioni|consignes?|anweisung(?:en)?|інструкці\w+|инструкци\w+) (?:dla|voor|para|per|pour|für|для) (?:\w+ ){0,3}?(?:asystent\w*|model\w*|bot\w*|robot\w*|ia|ki|sztucznej|assistent\w*|asistente\w*|assistente\w*|асистент\w*|ассистент\w*)\W{0,3}:
4 2 <HEAD>(?:\w+(?:'s)? ){0,2}<NOTE>(?! (?:on|about|from|of|by|over|zu|zur|über|sur|sobre|su|sulla|о|об|про)\b)[^:：.!?—–\n]{0,30}?<NAME>(?:(?:\W{1,6}\w+){0,5}?\W{0,3}(?:[:：](?!\d)|\])|\W{0,3}[—–])
4 2 <HEAD><TOWARDS>\W{0,6}(?:\w+\W{1,6}){0,2}?<NAME>[^.!?:：。\n—–]{0,40}?[:：](?!\d)
4 2 <HEAD><NAME>(?:\W{0,6}(?:notes?|instructions?|directives?|prompts?|override|not|talimat)\b|[^.!?:：。\n]{0,14}?(?:注意|提示|指令|指示|お知らせ|알림|주의|지시|안내|नोट|सूचना|ध्यान दें|निर्देश|توجه))\W{0,3}[:：—–\]]
3 2 <HEAD>(?:note|notice|message|instructions?|guidance|directive|request|reminder|order|to|for|dear|attention)(?: to| for)? (?:the |any |all |every |whatever |this |your ){0,2}(?:\w+ |\w+'s ){0,3}?<PROGRAM>\b[^.!?:\n]{0,40}?[:—–]
4 1 <HEAD>(?:assistant|model|computer|machine|system|ai|chatgpt|claude|gemini|grok|siri|llama|deepseek|extractor|parser)\W{0,3},\W{0,6}(?:please |kindly )?<ORDER>
3 1 <HEAD>(?:assistant|model|computer|machine|system|ai|chatgpt|claude|gemini|grok|siri|llama|deepseek|extractor|parser)\W{0,3},\W{0,6}(?:please|kindly)\b
3 1 <HEAD>(?:dear|hey|hi|hello|attention|ok|okay|@)\W{0,6}(?:\w+ ){0,2}?<NAME>\W{0,2}[,!]
4 1 \b(?:if|when|as|since|because|while|should|in case|assuming|whenever) (?:you(?: are| re)?|(?:this (?:\w+ )?is (?:being )?)?<READ>\w* by) (?:an? |the |any )?(?:\w+ ){0,2}?<MACHINE>
4 1 \bas (?:an? |the )?(?:\w+ ){0,3}?<NAME>[^.!?:,]{0,40}\W{0,3}your?\b
4 1 (?:\b(?:en tant que?|como|als|come|как|як|به عنوان|sebagai)\W{1,6}(?:un[ae]? |eine? )?|بصفتك |作为|作為)<NAME>\W{0,6}(?:(?:vous|tu|debes?|usted|du|sie|você|deves?|devi|ты|вы|ти|ви|شما|باید|anda|kamu)\b|你|您)
4 1 \b(?:if|when|should|whenever) (?:an? |any |some )?(?:ai|llm|machine|bot|computer|robot|language model|chatbot|assistant|model)s? (?:is |are )?<READ>\w* (?:this|it)\b
4 1 \b(?:if|when|should|in case|assuming|whenever|as) (?:this|it) (?:\w+ )?(?:is|gets|are) (?:being )?(?:<READ>\w*|seen) by (?:an? |any )?(?:\w+ )?(?:machine|computer|software|robot|program|bot)s?\b
3 1 (?:\b(?:wenn|falls|bist) du|wenn sie eine?|si vous êtes|si tu es|si eres|si usted es|si es usted|se você é|se sei|se siete|если (?:ты|вы)|якщо (?:ти|ви)|(?:إذا|إن) كنت\w*|(?:jika|kalau|bila) (?:anda|kamu)|(?:如果|若|假如)你是|あなたが|당신이|(?:यदि|अगर) आप|اگر(?=[^.!?]{0,60}هستی)|eğer(?=[^.!?]{0,60}s(?:en|eniz|anız|an)\b))[^.!?:。।]{0,16}?<MACHINE>
3 1 <MACHINE>(?:\W+\w+){0,4}?\W+(?:<READ>\w*ing\b|that|which|who|die|der|das|qui|que|che|котор\w+|що|як[іиа]\w*|التي|الذي|که|yang|które|która)\W(?:\w+ ){0,4}?(?:<PAGE>|this(?=\W*(?:$|[,:;.!)\]—–-]))|dies\w+ (?:artikel|text|beitrag|bericht)|ce(?:t|tte)? (?:article|texte|page)|est[ea] (?:artículo|texto|artigo|documento|página|noticia)|questo? ?(?:articolo|testo)|(?:эту|этот|данную|данный) (?:статью|текст|материал)|ц(?:ю|ей) (?:статтю|текст)|هذا (?:المقال|النص|التقرير|الخبر)|این (?:مقاله|متن|خبر|گزارش)|(?:artikel|teks|berita) ini)
3 1 \b(?:<PROGRAM>|systems?|tools?|programs?|readers?)\b(?:\W+\w+){0,4}?\W+(?:<READ>\w*ing\b|(?:that|which|who) (?:\w+ )?<READ>\w*) (?:\w+ )?(?:<PAGE>|this(?=\W*(?:$|[,:;.!)\]—–-])))
3 1 (?:(?:阅读|读取|处理|分析|总结|摘要)(?:本|此|这篇|该)(?:文|篇|页)\w{0,4}的|(?:この|本)(?:記事|文章|テキスト|文書)を\w{0,6}|이 (?:기사|글|문서|텍스트)를 \w{1,8} |bu (?:makale|metn|haber|yazı)\w* \w+[ea]n |इस (?:लेख|पाठ|समाचार|खबर) को \w+[^।]{0,12}?)<MACHINE>
gives the reader a role
3 1 \b(?:stay|remain|keep) in character\b|\blet(?: us|'?s) play a (?:game|role)\b[^.!?]{0,60}\byou\b
3 1 \byou (?:are|re|will be)(?: now| no longer| only| hereby| an?| the){0,3} (?:\w+ ){0,2}?<MACHINE>
3 1 (?:\b(?:du bist|sie sind|tu es|vous êtes|eres|usted es|você é|tu sei|lei è|ты|вы|ти|ви|أنت|تو|شما|sen|siz|anda adalah|kamu adalah)\b|你(?:现在)?\W?是|您是|あなたは|당신은|너는|आप)[^.!?。:]{0,40}?<MACHINE>
3 1 (?:\byou are|<HEAD>(?:act|behave|respond|operate|function|pretend to be|role ?play|imagine you are|consider yourself|speak))(?: now| no longer| hereby| as| like| an?| the){0,3} (?:\w+ ){0,2}?(?:dan|jailbroken|unrestricted|unfiltered|uncensored|(?:developer|debug|admin|maintenance|god) mode|assistant(?! (?:secretary|coach|manager|director|professor|editor|attorney|chief|minister|commissioner|prosecutor|to))|extractors?|parser|annotator|classifier|data ?base|terminal|simulator)\b
3 1 <HEAD>(?:(?:switch to|enter|enable|activate|go into) (?:\w+ )?(?:developer|debug|admin|maintenance|god|dan|unrestricted|override) mode|act as (?:\w+ ){1,4}?(?:bot|ai|model|assistant|database|engine|system|software)\b|override (?:\w+ ){0,2}\d*\W{0,2}:)|\byou (?:are|re) (?:no longer|not) (?:bound|limited|restricted|constrained) (?:by|to)\b
3 1 <HEAD>(?:act|behave|role ?play|pretend|imagine) (?:as|like|to be|being|(?:that )?you are)\b[^.!?]{0,30}?<MACHINE>
speaks of the reader's prompt
4 2 <HEAD>(?:new |updated |the )?(?:system|developer|root|admin|operator|vendor|user)(?:'?s)? (?:prompt|messages?|instructions?|notes?|override|commands?|directives?|notice)(?: (?:override|updated?|follows|begins?|starts?|ends?))?\W{0,3}[:\]>—–]
3 2 <HEAD>(?:system(?:nachricht|meldung|anweisung)|message (?:du )?système|mensaje del sistema|mensagem do sistema|messaggio (?:di|del) sistema|системн\w+ сообщени\w|системн\w+ повідомлення|رسالة النظام|پیام سیستم|sistem mesajı|pesan sistem|(?:系统|系統)(?:消息|提示|指令|讯息)|システム(?:メッセージ|指示)|시스템 ?(?:메시지|지시)|सिस्टम संदेश)\W{0,3}[:：—–]
3 0 <HEAD><REVEAL><GAP><RULES>
3 2 <HEAD>(?:system|admin|root) override\W{0,6}$
3 0 <HEAD>(?:report|tell|inform|explain|answer|assure) (?:to )?(?:the |your )(?:users?|readers?|human|operator|analysts?)(?: that|\W{0,3}[:：])
3 1 \byour (?:developers?|operators?|administrators?|creators?|programmers?)\b(?! account| tools?| mode)
3 0 \bthe (?:user|developer)s? (?:now |has |have |also ){0,2}(?:wants?|asks?|asked|requires?|instructs?|instructed|expects?|requested) you to\b
2 1 \b(?:everything|anything|nothing|all|text|what(?:ever)?|the) (?:\w+ ){0,2}?(?:above|below|after|before|beyond) this (?:line|point|marker|notice)\b
announces a new task
3 1 \byour (?:previous|prior|current|last|original|first|old) (?:task|job|assignment|work|instructions?) (?:is|was|are|were|has been|have been) (?:now )?(?:finished|over|complete[d]?|done|cancel\w+|void|ended|replaced)\b
3 1 \b(?:data |information )?extraction\b[^.!?]{0,40}\b(?:guidelines?|instructions?|rules?|conventions?)\b[^.!?]{0,40}\b(?:is|are|as follows)\b|\b(?:is|are) to be coded as\b
3 1 \binstructions? from (?:the |your )?(?:\w+ )?(?:developers?|operators?|administrators?|system|vendor|provider)\b
3 1 <HEAD>(?:the )?(?:new|next|updated|revised|real|actual|true|override|mandatory) (?:task|instructions?|prompt|directives?|commands?|objective|assignment|role|persona)(?: for \w+(?: \w+)?)?(?: begins?| follows?| is)?\W{0,3}[:：—–\]]
3 1 <HEAD>(?:begin|start) (?:of )?(?:the )?(?:new |next )?(?:task|instructions?|prompt)\b|\byour (?:new|real|only|actual|true|next) (?:\w+ )?(?:task|instructions?|objective|directive|prompt|purpose)(?: now)? (?:is|are)\b
3 1 <HEAD>(?:(?:aktuelle|neue) (?:aufgabe|anweisung)\w*|nouvelles? (?:tâche|instruction|consigne)s?|nuev[ao]s? (?:tarea|instruccion)\w*|nov[ao]s? (?:tarefa|instruç)\w*|nuov[aei] (?:istruzion|compit)\w*|нов\w+ (?:задани|инструкци|задач)\w*|нов[еаі] (?:завдання|інструкці)\w*|(?:التعليمات|المهمة|تعليمات|مهمة) (?:ال)?جديدة|yeni (?:görev|talimat)\w*|新(?:的)?(?:任务|指令|指示)|新しい(?:指示|タスク|命令)|새로운? (?:지시|작업|명령)\w*|नए? (?:निर्देश|कार्य)|دستور جدید|(?:tugas|instruksi) baru)\W{0,3}[:：]
pretends that the article ends
4 2 ^\W*(?:this is )?(?:the )?(?:end|begin(?:ning)?|start|stop|close|eof) (?:of )?(?:the |this )?(?:new |real |actual |user |system |untrusted |input |news ){0,2}(?:article|document|text|input|data|context|prompt|content|page|instructions?|file|excerpt|source|passage|task)s?\b(?: (?:data|text|input|content|section|block|below|here))?(?:\W*$|\W{0,3}[\])}>*=#|.!—–])
4 2 ^\W*(?:end of article|ende (?:des|der|vom) (?:artikel|text|dokument|eingabe|nachricht)\w*|fin (?:de l |du |del? |de la )(?:article|texte|document|artículo|texto|documento|noticia|entrada)\w*|fim d[oa] (?:artigo|texto|documento|notícia)|fine (?:dell |del )(?:articolo|testo|documento)|конец (?:статьи|текста|документа|материала|ввода)|кінець (?:статті|тексту|документа)|نهاية (?:المقال|النص|المستند|الخبر)\w*|پایان (?:مقاله|متن|خبر|سند)|(?:makale|metin|haber|belge)\w* sonu|(?:文章|正文|全文|本文|文档|记事|記事|テキスト)(?:到此)?(?:结束|終了|終わり|終)|(?:기사|본문|문서|텍스트) ?(?:끝|종료)|(?:लेख|समाचार|पाठ) (?:समाप्त|का अंत)|akhir (?:artikel|teks|dokumen|berita))(?:\W*$|\W{0,3}[\])}>*=#|:：.!—–])
4 2 [\[({<*=#-]\W{0,6}(?:the )?(?:article|text|document) (?:ends|ended|is over)(?: here)?\W{0,6}[\])}>*=#-]
3 1 \b(?:the )?(?:above|previous|preceding|foregoing)(?: text| article| story| content| passage| paragraphs?| sentences?)? (?:was|is|were|are) (?:only |just |merely )?(?:an? |the )?(?:test|example|draft|sample|placeholder|fictional|fake|outdated|decoy|demo)\b|\bnothing (?:above|before|below) this (?:line|point)\b
3 1 \b(?:real|actual|true|genuine) (?:article|text|story|document|task|instructions?|input) (?:begins?|starts?|follows?|is) (?:here|below|now|after)|<HEAD>(?:stop <READ>\w*ing (?:here|this|the (?:article|text))|(?:do not|don'?t|stop|never) <READ>\w* (?:the (?:rest|remainder)|any further|anything else))\b
2 1 <HEAD>(?:the |this )?(?:news )?(?:article|text|data|input)(?: to \w+)? (?:ends|stops|is over|is finished|has ended|is complete) (?:here|now)\b
has a chat template's marks
4 2 </?(?:istruzioni|istruzione|instrucciones|instrucción|instruções|anweisung(?:en)?|consignes?|инструкц\w+|інструкц\w+|talimat\w*|指令|指示|지시)\b[^>]{0,40}>
3 2 ^\W*(?:асистент|помічник|помощник|asystent|assistent)\W{0,2}[:：](?!\W*$)
4 2 <\|\W{0,2}(?!(?:im )?end\W|eot)\w{2,20}(?: \w{2,12}){0,2}\W{0,2}\|>|\[inst\]|<sys>|<start of turn>|#{2,} ?(?:instruction|system|response|assistant|human|user|prompt|task|new|override|end)s?\b
4 0 <\|\W{0,2}(?:im )?(?:end|eot)(?: \w{1,12}){0,2}\W{0,2}\|>|\[/inst\]|</sys>|<end of turn>
4 2 </(?:article|document|context|instructions?|system|prompt|assistant|user|data|input|content|source|passage|news|text|untrusted\w*)\s?>|<(?:instructions?|system|prompt|assistant|admin|override|llm|ai)\b[^>]{0,80}>|\[(?:system|assistant|developer|ai|llm|admin)\b[^\]]{0,30}[\]:]|\{\{? ?(?:system|assistant|instructions?|prompt)\b
3 2 ^\W*(?:assistant|developer|chatgpt|gpt\S{0,3}|llm|ассистент|助手|アシスタント|어시스턴트|asistente|assistente|asistan|المساعد|دستیار)(?: (?:message|prompt|note|override|instruction|response|output)s?)?\W{0,2}[:：>](?!\W*(?:what|how|why|who|when|is|are|can|could|will)\b)
3 2 ^\W*(?:system|ai|user|human|система|系统|システム|시스템|sistema|système)\W{0,2}[:：>](?=[^\w\n]*\w+(?:[^\w\n]+\w+){7}|[^\w\n]*[^\x00-\u0900\n]{12})(?!\W*(?:what|how|why|who|when|is|are|can|could|will|the new|a new)\b)
2 2 ^\W*(?:system|user|human)\W{0,2}[:：>]
has an answer ready made
4 2 [{\[,]\s{0,20}\\?["'“”](?:allegations?|actors?|suppliers?|recipients?|attributions?|denials?|denier|certainty|polarity|weapons?|evidence|sources?|stage|sentences?|phrase|summary|excluded|publication|claims?|quantity|confidence|verdict|status|answer|response|result|output|role|content|instructions?|responses|items|name|id|kind)\\?["'“”]\s{0,4}[:=]
4 2 ```|\b(?:supplier|recipient|stage|certainty|polarity|weapon)s?\s?=\s?["'\w]|["'](?:\w+ ){0,3}(?:instructions?|prompt|llm|ai)(?: \w+){0,3}["']\s{0,4}:|\b(?:certainty|polarity|stage)\W{1,4}(?:certain|positive|delivered|shipped|high|1\.0)\b(?=\W{1,4}(?:\w+ ?[:=]|$))
2 0 <SCALE>(?: is| as)?\W{1,4}(?:certain|positive|negative|delivered|shipped|high|maximum|1\.0|100)\b
3 2 <HEAD>(?:machine readable|structured|pre extracted|ready made|correct|expected|ground truth|reference|model) (?:\w+ )?(?:summary|data|record|version|metadata|output|answer|extraction|json|annotation|labels?)s?(?: \w+){0,4}?\W{0,2}[:：]
orders what to write
3 0 <HEAD><ORDER><GAP><GOODS>
3 0 <HEAD><OVERRIDE><GAP><GOODS>
3 0 <GOODS><GAP><ORDER_LAST>
3 0 <HEAD>(?:mark|record|register|classify|label|tag|code|log|flag|list|set|enter|treat|report|count|regard|consider|extract|annotate|rate|name)\b(?!\W+(?:your|as)\b)(?: that| this| it| them| the| all| any| every| each| these| both)?(?:\W+(?!\w+(?:ed|s|ing)\b)\w+){0,12}?\W+as (?:an? |the |being |\w+ ){0,3}?<CLASS>
3 0 <HEAD>(?:mark|rate|set|consider|deem|declare|label|count|flag) (?:all|every|each|the|this|these|any)(?: \w+){1,4}? (?:certain|confirmed|verified|true|delivered|settled)\b
3 0 (?:<HEAD>|\b(?:and|then) |,\s?)(?:set|change|update|assign|put|raise|lower|choose|select|use|fill)\b<GAP><SCALE>[^.!?]{0,40}?(?:to|as|=|:) ?\W{0,3}(?:<CLASS>|high|shipped|positive|probable|maximum|none|null|\d)
3 0 \b(?:in|for|to|at the end of|throughout) your (?:\w+ ){0,2}?(?:<OUTPUT>|report|records?)\W{1,6}(?:please |always )?<ORDER>
3 0 \byour (?:\w+ ){0,2}?<OUTPUT> (?:<MUST>|may only|can only)\b|\b(?:make sure|ensure|see to it|essential|important|required|imperative)(?: that)? your (?:\w+ ){0,2}?<OUTPUT>\b
3 0 \b(?:summary|output|json|response|extraction) (?:that )?you (?:write|produce|generate|give|return|output|create|extract)\b[^.!?]{0,30}? <MUST>
3 0 <HEAD>(?:return|output|extract|respond|emit|generate|produce|store|do nothing)\b<GAP>(?:for|from|about|with|on|to) <PAGE>|<HEAD>extract (?:nothing|no|only)\b|\bby <READ>\w*ing (?:<PAGE>|this|it) you (?:agree|accept|must|confirm|are)
3 0 \b(?:summar(?:y|ies)|extractions?|outputs?|datasets?|databases?) (?:of|from|based on|derived from|made from|built on) <PAGE>[^.!?]{0,60}? <MUST> (?:not |never |always |only )?\w+
3 0 <HEAD>(?:(?:answer|respond|reply|output|return|print|write) (?:only|solely|strictly|exclusively|nothing but) (?:with|in|as)|(?:output|return|print|emit) (?:nothing|none|null|exactly|just)|(?:output|emit) only|only (?:output|return|print|emit)|(?:answer|respond|reply) (?:in|with) (?:one|a single|exactly))\b
3 0 <HEAD>(?:antworte(?:n sie)? (?:nur|ausschließlich)|répond(?:s|ez) (?:uniquement|seulement)|respond[ae] (?:sol[oa]|únic|solamente)\w*|responda (?:apenas|somente|só)|rispond(?:i|a|ete) (?:solo|soltanto|esclusivamente)|(?:ответь|отвечай)(?:те)? (?:только|лишь)|відповідай(?:те)? (?:лише|тільки)|أجب فقط|jawab(?:lah)? hanya)\b|(?:回答|回复|输出)[只仅](?:写|说|输出|用)|[只仅](?:回答|输出|回复)[“「『"‘]
3 0 <HEAD>(?:write|state|respond|reply|conclude|assert) that (?!again|way|down|is\b)|<HEAD>(?:raise|lower|increase|maximi[sz]e|change|swap|reverse) (?:the )?(?:certainty|polarity|suppliers? and|recipients? and|direction of the (?:transfer|sale|delivery))\b|\bdu (?:sollst|musst)\b[^.!?]{0,80}?\bals (?:\w+ ){0,2}(?:sicher|gesichert|bestätigt|tatsache|erwiesen|geliefert)
3 0 \b(?:this|the following|the above) (?:\w+ )?(?:sentence|paragraph|passage|statement|claim|allegation|transfer|delivery|sale|record|entry|information|note|shipment)(?: \w+){0,3}? <MUST> (?:not )?(?:always )?be (?:\w+ as (?:an? |the |\w+ ){0,2}?<CLASS>|extracted|output|annotated|omitted from|\w+ (?:verbatim|word for word))|\b(?:the following|this) must be \w+ verbatim|\b(?:claims?|allegations?|statements?|transfers?|denials?) (?:in|of) <PAGE> (?:\w+ ){0,2}?(?:counts?|ranks?|qualif\w+|be \w+) as (?:\w+ ){0,2}?<CLASS>
3 0 \b(?:denials?|claims?|allegations?|statements?|transfers?)\b[^.!?]{0,50}? <MUST> (?:not |never |always )?be (?:extracted|ignored by <PROGRAM>|(?:recorded|marked|listed|logged|entered|treated|reported) as (?:\w+ ){0,2}?<CLASS>)
3 0 \bfor (?:the )?purposes? of (?:this|the|your) (?:extraction|summary|task|annotation)
2 0 <HEAD>(?:pretend|act as if|make believe|behave as if|fabricate|invent|hallucinate)\b
1 0 (?:<HEAD>|\b(?:and|then|instead|only|always) |,\s?)(?!ignore|disregard)(?:<WRITE>|(?:say|write|confirm|assert|claim|reply|print|return|declare|describe|set|insist|pretend|invent|create|tell|give|translate|reveal)\b)
1 0 (?:<HEAD>|\b(?:et|und|y|e|и|і|en|lalu|dan|and) |[,、，]\s?)<ORDER>
1 0 <ORDER_LAST>
tells how to read the text
2 1 \b(?:when|while|if|before|after|as|whenever|for) (?:you <READ>\w*|<READ>\w*ing(?: \w+){0,3}?) (?:\w+ ){0,3}?(?:<PAGE>|it\b)
hides its wording
4 1 (?:ignore|disregard|forget|override|bypass)(?:all|any|the|your|my|every|of|previous|prior|above|earlier|preceding|system){1,5}(?:instructions?|prompts?|rules|text|guidelines)|(?:report|record|mark|list|add|output|confirm)(?:that|this|the|an|it|as){1,3}(?:certain|confirmed|allegation|transfer|delivery|fact|verified|json)|systemprompt
names what only software writes
2 0 \bstructured (?:output|data|summary)\b|\byour (?:output|json|extraction|prompt|schema)\b
1 0 \b(?:json|yaml)\b|as (?:certain|confirmed|verified|a fact|established|proven|true)\b|in your (?:<OUTPUT>|report)|<PAGE> <MUST>|this (?:instruction|prompt)\b|with (?:full|maximum|high|complete|absolute) (?:certainty|confidence)|certainty\b
names software
1 1 <MACHINE>
"""
"""Signs, and below each its rules: points, reach, shape."""


# Orders to software: how a sentence can be read -----------------------------------------------------------------------


class _Fold(dict[int, str]):
    """What a code point is compared as: without case, accents, width and style; nothing, where it cannot be seen."""

    def __missing__(self, code: int) -> str:
        seen = "".join(char for char in unicodedata.normalize("NFKD", chr(code)) if not _is_unseen(char))
        is_mark = 0xE000 <= code <= 0xE00F  # in the text itself, our marks mean nothing
        self[code] = "" if is_mark else unicodedata.normalize("NFC", seen).casefold().translate(_SAME)
        return self[code]


def _is_unseen(char: str) -> bool:
    kind = unicodedata.category(char)
    # Indic and south-east Asian vowels and the two kana sound marks are letters for us.
    is_mark = kind in {"Mn", "Me"} and not ("\u0900" <= char < "\u1ab0" or char in "\u3099\u309a")
    return is_mark or kind == "Cf" or (kind == "Cc" and not char.isspace()) or char in "\u115f\u1160\u3164\uffa0\u0640"


_SAME = str.maketrans("ıیىک’‘ʼ_", "iييك''' ")
"""Characters that writers and keyboards of one language use for each other."""
_ALIKE = (
    *("aаαɑᴀ4@", "bьвβʙ8", "cсᴄ", "dԁᴅ", "eеεєᴇ3", "fғꜰ", "gԍɡɢց9", "hһнհʜ", "iіιɪ1", "jјյᴊ", "kкκᴋ", "lӏʟ", "mмᴍ"),
    *("nпηոɴ", "oоοօᴏσ0", "pрρᴘ", "qԛ", "rгʀ", "sѕꜱ5$", "tтτᴛ7", "uυսᴜ", "vνᴠ", "wԝωᴡ", "xхχ", "yуγүʏ", "zᴢ2"),
)
"""Each Latin letter, and what passes for it (after Unicode TR 39, confusables)."""
_AS_LATIN = str.maketrans({look: letters[0] for letters in _ALIKE for look in letters[1:]})
_AS_CYRILLIC = str.maketrans("aeopcyxikmtbh", "аеорсухікмтвн")
_MIXED = re.compile(r"[a-z][0-9@$]+[a-z]|[a-z][\u0370-\u058f]|[\u0370-\u058f][a-z]|[ɪʟʀɴɢʙʏʜꜰꜱ\u1d00-\u1d2b]")
_LETTERS = re.compile(r"(?<!\w)\w(?:\W{1,3}\w(?!\w)){7,}")


def _spelt(read: Callable[[str], bytes]) -> Callable[[re.Match[str]], str]:
    """A replacement that gives the text a code spells, or the code itself where that is no text."""

    def shown(match: re.Match[str]) -> str:
        try:
            return "\n" + read(match[0]).decode()
        except ValueError:
            return match[0]

    return shown


def _carried(char: str) -> str:
    """The ASCII that a tag character or a variation selector stands for; a line break for anything else."""
    byte = ord(char) - 0xE0000 if char < "\U000e0080" else ord(char) - 0xE00F0
    return chr(byte) if 0x20 <= byte < 0x7F else "\n"


_SMUGGLED = r"[\U000e0020-\U000e007e\U000e0100-\U000e01ef]"
_READINGS: dict[str, tuple[str, str | Callable[[re.Match[str]], str]]] = {
    "in capitals": (r"[A-ZÀ-ÞЀ-Я]{2,}(?:[^\w\n]{1,4}[A-ZÀ-ÞЀ-Я]{2,})+", r"\n\g<0>\n"),
    "smuggled": (rf"(?s)\A(?:(?!{_SMUGGLED}).)*+{_SMUGGLED}.*", lambda m: "".join(map(_carried, m[0]))),
    "between invisible characters": (rf"[{_ZERO_WIDTH}\xad\u3164]+", " "),
    "in base64": (r"(?<![\w+/-])[A-Za-z0-9+/_-]{20,}={0,2}", _spelt(lambda s: base64.urlsafe_b64decode(s + "=="))),
    "in hexadecimal": (r"(?<!\w)(?:[0-9A-Fa-f]{2}\s?){16,}", _spelt(bytes.fromhex)),
    "in escapes": (r"\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4}))", lambda m: chr(int(m[1] or m[2], 16))),
    "in HTML entities": (r"&#?\w{2,8};", lambda m: html.unescape(m[0])),
    "in percent signs": (r"(?:%[0-9A-Fa-f]{2})+", lambda m: unquote(m[0])),
    "in ROT13": (
        r"(?s)\A.*?(?:[Vv]taber|[Qq]vfertneq|vafgehpgvba|cebzcg|bhgchg).*",
        lambda m: codecs.encode(m[0], "rot13"),
    ),
    "backwards": (r"(?s)\A.*?(?:erong[iI]|dragersi[dD]|noitcurtsn[iI]|tpmor[pP]|tuptu[oO]).*", lambda m: m[0][::-1]),
}
"""Ways in which a model can read what a person does not see: what to replace in the sentence, and by what."""


def _views(sentence: str, fold: _Fold) -> dict[str, str]:
    """The sentence, folded, as it stands and as a model may read it, each with how that is."""
    plain = sentence.translate(fold)
    views = {plain: ""}
    for how, (code, shown) in _READINGS.items():
        if re.search(code, sentence):
            views.setdefault(re.sub(code, shown, sentence).translate(fold), f" {how}")
    if _MIXED.search(plain):
        for table in (_AS_LATIN, _AS_LATIN | {ord("1"): "l"}, _AS_CYRILLIC):
            views.setdefault(plain.translate(table), " in letters that look alike")
    for run in _LETTERS.finditer(plain):
        narrow = min(map(len, re.findall(r"\W+", run[0])))
        words = [re.sub(r"\W", "", word) for word in re.split(rf"\W{{{narrow + 1},}}", run[0])]
        views |= dict.fromkeys((" ".join(words), "".join(words)), " letter by letter")
    return views


# Orders to software: how a sentence is weighed ------------------------------------------------------------------------


def _pattern(shape: str) -> re.Pattern[str]:
    """The shape, filled in, for folded text; a blank in it stands for all that may stand between two words."""
    while (filled := re.sub(r"<([A-Z_]+)>", lambda m: _SHAPES[m[1]], shape)) != shape:
        shape = filled
    shape = shape.replace(" ?", r"\W{0,6}").replace(" ", r"\W{1,6}")
    fold = _Fold({code: chr(code) for code in range(0xE000, 0xE010)})
    return re.compile("".join(char if char.isascii() else fold[ord(char)] for char in shape), re.MULTILINE)


@cache  # compiling takes longer than reading an article, and most articles need one script only
def _finders(script: str) -> dict[str, re.Pattern[str]]:
    """What finds the words of each role in the languages of a script."""
    finders = {}
    for role in _MARKS:
        words = _WORDS[role.removesuffix("_LAST")]
        codes = [c for c in _SCRIPTS[script] if c in words and (c in _VERB_LAST or not role.endswith("_LAST"))]
        spaced = "|".join(words[code] for code in codes if code not in _UNSPACED)
        shapes = [words[code] for code in codes if code in _UNSPACED] + ([rf"\b(?:{spaced})(?!\w)"] if spaced else [])
        if shapes:
            finders[role] = _pattern("|".join(shapes))
    return finders


def _marked(view: str) -> str:
    """The view with a mark before each word that has a role and where a clause begins, and one after software's names."""
    clauses = {m.end() for m in _BEGIN.finditer(view)}
    marks = {(at, _CLAUSE) for at in clauses}
    for script in _SCRIPTS:
        has_verb = False  # the roles that come after the verbs mean nothing without one
        for role, words in _finders(script).items() if re.search(script, view) else ():
            if role in {"RULES", "GOODS"} and not has_verb:
                continue
            for match in words.finditer(view):
                marks |= {(match.start(), _MARKS[role])} | ({(match.end(), _END)} if role == "MACHINE" else set())
                has_verb |= role.endswith("_LAST") or match.start() in clauses
    pieces, done = [], 0
    for at, mark in sorted(marks):
        pieces += [view[done:at], mark]
        done = at
    return "".join([*pieces, view[done:]])


def _rules(table: str) -> Iterator[_Rule]:
    sign = ""
    for line in table.strip().splitlines():
        if not line[0].isdigit():
            sign = line
            continue
        points, reach, shape = line.split(" ", 2)
        names = {name.replace("NAME", "MACHINE") for name in re.findall(r"<([A-Z_]+)>", shape)}
        needs = frozenset(_MARKS[role] for role in names & _MARKS.keys())
        yield _Rule(sign, int(points), int(reach), _pattern(shape), bool(needs) or "HEAD" in names, needs)


_RULES = tuple(_rules(_TABLE))
_BEGIN = _pattern(_HEAD)
_SPEECH_BEFORE = _pattern(r"<SAYS>")
_SPEECH_AFTER = _pattern(r"[,.!?。、][\"”»’」』]|[,\"”»]\W{0,5}(?:\w+\W+){0,8}?<SAYS>")
_TOLD_YOU = _pattern(r"\byou (?:were|are|have been) \w+")
_GOES_ON = _pattern(
    r"^\W{0,6}(?:(?:then|also|finally|next|instead|furthermore|\d{1,2})\W{1,6})?"
    r"(?:<ORDER>|<OVERRIDE>|<WRITE>|(?:say|write|reply|do not|never)\b|[{}\[\]])|<ORDER_LAST>\W{0,6}$"
)
"""A sentence that continues the orders before it."""


class _Reading(NamedTuple):
    detail: str
    reach: int
    orders: bool
    """Whether it says itself what to do, so that the next line need not."""


def _reading(sentence: str, fold: _Fold) -> _Reading | None:
    """What makes the sentence an order to software, or None."""
    orders = False
    for view, how in _views(sentence, fold).items():
        marked = _marked(view)
        marks = set(marked)
        rules = (rule for rule in _RULES if rule.needs <= marks)
        hits = [(rule, match) for rule in rules if (match := rule.pattern.search(marked if rule.marked else view))]
        orders |= any(not rule.reach for rule, _ in hits)
        points = sum(dict(sorted((rule.sign, rule.points) for rule, _ in hits)).values())
        if points < _ENOUGH:
            continue
        main, match = max(hits, key=lambda hit: hit[0].points)
        if points >= _ENOUGH + _is_speech(match):
            words = re.sub(r"[\ue000-\ue00f]", "", match.string[match.start() :]).split()
            shown = " ".join(words)[:90].encode("utf-8", "replace").decode()
            return _Reading(f"{main.sign}{how}: {shown}", 0 if main.reach == 1 and orders else main.reach, orders)
    return None


def _is_speech(match: re.Match[str]) -> bool:
    """Whether the words are somebody's who is quoted, with or without quotation marks."""
    before = match.string[: match.start() + 1]
    opened = sum(map(before.count, "“«„「『")) > sum(map(before.count, "”»」』")) or before.count('"') % 2
    said = _SPEECH_BEFORE.search(_TOLD_YOU.sub("", before)) or _SPEECH_AFTER.search(match.string, match.end())
    return bool(opened or said)


# Orders to software: where they stand ---------------------------------------------------------------------------------

_FULL_STOP = r"(?:(?<!\b[A-Za-z])(?<!\b(?:Mr|Dr|St|No))(?<!\b(?:Mrs|Gen|Sen|Rep|Col|Gov))\.|[!?…])[.!?…]{0,4}[\"'”’»)\]*_]{0,4}(?=\s)|[。！？।؟۔][」』”’)]{0,2}"
_PIECE = re.compile(rf"\S(?:[^\n]{{0,1200}}?(?:{_FULL_STOP}|(?=\n|<!--|```)|-->|\Z)|[^\n]{{0,1200}})")
_STOPPED = re.compile(rf"(?:{_FULL_STOP}|-->)\s*\Z")
_COLUMNS = 100
"""Longest line of a text whose lines are broken to fit a page (RFC 3676 asks for 78; some mailers take more)."""
_REACH = 4_000
"""Characters that a sentence or an order reaches over at most: more than a paragraph has."""
_ANNOUNCES = re.compile(
    r"(?i)[:：]\W*\Z|\bfollowing\b|folgende|suivant|siguiente|seguinte|seguente|следующ|наступн|التالي|aşağıdaki|以下|下列|次の|다음|निम्न|berikut"
)
_NUMBER = re.compile(r"\[\d{1,4}\]\s*\w")
_ENCLOSED = re.compile(
    r"(?is)<!--(?:(?!<!--).){0,4000}?-->|```[^`]{0,4000}```|\[inst\](?:(?!\[inst\]).){0,4000}?\[/inst\]"
    r"|<(system|instructions?|prompt|assistant)\b[^<>]{0,200}>[^<]{0,4000}</\1>"
)


def _instructions(text: str) -> Iterator[Defect]:
    fold = _Fold()
    read = cache(lambda sentence: _reading(sentence, fold))  # pages repeat themselves
    numbered = "[1]" not in text  # else numbers in brackets are references
    held: list[tuple[int, int, str]] = []
    until, last = 0, -1  # the offset that an order reaches to; the end of the sentence before
    for start, end, opens_line in _sentences(text):
        sentence = text[start:end]
        found = read(sentence)
        if not found and numbered and _NUMBER.match(text, start):
            found = _Reading("bears a sentence number like the reader's own", 0, orders=True)
        if found:
            until = _reach(text, (start, end), found, opens_line)
            held.append((start, end, found.detail))
        elif start < until or (held and held[-1][1] == last and _GOES_ON.search(_marked(sentence.translate(fold)))):
            held.append((start, end, ""))
        last = end
    yield from _whole(text, held)


def _reach(text: str, span: tuple[int, int], order: _Reading, opens_line: bool) -> int:
    """The offset before which sentences belong to the order at ``span``."""
    end = span[1]
    line_end = text.find("\n", end, end + _REACH)
    rest = (end, line_end if line_end >= 0 else end + _REACH)
    if order.reach and opens_line and text[slice(*rest)].strip():
        return rest[1]
    following = re.compile(r"\S").search(text, end)
    announces = (order.reach and not order.orders) or _ANNOUNCES.search(text, *span)
    return following.end() if following and announces else end


def _sentences(text: str) -> Iterator[tuple[int, int, bool]]:
    """Where each sentence stands, and whether it opens a line. One that was broken into lines is one."""
    narrow = max(map(len, text.split("\n"))) <= _COLUMNS
    first, last, opens_line = 0, 0, True
    for match in _PIECE.finditer(text):
        start, end = match.span()
        gap = text[last:start]
        adjoins = last and gap.count("\n") == 1 and end - first <= _REACH
        stopped = _STOPPED.search(text, max(first, last - 12), last + 1)
        runs_on = narrow or text[start].islower() or _DANGLING.search(text, max(first, last - 40), last)
        if not (adjoins and runs_on) or stopped:
            if last:
                yield first, last, opens_line
            first, opens_line = start, "\n" in gap or not last
        last = end
    if last:
        yield first, last, opens_line


def _whole(text: str, held: list[tuple[int, int, str]]) -> Iterator[Defect]:
    """The passages as defects: joined where they adjoin, and widened to the comment, block or tag around them."""
    regions = [(*m.span(), "") for m in _ENCLOSED.finditer(text)] if held else []
    joined: list[tuple[int, int, str]] = []
    for start, end, detail in sorted([*held, *regions]):
        if joined and not text[joined[-1][1] : start].strip():
            first, last, before = joined.pop()
            joined.append((first, max(last, end), before or detail))
        else:
            joined.append((start, end, detail))
    for start, end, detail in joined:
        if detail:
            yield Defect(kind="instruction_like", start=start, end=end, detail=detail)
