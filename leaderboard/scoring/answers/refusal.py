"""The words by which models decline to answer, or leave it open between options."""

# ruff: noqa: E501 -- patterns stay on one line; other scripts' characters are meant.

import re

REFUSAL = re.compile(
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

UNDECIDED = re.compile(
    r"\b(?:(?:could|might|may)(?: well| also)? be|(?:torn|undecided|hesitat\w{1,4}|toss-?up) between"
    r"|narrow\w{0,3} (?:it |this )?(?:down )?to|possible answers?(?: are| is)?:?)\s"
)
"""Before letters that are named as possible answers and not as the answer."""
