"""Why a page is no article: the closed set of reasons that `ArticleDiscarded.reason` and the metrics use."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    EMPTY = "empty"
    """No text at all, or too little to be an article."""
    NOT_HTML = "not_html"
    """An image, archive, feed or other body that is neither HTML nor text."""
    ATTACHMENT_ONLY = "attachment_only"
    """A document (PDF, DOC, XLS) served as such, or a page that only links to one."""
    LISTING = "listing"
    """A category, tag, search or archive page: teasers of several articles."""
    HOME = "home"
    LOGIN = "login"
    SOFT_404 = "soft_404"
    """Status 200, yet the page says that there is no such article, or the server's error."""
    CHALLENGE = "challenge"
    """A block page, captcha or script that wants a browser."""
    TWIN = "twin"
    """The print, AMP or send-to-a-friend view of an article whose own address the page names."""
    NOT_VIETNAMESE = "not_vietnamese"
    """A foreign-language (often machine-made) copy: its figures would count twice."""
    SCRAMBLED = "scrambled"
    """The body is a coded run that a script would unfold."""
    UNREADABLE = "unreadable"
    """No encoding gives Vietnamese: letters are lost for good."""
    TOO_LARGE = "too_large"
    """More bytes than `limits.BYTES_MAX`."""
    TOO_MANY_ELEMENTS = "too_many_elements"
    """More tags than `limits.ELEMENTS_MAX`."""
