"""The house's own rules, held to by walking it."""

import graphlib
import re
from pathlib import Path

import grimp
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction

import muster
from muster.accounts.models import User
from muster.core.constraints import SameOwner
from muster.core.database import violated_constraint
from muster.institutions.models import Institution, InstitutionRow

ROOT = Path(__file__).resolve().parent.parent
# From top to bottom: an app knows the apps before it.
ORDER = [
    "core",
    "accounts",
    "institutions",
    "notifications",
    "documents",
    "people",
    "courses",
    "saved_views",
    "timetable",
    "batches",
    "enrollments",
    "messaging",
    "materials",
    "attendance",
    "allocation",
    "mentoring",
    "progression",
    "risk",
    "oversight",
    "assessment",
    "feedback",
    "certificates",
    "privacy",
    "exchange",
    "submissions",
    "reports",
    "home",
]
# Who did something is told by a plain reference to a user, of whatever institution.
DOERS = re.compile(r"(_by|^by)$")
OWN = [model for model in apps.get_models() if model.__module__.startswith("muster.")]


def foreign_keys():
    for model in OWN:
        if model._meta.auto_created:
            continue
        for field in model._meta.fields:
            if isinstance(field, models.ForeignKey):
                yield model, field


def test_foreign_keys_point_up_the_house():
    for model, field in foreign_keys():
        to = field.related_model._meta.app_label
        if to in ORDER:
            assert ORDER.index(to) <= ORDER.index(model._meta.app_label), f"{model.__name__}.{field.name}"


def test_rows_of_one_institution_never_reference_rows_of_another():
    """Every reference between rows of institutions, and to people, is held by a composite foreign key."""
    missing = []
    for model, field in foreign_keys():
        owned = issubclass(model, InstitutionRow) or any(f.name == "institution" for f in model._meta.fields)
        to_owned = issubclass(field.related_model, InstitutionRow) or field.related_model is User
        # A view holds nothing.
        if (
            not model._meta.managed
            or not (owned and to_owned)
            or field.related_model is Institution
            or DOERS.search(field.name)
        ):
            continue
        held = {c.field for c in model._meta.constraints if isinstance(c, SameOwner)}
        if field.name not in held:
            missing.append(f"{model.__name__}.{field.name}")
    # A look tells which session it was of when that is gone, and is looked up among the institution's own. A token may
    # be a platform administrator's; bookings are written by the database from sessions and those who teach
    # them, whose references are held.
    assert sorted(missing) == [
        "AccessLook.session",
        "ApiToken.user",
        "Booking.instructor",
        "Booking.meeting",
        "Booking.room",
        "Booking.session",
        "CalendarFeed.user",
        "SavedView.owner",
        "ViewMailing.user",
    ]


# Which day or time it is somewhere, is asked of `core/clocks.py`, by the clock of the class or of the institution.
NAIVE = re.compile(
    r"\blocaldate\(|\blocaltime\(\)|\bdate\.today\(|datetime\.(now\(\)|today\()|timezone\.now\(\)\.date\("
    r"|CURRENT_DATE|now\(\)::date|SHORT_DATE|date_format\([^,()]+(\([^()]*\))?\)"
)
# Where no class is meant: the day in a file's name, and the command that makes data sets.
NO_CLASS = {"muster/web/ui/tables/export.py", "muster/cli/generate.py"}


def test_what_day_it_is_is_asked_of_one_module():
    found = {}
    for file in sorted(Path("muster").rglob("*")):
        if file.suffix not in (".py", ".sql") or "tests" in file.parts or "migrations" in file.parts:
            continue
        if wrong := [match[0] for match in NAIVE.finditer(file.read_text(encoding="utf-8"))]:
            found[str(file)] = wrong
    assert set(found) - {"muster/core/clocks.py"} == NO_CLASS, found


# The day of the institution, in whatever words it is asked for.
THEIR_DAY = re.compile(
    r"\b(?:actor|by|seen_by)\.today\(\)|\b(?:actor|by)\.now\(\)(?=\.(?:date|replace))|zone_of\(institution, None\)"
    r"|AT TIME ZONE institution\."
)
# Where it is right, how often it is asked for there, and why; a class is asked for its own (`Batch.today`,
# `ClassSession.today`, `is_from_today`). What is new is decided by joining.
ABOUT_PEOPLE = "What somebody says of their own days is about no one class."
A_WINDOW = "The edge of a span of weeks, wide enough for every clock; what counts within it goes by each class's own."
THE_READER = "The day at which the reader's calendar opens, or that it marks."
NO_BATCH = "There is no batch yet, or none at all."
DAYS_OF_THE_INSTITUTION = {
    "muster/allocation/scoring/cover.py": (1, A_WINDOW),
    "muster/allocation/scoring/inputs.py": (1, "The weeks of a person's load."),
    "muster/api/attendance/calendar.py": (1, THE_READER),
    "muster/api/attendance/cohorts.py": (1, NO_BATCH),
    "muster/api/exchange.py": (1, "A file's name."),
    "muster/api/insights.py": (1, A_WINDOW),
    "muster/api/people/attendance.py": (1, THE_READER),
    "muster/attendance/notices.py": (1, ABOUT_PEOPLE),
    "muster/attendance/queries/cohorts.py": (1, A_WINDOW),
    "muster/attendance/queries/missing.py": (4, A_WINDOW + " People are reminded once on a day of theirs."),
    "muster/attendance/queries/performance.py": (1, A_WINDOW),
    "muster/attendance/rules/absences.py": (1, ABOUT_PEOPLE),
    "muster/attendance/rules/low_attendance.py": (1, A_WINDOW),
    "muster/attendance/rules/reminders.py": (1, "People are reminded once on a day of theirs."),
    "muster/progression/queries/figures.py": (1, "The semesters of the institution's calendar."),
    "muster/batches/feeds.py": (1, A_WINDOW),
    "muster/batches/occurrences.py": (1, A_WINDOW),
    "muster/batches/workload.py": (1, "The week of a person."),
    "muster/enrollments/rules/changing.py": (1, NO_BATCH),
    "muster/enrollments/rules/enrolling.py": (1, NO_BATCH),
    "muster/feedback/queries.py": (2, A_WINDOW),
    "muster/feedback/rules.py": (1, A_WINDOW),
    "muster/oversight/rules.py": (2, ABOUT_PEOPLE),
    "muster/people/rules.py": (1, ABOUT_PEOPLE),
    "muster/privacy/archive.py": (1, "The day of an archive."),
    "muster/saved_views/rules.py": (2, "The morning on which something is mailed to a person."),
    "muster/reports/kinds/work.py": (1, A_WINDOW),
    "muster/reports/rules.py": (4, "Mornings are those of the institution's clock."),
    "muster/web/reports/schedules.py": (1, "Mornings are those of the institution's clock."),
    "muster/submissions/deadlines.py": (3, A_WINDOW),
    "muster/web/allocation/cover.py": (1, ABOUT_PEOPLE),
    "muster/web/attendance/absences.py": (2, ABOUT_PEOPLE),
    "muster/web/attendance/calendar.py": (4, THE_READER),
    "muster/web/audit/log.py": (2, THE_READER),
    "muster/web/attendance/daily.py": (1, NO_BATCH),
    "muster/web/batches/edit.py": (1, NO_BATCH),
    "muster/web/enrollments/self_service.py": (1, NO_BATCH),
    "muster/web/oversight/forms.py": (3, ABOUT_PEOPLE),
    "muster/web/oversight/overview.py": (1, ABOUT_PEOPLE),
    "muster/web/people/time_off.py": (1, ABOUT_PEOPLE),
    "muster/web/people/week.py": (1, THE_READER),
    "muster/web/insights/analytics.py": (3, A_WINDOW),
    "muster/web/insights/forms.py": (1, A_WINDOW),
    "muster/web/insights/rows.py": (1, A_WINDOW),
    "muster/web/insights/trend.py": (1, A_WINDOW),
    "muster/web/submissions/export_templates.py": (1, THE_READER),
}


def test_the_day_of_the_institution_is_asked_for_where_no_class_is_meant():
    found = {}
    for file in sorted(Path("muster").rglob("*")):
        # The demonstration is of one place.
        if file.suffix not in (".py", ".sql") or {"tests", "migrations", "demo"} & {*file.parts}:
            continue
        if number := len(THEIR_DAY.findall(file.read_text(encoding="utf-8"))):
            found[str(file)] = number
    assert found == {file: number for file, (number, _reason) in DAYS_OF_THE_INSTITUTION.items()}


def test_modules_import_each_other_in_no_circle():
    ours = "muster", "config", "benchmarks", "tests", "tools"
    graph = grimp.build_graph(*ours, exclude_type_checking_imports=True, cache_dir=None)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    # Raises CycleError, which names the circle.
    graphlib.TopologicalSorter(imports).prepare()


@pytest.mark.django_db
def test_models_and_migrations_agree():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.usefixtures("owner")
@pytest.mark.parametrize("statement", ["UPDATE core_auditentry SET by_name = 'Nobody'", "DELETE FROM core_auditentry"])
def test_history_is_only_added_to(statement):
    User.objects.create_user("ada@example.org", full_name="Ada")
    with pytest.raises(IntegrityError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert violated_constraint(refused.value) == "audit_is_only_added_to"


def test_nothing_names_this_workplace_or_a_registry():
    """The project speaks of itself alone."""
    hosts = re.compile(r"https?://(?!127\.0\.0\.1|localhost)[\w.-]*(pypi|npmjs|registry)[\w.-]*", re.IGNORECASE)
    for lock in [*ROOT.glob("requirements/*.txt"), ROOT / "package-lock.json"]:
        assert not hosts.search(lock.read_text()), lock
        assert "resolved" not in lock.read_text() or lock.suffix != ".json", lock


def test_pages_keep_each_date_of_a_range_in_one_piece():
    web = ROOT / "muster" / "web"
    asking = {
        str(path.relative_to(web))
        for path in web.rglob("*.py")
        if "tests" not in path.parts and re.search(r"\bdays_in_words\(", path.read_text())
    }
    # `unbroken_days`, which all others ask.
    assert asking == {"ui/widgets.py"}


def test_words_are_looked_for_in_one_way():
    """Every search is `core.search`: the same words find the same rows on each door."""
    for path in Path(muster.__file__).parent.rglob("*.py"):
        if path.name != "search.py" and not {"tests", "migrations"} & {*path.parts}:
            assert "__icontains" not in path.read_text(), path
