"""The interface says one word for each thing, as `docs/glossary.md` lists them, and says it plainly."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

PRODUCT = Path(__file__).parents[1] / "muster"

# Functions whose string arguments people read.
SAYING = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy", "plural"}

# What is not said, and the word to use instead.
INSTEAD = {
    r"e-mails?": "email",
    r"meetings?": "session",
    r"class(?:es)?": "session, or batch",
    r"lessons?": "session",
    r"trainees?|learners?|pupils?": "student",
    r"trainers?|facilitators?|teachers?": "instructor",
    r"cohorts?": "batch",
    r"enrol(?:s|ments?)?": "enroll, enrollment",
    r"programmes?": "course",
    r"colou?red by|colours?": "color",
    r"shall": "must, will, or the plain verb",
    r"may not": "can't, or don't have access",
    r"put right|to mend|mends?": "fix",
    r"to the start": "Go to Home",
    r"whoever|whomever": "name them: instructors who, the person who",
    r"nobody": "no one, or no with the noun",
    r"somebody": "someone",
    r"everybody|anybody": "everyone, anyone",
    r"any more": "no longer, or anymore",
    r"all the same": "anyway",
    r"by itself|by themselves": "automatically",
    r"by hand": "manually",
    r"stands? here|stands? below": "appears here",
    r"no such": "doesn't exist",
    r"asked for|asks for": "requested, needs",
    r"(?:is|are|was|were) told": "is notified",
    # "Announced" alone is said of an absence of days to come.
    r"announce|announces|(?!Announced$)announced": "report (an absence)",
    r"advised": "recommended",
    r"(?:un)?ticks?|(?:un)?ticked|picks?|picked": "select",
    r"suits?|suited": "match",
    r"speaks? (?:for|against)": "strength, concern, warning",
    r"un-archived?|un-archives": "unarchive",
    r"anew": "again",
    r"falls? into": "affects, is affected",
    r"lies? (?:within|between|before|in|outside)": "is within, is before",
    r"left out": "skipped, not shown",
    r"tried": "previewed, attempted",
    r"at most(?! one)": "up to, maximum",
    r"Empty:": "Leave blank",
    r"overtaken": "out of date",
    r"carr(?:y|ies)": "workload",
    r"of (?:his|her|their|your) own": "mentor, or own",
}
WRONG = {re.compile(rf"(?<![\w-])(?:{words})(?![\w-])", re.IGNORECASE): right for words, right in INSTEAD.items()}

# Contracts of the outside world keep their words: the API of attendance, and the sheets that a regulator reads.
OUTSIDE = ("api/attendance/", "attendance/register_files/")
THEIRS = re.compile(r"\b(?:learners?|enrolments?|facilitators?|cohorts?|announced)\b", re.IGNORECASE)


class Sentence(NamedTuple):
    place: str
    words: str


def in_python(source: str) -> Iterator[str]:
    """Every string that the module hands to be translated."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name in SAYING:
            yield from (one.value for one in node.args if isinstance(one, ast.Constant) and isinstance(one.value, str))


BLOCK = re.compile(r"{%\s*blocktrans(?:late)?\b[^%]*%}(.*?){%\s*endblocktrans(?:late)?\s*%}", re.DOTALL)
TAG = re.compile(r"""{%\s*trans(?:late)?\s+(?:"([^"]*)"|'([^']*)')|\b_\((?:"([^"]*)"|'([^']*)')\)""")
ATTRIBUTE = re.compile(r"""\b(?:aria-label|title|placeholder|alt)="([^"{]+)\"""")
SILENT = re.compile(r"{#.*?#}|{%\s*comment.*?endcomment\s*%}|<(style|script)\b.*?</\1>", re.DOTALL)


def in_template(source: str) -> Iterator[str]:
    """Every sentence of the template: translated, an attribute that is read out, or plain text."""
    source = SILENT.sub(" ", source)
    for block in BLOCK.findall(source):
        yield from re.split(r"{%\s*plural\s*%}", block)
    for found in TAG.findall(source):
        yield "".join(found)
    rest = BLOCK.sub("\n", source)
    yield from ATTRIBUTE.findall(rest)
    rest = re.sub(r"{%.*?%}|{{.*?}}", "\n", rest, flags=re.DOTALL)
    yield from re.sub(r"<[^>]*>", "\n", rest).splitlines()


def sentences() -> Iterator[Sentence]:
    for file in sorted(PRODUCT.rglob("*")):
        place = file.relative_to(PRODUCT).as_posix()
        if "/tests/" in place or "/migrations/" in place:
            continue
        if file.suffix == ".py":
            found = in_python(file.read_text())
        elif "/templates/" in place and file.suffix in {".html", ".txt"}:
            found = in_template(file.read_text())
        else:
            continue
        for words in found:
            # A name to be filled in, markup and whitespace are not read.
            plain = re.sub(r"%\(\w+\)[\d.]*[sdf]|{{.*?}}|{%.*?%}|{\w*}|<[^>]*>|&\w+;", "…", words)
            if re.search(r"[A-Za-z]{2}", plain):
                yield Sentence(place, " ".join(plain.split()))


def unsaid(sentence: Sentence) -> list[str]:
    """The words of the sentence that are not said, each with the word to use instead."""
    words = THEIRS.sub("…", sentence.words) if sentence.place.startswith(OUTSIDE) else sentence.words
    return [f"{found[0]} -> {right}" for wrong, right in WRONG.items() if (found := wrong.search(words))]


def test_the_interface_says_the_words_of_the_glossary():
    all_sentences = list(sentences())
    assert len(all_sentences) > 3000
    assert [
        f"{sentence.place}: {sentence.words!r}: {', '.join(wrong)}"
        for sentence in all_sentences
        if (wrong := unsaid(sentence))
    ] == []


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ("Nobody waits for cover", ["Nobody -> no one, or no with the noun"]),
        ("You may not open this", ["may not -> can't, or don't have access"]),
        ("Send an E-mail to …", ["E-mail -> email"]),
        ("No cover requests", []),
        ("First-class seats", []),
    ],
)
def test_a_word_that_is_not_said_is_found_with_the_word_to_use(words, wrong):
    assert unsaid(Sentence("web/home/home.py", words)) == wrong


def test_templates_are_read_whole():
    source = """
        {% extends "base.html" %}{# e-mail #}
        <h1 title="Read out">{% translate "Told" %}</h1>
        {% empty title=_("Nothing yet") %}<p>Plain {{ name }}</p>
        {% blocktranslate count n=n %}One{% plural %}Many{% endblocktranslate %}
    """
    assert {words.strip() for words in in_template(source)} - {""} == {
        "Read out", "Told", "Nothing yet", "Plain", "One", "Many",
    }  # fmt: skip
