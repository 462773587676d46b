"""Undeclared bytes: the encoding whose letters make a language."""
# ruff: noqa: E501 - a sample is a line

import pytest

from extract import extract
from extract.decode import decode
from extract.legacy import guess

SAMPLES = {
    "cp1252 en": "“The ferry is late,” he said – “and it’s nobody’s fault.” It cost €45 or £40.",
    "cp1252 en-dash": "The café opens at 9 – it’s on Main Street, said the harbour master.",
    "cp1252 fr": "Le ministre a démissionné lundi après des semaines de pression, où il était.",
    "cp1252 es": "El ministro dimitió el lunes tras semanas de presión; ¿quién será el próximo año?",
    "cp1252 is": "Ráðherrann sagði af sér á mánudag eftir margra vikna þrýsting. Það kom á óvart.",
    "cp1252 fi": "Ministeri erosi maanantaina viikkoja kestäneen painostuksen jälkeen, hän jää.",
    "cp1251 ru": "Министр подал в отставку в понедельник после недель давления, сообщили власти.",
    "koi8-r ru": "Министр подал в отставку в понедельник после недель давления, сообщили власти.",
    "iso8859-5 ru": "Министр подал в отставку в понедельник после недель давления, сообщили власти.",
    "cp1251 uk": "Президент України підписав закон про державний бюджет на рік, повідомила її рада.",
    "koi8-u uk": "Президент України підписав закон про державний бюджет на рік, повідомила її рада.",
    "cp1251 bg": "Министърът подаде оставка в понеделник след седмици на натиск, съобщиха властите.",
    "cp1250 pl": "Minister podał się w poniedziałek do dymisji po tygodniach nacisków, mówią żródła.",
    "iso8859-2 pl": "Minister podał się w poniedziałek do dymisji po naciskach ze środka, mówią.",
    "cp1250 cs": "Ministr v pondělí po týdnech tlaku odstoupil, oznámila vláda. Příští šéf se hledá.",
    "iso8859-2 hu": "A miniszter hétfőn, hetekig tartó nyomás után lemondott, közölte a kormány.",
    "cp1254 tr": "Bakan, haftalarca süren baskının ardından pazartesi günü görevini bıraktı, dışarıda.",
    "cp1257 lt": "Ministras pirmadienį atsistatydino po kelias savaites trukusio spaudimo, šį kartą.",
    "cp1257 lv": "Ministrs pirmdien pēc vairāku nedēļu spiediena atkāpās no amata, šķiet, ilgi.",
    "cp1253 el": "Ο υπουργός παραιτήθηκε τη Δευτέρα μετά από εβδομάδες πιέσεων. Άλλα μέλη έμειναν.",
    "iso8859-7 el": "Ο υπουργός παραιτήθηκε τη Δευτέρα μετά από εβδομάδες πιέσεων. Άλλα μέλη έμειναν.",
    "cp1256 ar": "استقال الوزير يوم الاثنين بعد أسابيع من الضغوط من داخل الحزب، وفق ما أعلنته الحكومة.",
    "cp1255 he": "השר התפטר ביום שני לאחר שבועות של לחץ מתוך המפלגה, כך נמסר מטעם הממשלה.",
    "cp874 th": "รัฐมนตรีลาออกเมื่อวันจันทร์หลังจากถูกกดดันมาหลายสัปดาห์ รัฐบาลแถลง",
    "cp932 ja": "大臣は数週間にわたる党内からの圧力を受けて、月曜日に辞任したと政府が発表しました。",
    "euc_jp ja": "大臣は数週間にわたる党内からの圧力を受けて、月曜日に辞任したと政府が発表しました。",
    "cp949 ko": "장관은 당 내부의 수주간의 압박 끝에 월요일 사임했다고 정부가 발표했다.",
    "gb18030 zh": "部长在经历了党内数周的压力之后于星期一辞职，这是政府在一份声明中说的。",
    "big5 zh": "部長在經歷了黨內數週的壓力之後於星期一辭職，這是政府在一份聲明中說的。",
}


@pytest.mark.parametrize("name", SAMPLES)
def test_undeclared_bytes_are_read_as_they_were_written(name: str) -> None:
    codec, _, _ = name.partition(" ")
    page = f"<html><body><h1>News</h1><p>{SAMPLES[name]}</p></body></html>"
    assert decode(page.encode(codec))[0] == page


@pytest.mark.parametrize("name", SAMPLES)
def test_a_declared_language_never_misleads(name: str) -> None:
    codec, _, language = name.partition(" ")
    page = f'<html lang="{language[:2]}"><p>{SAMPLES[name]}</p></html>'
    assert decode(page.encode(codec))[0] == page


def test_a_few_quotes_in_a_long_page_suffice() -> None:
    prose = "<p>" + "The minister resigned on Monday after weeks of pressure from within. " * 4
    page = f"<h1>Late</h1>{prose * 9}<p>It was nobody’s fault.</p>".encode("cp1252")
    article = extract(page, url="https://x.test/a")
    assert article.encoding.name == "windows-1252"
    assert "nobody’s fault" in article.text


@pytest.mark.parametrize("data", [b"", b"\x80\x81" * 9, bytes(range(256)), b"plain"])
def test_bytes_that_make_no_language_have_no_guess_or_any(data: bytes) -> None:
    assert guess(data) is None or isinstance(decode(data)[0], str)
