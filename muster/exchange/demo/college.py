"""Who and what the demonstration college has. Nobody here exists."""

from __future__ import annotations

from dataclasses import dataclass

INSTITUTION = "Ridgeline Institute"
TIME_ZONE = "Africa/Johannesburg"
SETTINGS = {
    "catalogue_is_public": True,
    "waitlist_mode": "offer",
    "catalogue_names_instructors": True,
    "contact_email": "office@ridgeline.example",
    "contact_phone": "+27 31 555 0100",
    "seat_buffer_percent": 10,
}

# code, name, address
BRANCHES = [
    ("DUR", "Durban Point", "14 Mahatma Gandhi Road, Durban"),
    ("HAT", "Hatfield", "1102 Park Street, Pretoria"),
]

# branch, name, seats
ROOMS = [
    ("DUR", "1.03", 24),
    ("DUR", "2.01", 18),
    ("DUR", "2.04", 32),
    ("DUR", "Lab 1", 24),
    ("HAT", "Lab 3", 64),
    ("HAT", "Seminar 1", 30),
    ("HAT", "Workshop A", 20),
    ("HAT", "Workshop B", 20),
]

# short code, name, head, e-mail
DEPARTMENTS = [
    ("CMP", "Computing", "Dr Ritika Pillay", "computing@ridgeline.example"),
    ("BUS", "Business", "Anele Zungu", "business@ridgeline.example"),
    ("TRD", "Trades", "Johan Steyn", "trades@ridgeline.example"),
    ("HLT", "Health", "", "health@ridgeline.example"),
]

COURSE_FIELDS = ("code", "title", "department", "kind", "length_days", "semesters", "default_capacity", "price")
COURSES = [
    ("PY", "Python foundations", "CMP", "short_course", 120, 0, 15, 6800),
    ("DA", "Data analytics", "CMP", "qualification", 200, 0, 32, 24500),
    ("WEB", "Web development", "CMP", "short_course", 110, 0, 16, 7400),
    ("CS", "Cloud support", "CMP", "short_course", 180, 0, 18, 12900),
    ("SD", "Software development", "CMP", "degree", 1080, 6, None, None),
    ("BK", "Bookkeeping", "BUS", "short_course", 110, 0, 20, 5200),
    ("PM", "Project management", "BUS", "short_course", 80, 0, 20, 6100),
    ("EL", "Electrical installation", "TRD", "qualification", 330, 0, 20, 31000),
    ("WD", "Welding", "TRD", "qualification", 240, 0, 16, 28500),
    ("ECD", "Early childhood practice", "HLT", "qualification", 330, 0, 24, 18900),
    ("HCA", "Health care assistance", "HLT", "short_course", 160, 0, 20, 8300),
]

# What students also take without a batch.
STUDIED_ALONE = ("PY", "BK", "PM")

# What the certificate of a course needs.
CERTIFIED = {
    "WEB": {"certificate_attendance_percent": 75, "certificate_needs_payment": True},
    "DA": {"certificate_attendance_percent": 75, "certificate_progress_percent": 80},
    "SD": {"certificate_attendance_percent": 75, "certificate_needs_results": True},
}

# course: required skills, teaching styles
TAUGHT_WITH = {
    "PY": (["Python"], ["workshop"]),
    "DA": (["Python", "SQL", "Statistics"], ["workshop"]),
    "WEB": (["HTML and CSS", "JavaScript"], ["workshop", "project"]),
    "CS": (["Linux", "Networks"], ["practical"]),
    "BK": (["Accounting"], ["lecture"]),
    "PM": (["Planning"], ["project"]),
    "EL": (["Wiring"], ["practical"]),
    "WD": (["Welding"], ["practical"]),
}

# course, code, title, semester, credits
SUBJECTS = [
    ("SD", "SD101", "Programming 1", 1, 16),
    ("SD", "SD102", "Computer systems", 1, 12),
    ("SD", "SD103", "Mathematics for computing", 1, 12),
    ("SD", "SD201", "Programming 2", 2, 16),
    ("SD", "SD202", "Databases 1", 2, 12),
    ("SD", "SD301", "Databases 2", 3, 12),
    ("SD", "SD302", "Web engineering", 3, 16),
    ("SD", "SD303", "Networks", 3, 12),
    ("SD", "SD401", "Software project", 4, 24),
    ("DA", "DA1", "Cleaning messy data", 1, 10),
    ("DA", "DA2", "Joins and keys", 1, 10),
    ("DA", "DA3", "Visual encoding", 1, 10),
]

# How degrees are graded: code, name, maximum, minimum; grade, from which percent on, points.
GRADING = (
    "Degrees, ten points",
    [
        ("IN1", "Internal 1", 15, 0),
        ("IN2", "Internal 2", 15, 0),
        ("PRA", "Practical", 20, 8),
        ("END", "End-term", 50, 20),
    ],
    [("A+", 90, 10), ("A", 80, 9), ("B", 70, 8), ("C", 60, 7), ("D", 50, 6), ("F", 0, 0)],
)

# Of the batch years' subjects, those that their lead teaches.
TAUGHT_BY_LEAD = ("SD102", "SD202", "SD301", "SD303")

# name: field, skills from 1 to 5, languages, teaching styles
PROFILES = {
    "Naledi Mokoena": (
        "Data analytics",
        {"Python": 5, "SQL": 4, "Statistics": 4},
        ["English", "Sesotho"],
        ["workshop"],
    ),
    "Tiago Macamo": ("Data analytics", {"SQL": 4, "Python": 3}, ["English", "Portuguese"], ["practical"]),
    "Farid Osman": ("Computing", {"Python": 4, "Linux": 3, "JavaScript": 2}, ["English", "Arabic"], ["lecture"]),
    "Leila Farouk": (
        "Web development",
        {"JavaScript": 4, "HTML and CSS": 5, "Python": 3},
        ["English"],
        ["workshop", "project"],
    ),
    "Mei-Lin Chen": ("Computing", {"Python": 5, "JavaScript": 3}, ["English", "Mandarin"], ["workshop"]),
    "Daniel Botha": ("Web development", {"HTML and CSS": 4, "JavaScript": 4}, ["English", "Afrikaans"], ["project"]),
    "Rohan Naidoo": ("Networks", {"Networks": 5, "Linux": 4}, ["English"], ["practical"]),
    "Ayesha Khan": ("Business", {"Accounting": 5, "Planning": 3}, ["English", "Urdu"], ["lecture"]),
    "Johan Steyn": ("Trades", {"Wiring": 5}, ["Afrikaans", "English"], ["practical"]),
    "Pieter Kruger": ("Trades", {"Welding": 5, "Wiring": 2}, ["Afrikaans"], ["practical"]),
}
# In the order of their staff numbers.
INSTRUCTORS = [*PROFILES, "Anele Zungu", "Yusuf Adeyemi", "Fatima Abubakar"]

FIRST_NAMES = (
    "Sipho Chiara Sizwe Nomvula Emre Kagiso Priya Wanjiru Amahle Liam Zanele Thabo Aisha Pedro Lerato Johannes Mbali "
    "Ravi Grace Olumide Hannah Bongani Fatou Marco Nandi Elias Yara Themba Ines Kabelo Sofia Musa Lindiwe Arjun "
    "Tumelo Eva Sanele Noor Palesa Mateus"
)
LAST_NAMES = (
    "Ndaba Moretti Khumalo Sithole Yildiz Molefe Govender Kamau Dlamini Murphy Mthembu Ncube Rahman Fernandes Mokoena "
    "Venter Zulu Reddy Owusu Balogun Fischer Cele Diallo Rossi Shabalala Haddad Silva Mahlangu Costa Tau"
)


@dataclass(frozen=True)
class DemoBatch:
    """A batch of the demonstration. Weeks count from the Monday of the week in which it is built."""

    name: str
    course: str
    branch: str
    starts: int
    weeks: int
    capacity: int | None
    lead: str
    # Letters of days (M T W R F S), from, to, room: such as "MWF 09:00 11:00 2.04".
    slots: str
    enrolled: int
    waitlist: int | None = None
    assistant: str = ""
    # "", "cancelled", "completed", "archived"
    ends: str = ""
    on_hold: int = 0


BATCHES = [
    DemoBatch(
        "Data analytics, mornings",
        "DA",
        "DUR",
        -15,
        29,
        32,
        "Naledi Mokoena",
        "MWF 09:00 11:00 2.04",
        32,
        6,
        "Tiago Macamo",
    ),
    DemoBatch(
        "Data analytics, afternoons", "DA", "DUR", -10, 28, 32, "Naledi Mokoena", "MWF 13:00 15:00 2.04", 27, on_hold=1
    ),
    DemoBatch("Data analytics, mornings", "DA", "DUR", 16, 28, 32, "Naledi Mokoena", "MWF 09:00 11:00 2.04", 23),
    DemoBatch("Python foundations, mornings", "PY", "DUR", -6, 16, 15, "Mei-Lin Chen", "MF 08:30 10:30 2.01", 14),
    DemoBatch("Python foundations, evenings", "PY", "DUR", -11, 15, 16, "Farid Osman", "F 18:00 20:00 2.01", 14),
    DemoBatch("Python foundations, Saturdays", "PY", "DUR", 7, 20, 15, "Leila Farouk", "S 09:00 12:00 2.01", 14),
    DemoBatch("Web development, evenings", "WEB", "DUR", 1, 16, 16, "", "MW 17:30 19:30 Lab 1", 12),
    DemoBatch(
        "Web development, mornings",
        "WEB",
        "DUR",
        -41,
        20,
        16,
        "Daniel Botha",
        "TR 09:00 11:00 Lab 1",
        15,
        ends="completed",
    ),
    DemoBatch("Cloud support", "CS", "HAT", -10, 28, 18, "Tiago Macamo", "TRF 11:00 13:00 Seminar 1", 18, 4),
    DemoBatch("Cloud support, Saturdays", "CS", "HAT", 7, 24, 18, "", "S 08:30 12:30 Seminar 1", 4),
    DemoBatch(
        "Networks, evenings", "CS", "HAT", -20, 16, 16, "Ayesha Khan", "T 18:00 20:00 Seminar 1", 3, ends="cancelled"
    ),
    DemoBatch("Bookkeeping, mornings", "BK", "DUR", -11, 16, 20, "Anele Zungu", "MWF 08:00 10:00 1.03", 18),
    DemoBatch("Bookkeeping, evenings", "BK", "DUR", -14, 26, 20, "Farid Osman", "T 17:30 19:30 1.03", 17),
    DemoBatch("Bookkeeping, Fridays", "BK", "DUR", -7, 16, 24, "Yusuf Adeyemi", "F 17:30 19:30 1.03", 21),
    DemoBatch("Bookkeeping, mornings", "BK", "DUR", 8, 16, 20, "Anele Zungu", "MWF 08:00 10:00 1.03", 5),
    DemoBatch("Project management", "PM", "DUR", 4, 12, 20, "Yusuf Adeyemi", "TR 15:00 17:00 1.03", 9),
    DemoBatch(
        "Electrical installation 2", "EL", "HAT", -27, 47, 20, "Johan Steyn", "MTWR 07:30 09:30 Workshop B", 20, 6
    ),
    DemoBatch("Electrical installation 1", "EL", "HAT", -19, 47, 20, "Johan Steyn", "MTWR 10:00 12:00 Workshop B", 17),
    DemoBatch("Welding 3", "WD", "HAT", -24, 34, 16, "Pieter Kruger", "TF 14:00 16:00 Workshop A", 16),
    DemoBatch("Welding 4", "WD", "HAT", 9, 34, 16, "Pieter Kruger", "", 2),
    DemoBatch("Early childhood practice", "ECD", "DUR", -20, 47, 24, "Fatima Abubakar", "MWF 09:00 12:00", 23),
    DemoBatch("Health care assistance", "HCA", "HAT", 3, 23, 20, "Ayesha Khan", "TR 09:00 11:30 Lab 3", 11),
    DemoBatch(
        "Python foundations, evenings",
        "PY",
        "DUR",
        -97,
        15,
        16,
        "Farid Osman",
        "TR 18:00 20:00 2.01",
        13,
        ends="archived",
    ),
]

# name, year, semester, lead, students, archived
BATCH_YEARS = [
    ("Software development 2025", 2025, 3, "Rohan Naidoo", 44, False),
    ("Software development 2026", 2026, 1, "Rohan Naidoo", 38, False),
    ("Software development 2022", 2022, 6, "Rohan Naidoo", 24, True),
]

# The lecture that both running years of Software development hear together.
SHARED = ("Guest lecture, computing", "R 14:00 15:30 Lab 3")

# name, first day and last day as weeks and days from the Monday of the week, branch
HOLIDAYS = [
    ("Staff day", (2, 3), (2, 3), "DUR"),
    ("Year-end closure", (4, 0), (5, 6), ""),
]

# name: first and last month and day
TERMS = {"First semester": ((1, 15), (6, 20)), "Second semester": ((7, 10), (12, 4))}
