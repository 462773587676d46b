"""Notices that stand where a story was: taken down, not found any more."""

import re

MAX_CHARS = 500
"""A notice is short; a story about a withdrawn report is not."""

# "Has been removed", "is no longer available", "not found", in the languages that we know.
_SAYS_GONE = re.compile(
    r"\b(?:this|the|that) (?:\w+ )?(?:article|story|page|report|post|item|content|piece|video)"
    r" (?:\w+ ){0,6}?(?:has been|was|is|have been) (?:\w+ )?"
    r"(?:removed|withdrawn|retracted|taken down|unpublished|deleted|no longer|unavailable)"
    r"|\b(?:article|story|page) (?:not found|withdrawn|retracted|removed|unavailable)\b"
    r"|\bwe (?:have )?(?:removed|withdrawn|retracted|unpublished) (?:this|the|an?) (?:\w+ )?"
    r"(?:article|story|page|report|post)"
    r"|\b(?:artikel|beitrag|text|seite|meldung)\b.{0,60}\b(?:gelöscht|entfernt|zurückgezogen|"
    r"depubliziert|nicht mehr (?:verfügbar|abrufbar|online)|nicht gefunden|offline genommen)"
    r"|\b(?:article|page|contenu)\b.{0,60}\b(?:retirée?|supprimée?|dépubliée?|introuvable|"
    r"n'est plus (?:disponible|en ligne)|n’est plus (?:disponible|en ligne))"
    r"|\b(?:artículo|noticia|página|nota|contenido)\b.{0,60}\b(?:eliminad[oa]|retirad[oa]|"
    r"borrad[oa]|no encontrad[oa]|ya no (?:está|se encuentra) disponible)"
    r"|\b(?:artigo|notícia|página|matéria|conteúdo)\b.{0,60}\b(?:removid[oa]|excluíd[oa]|"
    r"retirad[oa]|não encontrad[oa]|não está mais disponível)"
    r"|\b(?:articolo|pagina|notizia)\b.{0,60}\b(?:rimoss[oa]|ritirat[oa]|cancellat[oa]|"
    r"non (?:è più disponibile|trovat[oa]))"
    r"|\b(?:artikel|bericht|pagina)\b.{0,60}\b(?:verwijderd|ingetrokken|teruggetrokken|"
    r"niet (?:meer beschikbaar|gevonden))"
    r"|\b(?:artykuł|strona|tekst|materiał)\b.{0,60}\b(?:usunięt[ya]|wycofan[ya]|"
    r"nie (?:istnieje|jest już dostępn[ya]|znalezion[oa]))"
    r"|\b(?:artikeln|sidan|inlägget)\b.{0,60}\b(?:borttagen|avpublicerad|hittades inte|"
    r"har tagits bort|finns inte längre)"
    r"|\b(?:статья|страница|материал|новость|публикация)\b.{0,60}\b(?:удален[ао]?|удалён|"
    r"снят[ао]? с публикации|не найден[ао]?|отозван[ао]?)"
    r"|\b(?:стаття|сторінка|матеріал|новина)\b.{0,60}\b(?:видалено|видалена|вилучено|не знайдено)"
    r"|\b(?:haber|sayfa|içerik|makale)\b.{0,60}\b(?:kaldırıl|silin|bulunamadı|yayından)"
    r"|(?:記事|ページ).{0,30}(?:削除され|見つかりません|取り下げ|公開を終了|存在しません|掲載を終了)"
    r"|(?:文章|页面|頁面|内容|內容|新闻|新聞).{0,20}(?:已被?删除|已被?刪除|不存在|已下架|已撤回|找不到)"
    r"|(?:기사|페이지).{0,20}(?:삭제|찾을 수 없|존재하지)"
    r"|(?:المقال|الصفحة|الخبر).{0,40}(?:حذف|غير موجود|لم يعد متاح|سحب)",
    re.IGNORECASE,
)


def is_notice(title: str, text: str) -> bool:
    """Whether a page says that the story that stood here is gone, and says little else.

    >>> is_notice("Statement", "This article has been withdrawn following a legal complaint.")
    True
    >>> is_notice("Report withdrawn", "The report has been withdrawn. " + "It had said more. " * 30)
    False
    """
    words = f"{title}\n{text}"
    return len(text) <= MAX_CHARS and bool(_SAYS_GONE.search(words))
