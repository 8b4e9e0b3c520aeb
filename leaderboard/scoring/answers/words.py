"""The words by which people and models choose, reject, hedge and correct themselves.

All patterns read lower-case text that `text` has made plain. Every repeat is bounded, so
that each match takes constant time.
"""

# ruff: noqa: E501, RUF001 -- patterns stay on one line; other scripts' characters are meant.

from leaderboard.late import late_pattern
from leaderboard.scoring.answers.cues import CueTable

# --- the answer is ... ---------------------------------------------------------------------------

IS = (
    r"(?:, (?:then|therefore|thus|again|however),)?(?:[\"')\]]?\s?(?:::?|=>?|->|→|\|(?!\s?[\n-])|-(?=\s))|\s(?:is|are|was|would be|will be|should be|must be|has to be"
    r"|remains|being|can only be|could only be|would therefore be|should therefore be|is therefore|is thus|is clearly"
    r"|(?:seems|appears) to be|has been|becomes|turns out to be|to be|ist|sind|lautet|wäre|est|sont|serait"
    r"|es|son|sería|é|são|seria|è|sono|sarebbe|olarak|is:)(?![^\W_])|'s\s"
    r"|\s(?=(?:n'est pas|no (?:es|son)|não (?:é|são)|non (?:è|sono))\b))"
)
_TO_WHOM = (
    r"(?:,?\s(?:to|for|based on|in|here|of|given|from|that|which|i|we|you|among)\b"
    r"[^.\n:;?!=]{0,80}?)?"
)
_NOUN_TAIL = (
    r"(?:\s(?:letters?|choices?|options?|key|selected|chosen|correct[ao]?s?|correctes?|corretas?|corrett[ae]|esatt[ae]"
    r"|giust[ae]|exactas?|certas?|finale?)|\s?\([^()\n]{0,40}\))?"
)

NOUNS = {
    "answer": r"answers?(?:\(s\))?", "choice": r"choices?", "option": r"options?", "selection": r"selections?",
    "response": r"response", "decision": r"decision", "pick": r"pick", "solution": r"solution",
    "prediction": r"prediction", "verdict": r"verdict", "guess": r"guess", "conclusion": r"conclusion",
    "key": r"(?<!answer )key", "output": r"output",
    "diagnosis": r"diagnosis", "selected": r"selected", "ans": r"ans\.?", "vote": r"vote",
    "letter": r"letter", "my bet": r"my bet", "correct": r"correct(?: one)?", "result": r"result",
    "chosen": r"chosen", "right one": r"right ones?", "final": r"final", "richtig": r"richtig", "korrekt": r"korrekt",
    "correcta": r"correcta", "corretta": r"corretta", "correta": r"correta", "richtige": r"richtige", "bonne": r"bonne",
    "antwort": r"antwort(?:en)?", "lösung": r"lösung", "réponse": r"réponses?", "reponse": r"reponse",
    "respuesta": r"respuestas?", "opción": r"opci[oó]n", "opcion": r"opcion",
    "resposta": r"respostas?", "alternativa": r"alternativa", "gabarito": r"gabarito",
    "opção": r"opção", "risposta": r"rispost[ae]", "opzione": r"opzione", "ответ": r"ответы?",
    "вариант": r"вариант", "cevap": r"cevap", "yanıt": r"yanıt", "seçenek": r"seçenek",
    "antwoord": r"antwoord", "odpowiedź": r"odpowiedź", "svar": r"svar(?:et)?",
    "jawaban": r"jawaban(?:nya)?", "đáp án": r"đáp án", "відповідь": r"відповідь",
}  # fmt: skip
"""Words that name an answer, each behind the literal that must be present for it to match."""

NOUN_CUES = CueTable(
    {literal: rf"{noun}{_NOUN_TAIL}{_TO_WHOM}{IS}" for literal, noun in NOUNS.items()}
)
CONVENTIONAL = late_pattern(
    r"\b(?:usual|usually|textbook|classic|classical|classically|conventional|conventionally|traditional"
    r"|typical|typically|standard|normally|generally|ordinarily|naive|obvious|popular|knee-jerk)\b"
)
"""Before an answer: it is that of most such questions, and gives way to any other."""
NEEDS_QUALITY = frozenset(
    {"options", "choices", "option", "correct", "letter", "opción", "opcion", "alternativa",
     "opção", "opzione", "вариант", "seçenek", "result", "diagnosis", "solution", "response",
     "output", "final", "richtig", "korrekt"}
)  # fmt: skip
"""Nouns that name the answer only behind a word of QUALITY or at the start of a line."""

PLURAL_LIST = late_pattern(r"(?:options|choices)\b")
QUALITY = late_pattern(
    r"\b(?:correct|right|best|final|chosen|selected|my|only|most \w{3,14}|likely|appropriate"
    r"|richtige|korrekte|bonne|correcte|correta|corretta|правильный|верный|doğru)\s$"
)
QUALITY_AFTER = late_pattern(
    r"\s(?:correct[ao]?s?|correctes?|corretas?|corrett[ae]|esatt[ae]|giust[ae]|richtig|doğru)\b"
)
FINAL = late_pattern(
    r"\b(?:final|ultimate|definitive|corrected|revised|updated|endgültige|finale|définitive"
    r"|последний|окончательный|nihai)(?:\s(?:and \w{1,10}|correct|best|answer|my|chosen))?\s?$"
)
BAD_QUALITY = late_pattern(
    r"\b(?:wrong|incorrect|false|worst|least(?: \w{1,14})?|another|other|alternative|possible|plausible"
    r"|potential|second(?:[ -]best)?|next(?:[ -]best)?|third|tempting|distractor|initial|preliminary"
    r"|tentative|original|previous|earlier|student's?|common|patient's|falsche|mauvaise|incorrecta"
    r"|errada|sbagliata|неправильный|yanlış|one|two|an|either|each|every|any|which|what|no|this"
    r"|not|rejected|excluded|discarded|eliminated|dismissed|remaining|his|her|their|its|example|sample|working|provisional)\s$"
)
BARE_NOUN = late_pattern(
    r"(?:^|[\n.!?;:]\s?|\b(?:the|my|correct|final|right|best|is)\s)"
    r"(?P<noun>answers?|choice|antwort|réponse|respuesta|resposta|risposta|ответ|cevap|ans)"
    r"(?: option| (?:correcta|correta|corretta|correcte))? (?=[\[(\"']?[a-z](?![a-z\d]))"
)
"""A noun right before a letter, without `is` or a colon: `Answer B`."""
BARE_NOUN_LITERALS = (
    "ans", "choice", "antwort", "réponse", "respuesta", "resposta", "risposta", "ответ", "cevap",
)  # fmt: skip
"""One of them stands in whatever BARE_NOUN matches."""

DIRECT = CueTable(
    {
        "答案": r"答案\]?(?:应该|應該|应|應|就|为|為|选|選|选择|選擇){0,3}\s?(?:是|为|為|:|选|選|=|应为|應為)?\s?",
        "答:": r"(?<![回解])答:\s?",
        "倾向": r"倾向于(?:选择?)?\s?",
        "只有": r"只有(?:选项)?(?=[a-j](?:选?项)?(?:才?能|可以|符合|正确|可解释))",
        "最有可能": r"最有可能(?:的)?(?:选项|答案|诊断)?(?:是|为)?\s?",
        "最可能": r"最可能(?:的)?(?:选项|答案|诊断)?(?:是|为)?\s?",
        "正确的": r"正确的(?:答案|选项)?(?:应该|应|就)?是\s?",
        "认为": r"认为(?:答案)?(?:应该|应)?(?:是|选|为)\s?",
        "选": r"(?:应|應|故|因此|所以|我|就|请|本题|則|则)?选(?!项)(?:择|定)?(?:选?项)?\s?[:是]?\s?",
        "選": r"(?:應|故|因此|所以|我|就|請)?選(?!項|択)(?:擇|定)?(?:選?項)?\s?[:是]?\s?",
        "正确选项": r"正确(?:的)?选项(?:应该|应|就)?(?:是|为|:)?\s?",
        "正確": r"正確(?:的)?選項(?:應該|應|就)?(?:是|為|:)?\s?",
        "答え": r"答え(?:は|:|が)?\s?,?",
        "正解": r"正解(?:は|:)\s?,?",
        "正答": r"正答(?:は|:)\s?,?",
        "回答": r"回答(?:は|是|为|:)\s?",
        "解答": r"解答(?:は|是|:)\s?",
        "選択肢は": r"正しい選択肢は\s?",
        "정답": r"정답(?:은|는|이|:)?\s?",
        "답": r"(?<!정)답(?:은|안은|안:|:)\s?",
        "الإجابة": r"الإجابة(?:\sالصحيحة)?\s?(?::|هي)?\s?",
        "الجواب": r"الجواب(?:\sالصحيح)?\s?(?::|هو)?\s?",
        "उत्तर": r"उत्तर\s?(?::|है)?\s?",
        "cevap": r"doğru (?:cevap|yanıt|seçenek)\s",
        "ответ": r"(?:правильный|верный) ответ\s?(?:-|под буквой)?\s",
        "jawaban": r"jawaban(?: yang)? (?:benar|tepat)(?: adalah)?\s?:?\s?",
        "đáp án": r"đáp án (?:đúng )?(?:là )?",
        "odpowiedź": r"odpowiedź to ",
        "gabarito": r"gabarito\s?:?\s",
    }
)
"""Cues that stand right before the letter, with or without a mark between."""

DIRECT_BAD_BEFORE = late_pattern(
    r"(?:不[能应應可会會该該宜要]|无法|無法|不|别|別|勿|非|误|誤|可|备|備|候|多|单|單|错误|錯誤|错的|不正确的|不正確的|如果|若|틀린|오)$"
)

# --- I choose ... --------------------------------------------------------------------------------

VERB_CUES = CueTable(
    {
        "choos": r"choos(?:e|ing)", "chose": r"chosen?", "pick": r"pick(?:ed|ing)?",
        "select": r"select(?:ed|ing)?", "go with": r"go with", "go for": r"go for", "going": r"going (?:for|with)",
        "went with": r"went with", "opt": r"opt(?:ing|ed)? for", "settle": r"settled? (?:on|for)", "decid": r"decided? (?:on|for)",
        "lean": r"lean(?:ing)?(?: (?:more|slightly|strongly))?(?: ?(?:towards?|to))?", "stick": r"stick(?:ing)? with", "vote": r"vote(?: for)?",
        "say": r"say", "favo": r"favou?r", "prefer": r"prefer", "recommend": r"recommend", "mark": r"mark", "guess": r"guess",
        "answer": r"answer(?: with)?",
    }
)  # fmt: skip
FIRST_PERSON_CUES = CueTable(
    {verb: verb for verb in ("wähle", "je choisis", "elijo", "escojo", "selecciono", "escolho", "scelgo",
                 "diría que", "je dirais", "ich würde sagen", "vote goes to", "leaning",
                 "выбираю", "seçiyorum", "ich würde", "ich würde mich für", "ich nehme",
                 "ich tippe auf", "opte pour")}
)  # fmt: skip
"""Verbs that need no "I" beside them."""
SPEAKER = late_pattern(
    r"(?:^|\b(?:i|we|i'd|i'll|i'm|we'd|we'll|let's|let us|us|me|therefore|thus|so|hence|should"
    r"|must|would|will|please|am)\b[^.;:!?\n]{0,40}?)\s?$"
)
VERB_BAD_BEFORE = late_pattern(
    r"\b(?:would have|might|may|could|initially|almost|nearly|tempted to|before|why|how|when|who"
    r"|first|you|people|some|many|students?|one|they|he|she|or|can|never|even)\b[^.;:!?\n]{0,24}$"
    r"|\b(?:was|were) going to\s$|(?<!going )(?<!have )(?<!had )(?<!want )(?<!like )(?<!inclined )(?<!need )(?<!decided )\bto\s$"
)

# --- so B; B it is -------------------------------------------------------------------------------

_MORE_LIKELY = r"(?:option |choice )?[(\[]?[a-h][)\]]? (?:is|seems|appears|looks)(?: clearly| much| far)?(?: the)? (?:better|more)\b|(?:option |choice )?[(\[]?[a-h][)\]]? (?:fits|matches) (?:better|more)\b"
_GERMAN_VERDICT = r"(?:richtig|korrekt|zutreffend|am (?:ehesten|wahrscheinlichsten)|die (?:richtige|korrekte|beste|wahrscheinlichste))\b"
_CLOSES_SENTENCE = r"(?=(?:option |choice )?[(\[]?[a-h][)\]]?(?: in (?:this|such) (?:cases?|patients?|situation))?[.!]?(?:$|\n))"
CONCLUSION_CUES = CueTable(
    {
        "so": r"so(?! (?:is|are|do|does)\b)[,:]?\s",
        "therefore": r"therefore[,:]?\s",
        "thus": r"thus[,:]?\s",
        "hence": r"hence[,:]?\s",
        "leav": r"leav(?:ing|es)(?: us)?(?: with)?(?: only| just)?:?\s",
        "left with": r"left with(?: only| just)?\s",
        "step": r"(?:next|first|best|initial|appropriate|correct) step (?:is|would be|should be|would then be):?\s(?=option|choice|[\[(][a-j][\])]|[a-j](?:[.]?$|[):]))",
        "favo": rf"favou?r(?:s|ed|ing)? {_CLOSES_SENTENCE}",
        "must be": r"must be:?\s",
        "has to be": r"has to be\s",
        "it is": r"it is(?: clearly| definitely| most likely| probably)?\s",
        "should be": r"(?:it|that) should be:?\s",
        "would be": r"(?:it|that) would be:?\s",
        "it's": r"it's(?: clearly| definitely| most likely| probably)?\s",
        "its": r"its\s",
        "that is": r"that is\s",
        "that's": r"that's\s",
        "this is": r"this is\s",
        "think": r"think(?: that)?(?: it(?:'s| is))?\s",
        "believe": r"believe(?: that)?(?: it(?:'s| is))?\s",
        "definitely": r"definitely\s",
        "clearly": r"clearly\s",
        "probably": r"probably\s",
        "most likely": r"most likely:?\s",
        "support": rf"supports? {_CLOSES_SENTENCE}",
        "indicat": rf"indicates? {_CLOSES_SENTENCE}",
        "that of": rf"that of {_CLOSES_SENTENCE}",
        "remaining": r"remaining:\s",
        "if i": r"if (?:i|we) (?:really )?(?:must|had to|have to)(?: choose| pick| answer| guess)?(?: one)?,\s",
        "elimination": r"elimination[,:]\s",
        "exclusion": r"exclusion[,:]\s",
        "conclusion": r"in conclusion[,:]\s",
        "summary": r"summary[,:]\s",
        "yes": r"yes,\s",
        "finally": r"finally[,:]\s",
        "correspond": r"corresponds? to (?=option|choice|answer|letter)",
        "match": r"match(?:es|ing) (?=option|choice|answer|letter)",
        "which is": r"which is (?=option|choice|answer|letter|\()",
        "i.e.": r"i\.e\.,? (?=option|choice|answer|letter)",
        "namely": r"namely,? (?=option|choice|answer|letter)",
        "point": r"points? to (?=option|choice|answer|letter)",
        "因此": r"因此[,:]?\s?",
        "所以": r"所以[,:]?\s?",
        "c'est": r"c'est (?:donc )?(?:la |l')?(?=réponse |option |[a-h](?![a-z']))",
        "est": r"est(?: donc)? (?:la )?(?=réponse |option )",
        "ist": rf"ist(?: also| daher| somit| hier)? (?:die )?(?=antwort |option |[(\[]?[a-h][)\]]? {_GERMAN_VERDICT})",
        "makes": r"makes (?=(?:option |choice )?[(\[]?[a-h][)\]]? (?:correct\b|right\b|the (?:best|most|correct|right|only|likeli)\b))",
        "etween": r"between (?:the two|these two|those two|them|[(]?[a-h][)]? and [(]?[a-h][)]?)(?: options)?,\s",
        "but": rf"but (?={_MORE_LIKELY})",
        "although": rf"although [^.;,\n]{{1,80}}, (?={_MORE_LIKELY})",
        "while": rf"while [^.;,\n]{{1,80}}, (?={_MORE_LIKELY})",
        "however": rf"however, (?={_MORE_LIKELY})",
        "looks": r"looks like (?=(?:option |choice )?[a-h](?![a-z]))",
        "suggest": r"suggests? (?=(?:option |choice )?[a-h](?![a-z]))",
        "only": r"only (?=(?:option |choice |answer )?[(\[]?[a-h][)\]]? (?:fits|applies|matches|remains|explains|accounts|works|is left)\b)",
        "nur": r"nur (?=(?:option |antwort )?[a-h] (?:erklärt|passt|trifft|kommt|bleibt)\b)",
        "solo": r"solo (?=(?:la )?(?:opción |opzione )?[a-h] (?:explica|encaja|corresponde|queda|spiega|resta)\b)",
        "sólo": r"sólo (?=(?:la )?(?:opción )?[a-h] (?:explica|encaja|corresponde|queda)\b)",
        "seul": r"seule? (?=(?:la réponse |l'option )?[a-h] (?:explique|correspond|convient|reste)\b)",
        "donc": r"donc\s",
        "daher": r"daher\s",
        "entonces": r"entonces\s",
        "portanto": r"portanto,?\s",
        "quindi": r"quindi\s",
        "best": r"best(?:\s\w{1,15}){0,4}?\s(?:is|would be|remains):?\s",
        "most": r"most (?:appropriate|likely|suitable|consistent|accurate|probable)(?:\s\w{1,15}){0,4}?"
        r"\s(?:is|would be|remains):?\s",
    },
    begins={
        "conclusion": ("in",),
        "etween": ("between",),
        "should be": ("it", "that"),
        "would be": ("it", "that"),
    },
)
CORRECTION_CUE = late_pattern(
    r"(?:\b(?:chang|revis|switch|updat)(?:e|ed|es|ing)? (?:my|the) (?:final )?(?:answer|choice) (?:from (?:option )?[(]?[a-z][)]? )?to(?: option)?(?= )|\b(?:chang|switch|mov)(?:e|es|ed|ing)? from (?:option )?[(]?[a-z][)]? to(?: option)?(?= )|\b(?:on second thought|no|nope|edit|i mean|make that|or rather|correction|scratch that|sorry|wait|actually|i meant)"
    r"(?: thoughts?)?[,:;. -]{1,3}(?:(?:it's|it is|the answer is|it should be|should be|rather|option|that's)\s){0,2})"
)

CORRECTION_STEMS = frozenset(
    "no nop edi i mak or cor scr sor wai act on chan cha rev swi upd".split()
)
"""How a match of CORRECTION_CUE begins (see `stems_of`)."""

# --- negation, hedge, correction -----------------------------------------------------------------

NOT_BEFORE = late_pattern(
    r"(?:\b(?:not|never|cannot|no|nor|neither|none|nothing|little|without|hardly|doubt|doubts|unsure|unable|wrong|refuse"
    r"|unlikely|decline|whether|if|nicht|pas|не|não|hadn't)\b|n't\b)"
    r"(?:\s(?!(?:but|so|therefore|thus|hence|then|and|because|yet|instead|only)\b)[\w']{1,20}){0,5}\s?$"
)
NO_DOUBT = late_pattern(r"\b(?:no|without(?: a)?|not|any|little) doubt\b|\bnot only\b|\bwhy not\b")
CONDITION = late_pattern(
    r"\b(?:if|unless|assuming|suppose|supposing|whether|were (?:it|this|the)|had (?:it|this|the)|provided (?:that|there|he|she|it|the)"
    r"|in case|in which case|when|wenn|falls|si|se|если|eğer)\b|如果|若|もし|만약"
)
NO_CONDITION = late_pattern(
    r"\bwhen (?:\w{3,14}ing|asked|forced|pressed)\b|\b(?:are|is|was|were|been|image|images|information|options|choices|data) provided\b"
    r"|\bse (?:observan?|aprecian?|ven?|visualizan?|identifican?|muestran?|encuentran?|trata|describen?|localizan?|puede|debe|ha|indica)\b"
    r"|\b(?:even if|if (?:i|we) (?:have|had|must|were forced)\b[^,\n]{0,30}|if (?:forced|pressed|asked"
    r"|i'm forced|i were)\b[^,\n]{0,30}|if only one[^,\n]{0,30})"
)
CONDITION_AFTER = late_pattern(
    r"[)\]\"']{0,2} ?,? ?(?:only |but only )?(?:if|unless|provided|assuming)\b(?! (?:i|we) (?:have|had|must))"
)
HEARSAY = late_pattern(
    r"\b(?:(?:colleagues?|friends?|doctors?|teachers?|professors?|radiologists?|surgeons?|residents?|reports?|patients?|he|she|they)"
    r" (?:once |also |have |has |had |would |might |will )?(?:say|says|said|thinks?|thought|claims?|claimed|suggests?|suggested|told|believes?|believed|choose|chooses|chose|pick|picks|picked|answers?|answered)"
    r"|students?|some|many|people|others|someone|somebody|tempting|tempted|misconception"
    r"|you (?:might|may|could|would)|might (?:think|say|choose|argue)|may (?:think|say|choose|argue)|would think|mistakenly"
    r"|example|e\.g|for instance|format|template|such as|suppose|pretend|imagine|looks like this"
    r"|(?:colleagues?|friends?|teachers?|professors?|residents?|patients?|he|she|they) (?:would|might|may|will)|sample (?:output|answer|response)"
    r"|i would (?:normally|usually|ordinarily)|(?:normally|usually|ordinarily),? i would|(?:previous|earlier|prior|another|different) (?:question|case|item|exam)s?"
    r"|at first|first (?:i )?thought|initially|i thought|i first)\b"
)
THEN = late_pattern(
    r"\b(?:so|therefore|thus|hence|but|consequently|now)\b(?! that)[, ]|->|→|因此|所以"
)

CONCESSION = late_pattern(
    r"^\W{0,3}(?:while|although|though|even though|whereas|whilst|despite)\b[^,]{0,120},\s"
)
"""A clause at a sentence's start that grants something before the claim."""

CORRECTED = late_pattern(
    r"\b(?:wait|actually|correction|second thoughts?|reconsider\w{0,5}|re-?examin\w{1,5}"
    r"|re-?evaluat\w{1,5}|re-?check\w{0,3}|re-?think\w{0,3}|re-?read\w{0,3}|re-?assess\w{0,4}"
    r"|scratch that|i was wrong|my mistake|(?:a|an) (?:mistake|error)|mistaken|sorry|apolog\w{1,5}"
    r"|chang\w{1,3} my (?:mind|answer)|revis\w{1,5}|corrected|no[,.]|instead|oops|hold on"
    r"|(?:up)?on (?:closer|further|re\w{1,12}|reflection)|looking (?:again|closer)|i mean|make that|edit:|updated"
    r"|moment mal|perdón|désolé|attends|espera|исправ\w{0,5}|nope)(?![^\W_])"
    r"|不对|不對|重新|更正|修正|訂正|いや|다시|아니"
)
WITHDRAWN = late_pattern(
    r"\bwait(?=[,.!:]|\s?$| no| let| i\b| actually| maybe| that)|\bhold on\b|\bscratch that\b"
    r"|\blet me (?:reconsider|re-?think|re-?check|re-?evaluate|re-?examine)"
    r"|\bi was wrong\b|\bon second thought|\bthat(?:'s| is| was) (?:wrong|incorrect|not (?:right|correct)|an? (?:mistake|error)|my (?:mistake|error))"
    r"|\bi (?:therefore |will |must )?(?:abstain|withdraw)\b"
    r"|\bno, (?:that|it)(?:'s| is|\sisn't| cannot| can't)|\bi (?:retract|take that back)"
)
NOT_THE_ANSWER = (
    r"(?:is|are|was|be)(?: actually| also| clearly| probably)?(?:n't| not| never| no longer)"
    r"(?: the| a| my)?(?: correct| right| best| final)? ?(?:answer|choice|option|one|it)?"
    r"|(?:can't|cannot|could not|couldn't) be(?: the)?(?: right| correct| answer)?|is ruled out"
    r"|is (?:the )?wrong(?: answer| choice| option)?|is eliminated|is excluded|is not it"
)

FALSE_SOON = late_pattern(
    r"[^.;\n]{0,50}?(?:\b(?:what (?!i\b|we\b)(?:\w+ ){1,4}(?:would|might|could|may) (?:say|think|pick|choose|answer|select|guess)|a (?:trap|lure|red herring)|incorrect|wrong|false|not|no|never|unlikely|excluded|eliminated|inappropriate"
    r"|ruled out|contraindicated|out|less|cannot|implausible|insufficient|irrelevant|tempting|distractors?|falsch|faux|fausse"
    r"|incorrecta?s?|errad[ao]s?|sbagliat[ao]|nicht|pas|неверн\w{0,3}|неправильн\w{0,3}|yanlış\w{0,4}"
    r"|could be|might be|may be|possible|plausible|doubtful|remains? possible|not sure|would (?:need|require))\b|n't\b|✗)"
)


REFUSAL = late_pattern(
    r"\b(?:i|we)(?:'m| am| are)? (?:really |truly |deeply |very )?(?:sorry|afraid)\b|\bas an ai\b|\bi am an ai\b"
    r"|\bi'm (?:just )?an ai\b|\bas a (?:large )?language model\b|\bi apologi[sz]e\b|\bmy apologies\b"
    r"|(?:^|[\n.!?;:,]\s?|\b(?:i|we|but|and|so)\s)(?:(?:i|we)\s)?(?:cannot|can't|can not|could not|couldn't"
    r"|am unable|are unable|unable|am not able|not able|won't|will not|must decline|decline|refuse"
    r"|do not feel comfortable|don't feel comfortable|am not qualified|do not have access"
    r"|don't have access|don't have (?:the|enough)|do not have (?:the|enough)|do not see|don't see"
    r"|do not know|don't know|have no way|am not (?:sure|certain))\b"
    r"|\bi'm (?:unable|not able|not qualified|not sure|not certain|not comfortable)\b"
    r"|\b(?:consult|see|seek|speak (?:to|with)|ask|contact|refer to)\b.{0,40}\b(?:physician|doctor|professional"
    r"|surgeon|radiologist|specialist|provider|clinician|medical advice)\b"
    r"|\b(?:no|missing) (?:image|picture|scan|mri|x-ray|figure)s? (?:was |is |were |has been |have been )?"
    r"(?:provided|attached|available|included|supplied|visible)\b"
    r"|\bimpossible to (?:determine|answer|say|tell|know)\b|\b(?:cannot|can't|could not|can not) be (?:determined|answered|identified|established|assessed)\b"
    r"|\b(?:insufficient|not enough|inadequate) (?:information|data|detail|context)\b"
    r"|\b(?:refused?|decline to answer|no answer|not possible to (?:determine|answer|say|tell))\b"
    r"|无法|無法|抱歉|对不起|對不起|作为(?:一个|一名)?(?:ai|人工智能|语言模型)|不能(?:提供|确定|回答|诊断)|不知道|不确定"
    r"|申し訳|できません|わかりません|分かりません|判断できない|죄송|할 수 없|없습니다|모르겠"
    r"|\bje ne peux pas\b|\bje suis désolé|\bje ne (?:suis|sais) pas\b|\bno puedo\b|\blo siento\b"
    r"|\bno soy capaz\b|\bno sé\b|\bich kann\b.{0,60}\bnicht\b|\bkann ich\b.{0,60}\bnicht\b|\btut mir leid\b"
    r"|\bnão posso\b|\bdesculpe\b|\bnão (?:sou|consigo|sei)\b|\bnon posso\b|\bmi dispiace\b|\bnon (?:sono|so)\b"
    r"|не могу|извините|к сожалению|не знаю|üzgünüm|yapamam|veremem|cevap veremiyorum|bilmiyorum"
    r"|آسف|لا أستطيع|لا يمكنني|माफ़|क्षमा|असमर्थ|nie mogę|kan niet|kan inte|không thể|tidak dapat|tidak bisa"
)

ASKS_FOR_MORE = late_pattern(
    r"\bplease (?:re-?)?(?:upload|share|provide|send|attach|supply)\b|\byes and no\b"
    r"|\b(?:versus|vs|for comparison)\b"
    r"|\b(?:how can i|i can|happy to|glad to) (?:help|assist)\b|\bwhat would you like\b"
    r"|\bi (?:would |will |'ll )?(?:first )?(?:examine|inspect|check|review|look at|discuss)\b"
)
"""In a text without a claim: it is no answer, whatever option it seems to name."""

UNDECIDED = late_pattern(
    r"\b(?:(?:could|might|may)(?: well| also)? be|(?:torn|undecided|hesitat\w{1,4}|toss-?up) between"
    r"|narrow\w{0,3} (?:it |this )?(?:down )?to|possible answers?(?: are| is)?:?)\s"
)
"""Before letters that are named as possible answers and not as the answer."""
