"""Rules of the style sheets: no class without an element, none without a style, and each in one sheet."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

HOUSE = settings.BASE_DIR / "muster"
SHEETS = {
    path.name: re.sub(r"/\*.*?\*/|url\(.*?\)", "", path.read_text(), flags=re.DOTALL)
    for path in (settings.WEB / "static" / "css").glob("*.css")
}
NAME = r"[a-zA-Z][\w-]*"
# htmx puts it on what waits for an answer.
THEIRS = {"htmx-request"}


def rules(css: str) -> Iterator[tuple[str, bool]]:
    """The selectors of each rule, and whether it stands inside no other."""
    around: list[str] = []
    for head, brace in re.findall(r"([^{};]*)([{};])", css):
        if brace == "{":
            if not head.strip().startswith("@"):
                yield head, all(outer.startswith("@") for outer in around)
            around.append(head.strip())
        elif brace == "}":
            around.pop()


def borne() -> set[str]:
    """What elements bear, or could: words of class attributes, and short strings that scripts and Python hold."""
    files = [path for path in HOUSE.rglob("*") if not {"tests", "migrations"} & {*path.parts}]
    words: set[str] = set()
    for path in files:
        if path.suffix in (".html", ".py", ".js"):
            words.update(*(re.findall(NAME, string) for string in strings(path)))
    return words


def strings(path: Path) -> list[str]:
    text = path.read_text()
    attributes = class_attributes(text)
    if path.suffix == ".html":
        blocks = re.findall(r"{% block (?:body|main)_class %}(.*?){% endblock", text)
        return attributes + blocks + re.findall(r'{%[^%]*"([\w -]*)"', text)
    if path.suffix == ".js":
        held = [found for _quote, found in re.findall(r"""(["'`])((?:(?!\1).)*)\1""", text)]
    else:
        nodes = ast.walk(ast.parse(text))
        held = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    # A sentence is no list of classes.
    return attributes + [found for found in held if re.fullmatch(r" ?[a-z][\w${} -]*|[A-Z]", found) and len(found) < 40]


def class_attributes(text: str) -> list[str]:
    return [found for _quote, found in re.findall(r"""\bclass=(["'])((?:{%.*?%}|(?!\1).)*)\1""", text)]


def numbered() -> set[str]:
    """What scripts put a number behind: `c${colour}`."""
    scripts = [path.read_text() for path in (settings.WEB / "static" / "js").rglob("*.js")]
    return {found for script in scripts for found in re.findall(r"[ `]([a-z]+)\$\{", script)}


def test_every_styled_class_is_borne_by_something():
    known, counted = borne() | THEIRS, numbered()
    unborne = {
        f"{sheet}: {name}"
        for sheet, css in SHEETS.items()
        for selector, _outermost in rules(css)
        for name in re.findall(rf"\.({NAME})", selector)
        if name not in known and not (name[-1].isdigit() and name.rstrip("0123456789") in counted)
    }
    assert unborne == set()


def test_every_class_of_a_template_is_styled():
    """Scripts find their elements by data attributes and ids, so a class without a style is for nothing."""
    styled = {
        name
        for css in SHEETS.values()
        for selector, _outermost in rules(css)
        for name in re.findall(rf"\.({NAME})", selector)
    }
    plain = {
        f"{path.name}: {name}"
        for path in HOUSE.rglob("*.html")
        for given in class_attributes(path.read_text())
        for name in re.findall(NAME, re.sub(r"{%.*?%}|{{.*?}}", " ", given))
        # A mail brings its styles with it.
        if name not in styled and f".{name} {{" not in path.read_text()
    }
    assert plain == set()


def test_a_class_is_defined_in_one_sheet():
    """Others may change it where it stands inside something of theirs; paper hides what it likes."""
    homes: dict[str, set[str]] = defaultdict(set)
    for sheet, css in SHEETS.items():
        for selector, outermost in rules(css):
            listed = re.sub(r"\([^()]*\)", "", selector).split(",") if outermost and sheet != "print.css" else []
            for alone in listed:
                if re.fullmatch(rf"\.{NAME}", alone.strip()):
                    homes[alone.strip()].add(sheet)
    assert {name: sheets for name, sheets in homes.items() if len(sheets) > 1} == {}
