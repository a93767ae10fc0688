"""What is served without comments and blanks says the same to a browser as what was written."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

from muster.web.ui.static_files import MINIFIED

pytestmark = pytest.mark.browser
OURS = settings.WEB / "static"
# The rules of a sheet as the browser understands them.
RULES = """text => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    return [...sheet.cssRules].map(rule => rule.cssText);
}"""
# A script that is none throws; a statement that names another module stands in no function.
COMPILES = "text => { new (async () => {}).constructor(text); return true; }"
MODULE = re.compile(r'\bimport\s*(?:[\w*{][^;"]*?\bfrom\s*)?"[^"]+";|\bexport\s*\{[^}]*\};|\bexport\s+(?:default\s*)?')
COMMENTS = re.compile(r"(?:^|\s)//\s.*$|^\s*/\*(?:.|\n)*?\*/", re.MULTILINE)

# Texts, which nothing may change.
SAID = re.compile(r'`[^`]*`|"[^"\n]*"')


def files(ending: str) -> list[Path]:
    return sorted(OURS.rglob(f"*{ending}"))


def rules_of(tab, text: str) -> list[str]:
    # Of values that hold variables a browser keeps the blanks as they are written.
    return [re.sub(r"\s*([,/()])\s*", r"\1", rule) for rule in tab.evaluate(RULES, text)]


def test_every_sheet_has_the_same_rules(chromium):
    tab = chromium.new_page()
    for sheet in files(".css"):
        written = sheet.read_text()
        served = MINIFIED[".css"](written)
        assert rules_of(tab, served) == rules_of(tab, written) != [], sheet.name
        assert len(served) < len(written)


def test_every_script_compiles_and_says_the_same(chromium):
    tab = chromium.new_page()
    for script in files(".js"):
        written = COMMENTS.sub("", script.read_text())
        served = MINIFIED[".js"](written)
        assert tab.evaluate(COMPILES, MODULE.sub("", served)), script.name
        assert SAID.findall(served) == SAID.findall(written), script.name
        assert len(served) < len(written)
