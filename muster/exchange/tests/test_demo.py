"""The demonstration holds one of everything, and is the same however often it is asked for."""

from django.test import TestCase

from muster.attendance.models import AttendanceRecord, Mark
from muster.attendance.queries.missing import missing_registers
from muster.batches.models import Batch
from muster.batches.queries import without_lead
from muster.enrollments.models import Enrollment
from muster.exchange.demo import DEMO_PASSWORD, build_demo, demo_sign_ins
from muster.institutions.access import Actor
from muster.institutions.models import Institution, Membership, Role
from muster.oversight.models import AccessLook, AccessRequest
from muster.submissions.deadlines import deadlines_of
from muster.submissions.models import Submission
from muster.timetable.models import ClassSession, Meeting
from tests.client import Api


class Demonstration(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.ridgeline = build_demo()

    def test_it_has_one_of_everything(self):
        batches = Batch.objects.filter(institution=self.ridgeline)
        assert set(batches.values_list("kind", flat=True)) == {"course", "academic"}
        assert set(batches.values_list("status", flat=True)) == set(Batch.Status.values)
        assert any(batch.is_full for batch in batches if batch.status == "Active")
        assert batches.filter(without_lead(), status="Upcoming").exists()
        assert batches.filter(archived_at__isnull=False).count() == 2
        assert Meeting.objects.filter(institution=self.ridgeline, is_shared=True).count() == 1
        assert len(set(batches.values_list("branch_id", flat=True))) == 2
        assert {"active", "on_hold", "completed", "cancelled"} == set(
            Enrollment.objects.filter(institution=self.ridgeline).values_list("status", flat=True)
        )

    def test_its_sessions_were_made_moved_called_off_and_added(self):
        sessions = ClassSession.objects.filter(institution=self.ridgeline)
        assert sessions.filter(status="cancelled").exists()
        assert sessions.filter(slot_date__isnull=True).exists()
        assert sessions.filter(slot_date__isnull=False, is_edited=True, status="scheduled").exists()
        assert sessions.filter(is_edited=False).count() > 100

    def test_its_registers_were_taken_locked_and_here_and_there_forgotten(self):
        sessions = ClassSession.objects.filter(institution=self.ridgeline)
        marks = AttendanceRecord.objects.filter(institution=self.ridgeline)
        assert sessions.filter(status="held", is_locked=True).exists()
        assert sessions.filter(status="held", is_locked=False).exists()
        assert missing_registers(Actor.system(self.ridgeline)).exists()
        assert set(marks.values_list("status", flat=True)) == set(Mark.values)
        assert marks.filter(session=None).exists()
        assert marks.exclude(notes="").exists()

    def test_its_regulator_asked_was_granted_and_looked_and_has_what_was_handed_in(self):
        asked = AccessRequest.objects.filter(institution=self.ridgeline)
        assert sorted(asked.values_list("status", flat=True)) == ["approved", "approved", "pending", "rejected"]
        assert asked.in_force().count() == 2
        looks = AccessLook.objects.filter(institution=self.ridgeline)
        assert set(looks.values_list("how", flat=True)) == {"opened", "pdf", "csv", "denied"}
        sent = Submission.objects.filter(institution=self.ridgeline)
        assert {"submitted", "received"} == set(sent.values_list("status", flat=True))
        admin = Membership.objects.filter(institution=self.ridgeline, role=Role.ADMIN).get()
        due = deadlines_of(Actor.of(admin.user, self.ridgeline))
        assert not any(one.is_late for one in due)

    def test_building_it_again_changes_nothing(self):
        before = (Batch.objects.count(), Enrollment.objects.count())
        assert build_demo() == self.ridgeline
        assert (Batch.objects.count(), Enrollment.objects.count(), Institution.objects.count()) == (*before, 1)

    def test_everybody_of_it_can_sign_in(self):
        for person in demo_sign_ins():
            reply = Api().post("/v1/auth/login", {"email": person.email, "password": DEMO_PASSWORD})
            assert reply.status == 200, person
            assert reply.data["user"]["role"] == [person.role]
