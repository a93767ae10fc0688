"""Every write around personal data: archives, erasing, periods, consent."""

from muster.privacy.rules.consent import answer_consent, close_consent, reopen_consent, write_consent
from muster.privacy.rules.erasing import ErasedPerson, erase_person, take_archive
from muster.privacy.rules.retention import run_all_retention, run_retention
