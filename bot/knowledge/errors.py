"""What can be wrong with the articles.

KnowledgeError
├── ArticleMalformed
└── ArticleUnknown
"""


class KnowledgeError(Exception):
    """Something about the articles."""


class ArticleMalformed(KnowledgeError):
    """An article's file cannot be read; the text names the file and the fault."""


class ArticleUnknown(KnowledgeError):
    """No article has this source id in this language."""

    def __init__(self, source: str, language: str) -> None:
        super().__init__(f"{source} in {language}")
        self.source = source
        self.language = language
