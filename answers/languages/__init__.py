"""The languages of sheets: one file of translations each, of the words and sentences that we print."""

from answers.languages.language import ENGLISH, Language, language, languages, translated

__all__ = ["ENGLISH", "Language", "language", "languages", "translated"]
