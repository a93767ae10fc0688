import django.db.models.deletion
import django.db.models.functions.datetime
import muster.core.constraints
import muster.core.ids
import muster.core.sql
import muster.core.triggers
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('allocation', '0001_initial'),
        ('core', '0001_initial'),
        ('institutions', '0001_initial'),
        ('timetable', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='MentoringSession',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('channel', models.CharField(choices=[('in_person', 'In person'), ('online', 'Online'), ('phone', 'Phone')], default='in_person', max_length=10, verbose_name='channel')),
                ('series', models.UUIDField(blank=True, editable=False, null=True)),
                ('outcome', models.CharField(blank=True, choices=[('held', 'Held'), ('missed', 'Missed')], max_length=6, verbose_name='outcome')),
                ('announced_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('chased_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('summary', models.TextField(blank=True, verbose_name='summary')),
                ('private_notes', models.TextField(blank=True, verbose_name='private notes')),
                ('assignment', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='mentoring_sessions', to='allocation.individualassignment')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('session', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='mentoring', to='timetable.classsession')),
            ],
            options={
                'verbose_name': 'mentoring session',
                'verbose_name_plural': 'mentoring sessions',
                'ordering': ['-session__date', '-session__start_time', '-id'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='mentoring_session_of_institution'), muster.core.constraints.SameOwner(field='session', name='mentoring_session_session_of_same_institution', owner='institution', to='timetable.ClassSession', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='assignment', name='mentoring_session_assignment_of_same_institution', owner='institution', to='allocation.IndividualAssignment', to_columns=('institution_id', 'id')), models.UniqueConstraint(fields=('session',), name='one_mentoring_session_for_each_session'), models.CheckConstraint(condition=models.Q(('channel__in', ['in_person', 'online', 'phone'])), name='mentoring_channel_is_known'), models.CheckConstraint(condition=models.Q(('outcome__in', ['', 'held', 'missed'])), name='mentoring_outcome_is_known')],
                'triggers': [pgtrigger.compiler.Trigger(name='mentoring_session_is_of_a_current_pair', sql=muster.core.triggers.TriggerSql(func="\n            PERFORM FROM allocation_individualassignment WHERE id = NEW.assignment_id FOR SHARE;\n            IF \n        NOT EXISTS (\n            SELECT FROM allocation_individualassignment WHERE id = NEW.assignment_id AND ended_at IS NULL\n        ) OR NOT EXISTS (\n            SELECT FROM timetable_classsession WHERE id = NEW.session_id AND meeting_id = NEW.assignment_id\n        )\n     THEN\n                RAISE EXCEPTION 'A mentoring session is of a pair that is assigned to each other' USING ERRCODE = 'check_violation', CONSTRAINT = 'mentoring_session_is_of_a_current_pair';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='061481dbcb04644061a08ae69367c08615646dfb', operation='INSERT', pgid='pgtrigger_mentoring_session_is_of_a_current_pair_ed447', table='mentoring_mentoringsession', when='BEFORE')), pgtrigger.compiler.Trigger(name='mentored_student_is_in_one_place_at_a_time', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF muster_student_is_elsewhere(NEW.session_id) THEN\n                RAISE EXCEPTION 'The student of a mentoring session has a class then' USING ERRCODE = 'check_violation', CONSTRAINT = 'mentored_student_is_in_one_place_at_a_time';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='c146f24d7de25c48843e527358609dcfbd2952b9', operation='INSERT', pgid='pgtrigger_mentored_student_is_in_one_place_at_a_time_9069b', table='mentoring_mentoringsession', when='BEFORE')), pgtrigger.compiler.Trigger(name='mentoring_session_stays_with_its_pair', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF (OLD.session_id, OLD.assignment_id) IS DISTINCT FROM (NEW.session_id, NEW.assignment_id) THEN\n                RAISE EXCEPTION 'A mentoring session stays with its pair' USING ERRCODE = 'check_violation', CONSTRAINT = 'mentoring_session_stays_with_its_pair';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='33a89fe7a32979ece623245e8d66abda82ae70ce', operation='UPDATE', pgid='pgtrigger_mentoring_session_stays_with_its_pair_331de', table='mentoring_mentoringsession', when='BEFORE')), pgtrigger.compiler.Trigger(name='mentoring_session_is_written_up_once_it_began', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF \n        NEW.outcome <> '' AND EXISTS (\n            SELECT FROM timetable_classsession AS session\n            JOIN timetable_meeting AS meeting ON meeting.id = session.meeting_id\n            WHERE session.id = NEW.session_id\n            AND muster_beginning(session.date, session.start_time, meeting.time_zone) > clock_timestamp()\n        )\n     THEN\n                RAISE EXCEPTION 'A mentoring session is not held before it begins' USING ERRCODE = 'check_violation', CONSTRAINT = 'mentoring_session_is_written_up_once_it_began';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='22e24c3a7e9d9c1d1192c118e4cedd68ba422a8f', operation='INSERT OR UPDATE OF "outcome"', pgid='pgtrigger_mentoring_session_is_written_up_once_it_began_a4368', table='mentoring_mentoringsession', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version,private_notes,announced_at,chased_at}', 'institution_id')", hash='4e520f53e76f015bbbafce050e42269b16bce2ef', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_98b48', table='mentoring_mentoringsession', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."session_id", OLD."assignment_id", OLD."channel", OLD."series", OLD."outcome", OLD."summary") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."session_id", NEW."assignment_id", NEW."channel", NEW."series", NEW."outcome", NEW."summary"))', execute="muster_audit('{id,updated_at,version,private_notes,announced_at,chased_at}', 'institution_id')", hash='ff96a44f2c97bde05814c670464f7260a97d7cf8', operation='UPDATE', pgid='pgtrigger_audit_changes_e0284', table='mentoring_mentoringsession', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='MentorRequest',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('reason', models.CharField(max_length=300, verbose_name='reason')),
                ('status', models.CharField(choices=[('pending', 'Waiting'), ('approved', 'Approved'), ('rejected', 'Rejected'), ('withdrawn', 'Withdrawn')], default='pending', max_length=10, verbose_name='status')),
                ('decided_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('decision_note', models.CharField(blank=True, max_length=300, verbose_name='note to the student')),
                ('assignment', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='mentor_requests', to='allocation.individualassignment')),
                ('decided_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('status', 'pending')), fields=['institution'], name='mentor_request_waiting')],
                'verbose_name': 'request for another mentor',
                'verbose_name_plural': 'requests for another mentor',
                'ordering': ['created_at', 'id'],
                'constraints': [muster.core.constraints.SameOwner(field='assignment', name='mentor_request_assignment_of_same_institution', owner='institution', to='allocation.IndividualAssignment', to_columns=('institution_id', 'id')), models.UniqueConstraint(condition=models.Q(('status', 'pending')), fields=('assignment',), name='one_waiting_request_for_another_mentor'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='mentor_request_says_why'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('status', 'pending')), models.Q(('decided_at__isnull', False), ('status__in', ['approved', 'withdrawn'])), models.Q(('decided_at__isnull', False), ('status', 'rejected'), models.Q(('decision_note', ''), _negated=True)), _connector='OR'), name='mentor_request_is_decided_whole')],
                'triggers': [pgtrigger.compiler.Trigger(name='mentor_request_is_of_a_current_pair', sql=muster.core.triggers.TriggerSql(func="\n            PERFORM FROM allocation_individualassignment WHERE id = NEW.assignment_id FOR SHARE;\n            IF \n            NOT EXISTS (\n                SELECT FROM allocation_individualassignment WHERE id = NEW.assignment_id AND ended_at IS NULL\n            )\n         THEN\n                RAISE EXCEPTION 'This is of a pair that is assigned to each other' USING ERRCODE = 'check_violation', CONSTRAINT = 'mentor_request_is_of_a_current_pair';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='aa1ba267240917db9dffa207c1e9a80dbd7ddf44', operation='INSERT', pgid='pgtrigger_mentor_request_is_of_a_current_pair_7fd6c', table='mentoring_mentorrequest', when='BEFORE')), pgtrigger.compiler.Trigger(name='mentor_request_is_decided_once', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF OLD.status <> 'pending'\n        OR (OLD.institution_id, OLD.assignment_id, OLD.reason)\n        IS DISTINCT FROM (NEW.institution_id, NEW.assignment_id, NEW.reason) THEN\n                RAISE EXCEPTION 'A request for another mentor stays as it was asked, and is decided once' USING ERRCODE = 'check_violation', CONSTRAINT = 'mentor_request_is_decided_once';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='266f719d886ae4d546255812419df7e90bfba874', operation='UPDATE', pgid='pgtrigger_mentor_request_is_decided_once_20b91', table='mentoring_mentorrequest', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version,reason}', 'institution_id')", hash='ce92c5e4bf12a207c467630f3708b40fd71b007f', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_5213c', table='mentoring_mentorrequest', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."assignment_id", OLD."status", OLD."decided_by_id", OLD."decided_at", OLD."decision_note") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."assignment_id", NEW."status", NEW."decided_by_id", NEW."decided_at", NEW."decision_note"))', execute="muster_audit('{id,updated_at,version,reason}', 'institution_id')", hash='173d995993825359c2962d4aea5e9193993b97ba', operation='UPDATE', pgid='pgtrigger_audit_changes_a6989', table='mentoring_mentorrequest', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='Handover',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('note', models.TextField(blank=True, verbose_name='note')),
                ('notes_released', models.BooleanField(default=False, verbose_name='private notes released')),
                ('asked_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('written_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('following', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='handovers_taken', to='allocation.individualassignment')),
                ('former', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='handovers', to='allocation.individualassignment')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'verbose_name': 'handover',
                'verbose_name_plural': 'handovers',
                'ordering': ['-created_at', '-id'],
                'constraints': [muster.core.constraints.SameOwner(field='former', name='handover_former_of_same_institution', owner='institution', to='allocation.IndividualAssignment', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='following', name='handover_following_of_same_institution', owner='institution', to='allocation.IndividualAssignment', to_columns=('institution_id', 'id')), models.UniqueConstraint(fields=('former',), name='one_handover_of_each_mentor'), models.CheckConstraint(condition=models.Q(('written_at__isnull', False), models.Q(('note', ''), ('notes_released', False)), _connector='OR'), name='handover_is_written_by_the_former_mentor')],
                'triggers': [pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version,asked_at}', 'institution_id')", hash='690e78bcc3014418c1fc5d661c1a75006ecd12ab', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_5f020', table='mentoring_handover', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."former_id", OLD."following_id", OLD."note", OLD."notes_released", OLD."written_at") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."former_id", NEW."following_id", NEW."note", NEW."notes_released", NEW."written_at"))', execute="muster_audit('{id,updated_at,version,asked_at}', 'institution_id')", hash='8f6e9789d77560fc26f8c768bbe5084891b68481', operation='UPDATE', pgid='pgtrigger_audit_changes_8e24d', table='mentoring_handover', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='MentoringTimeRequest',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('date', models.DateField(verbose_name='day')),
                ('start_time', models.TimeField(verbose_name='from')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                ('status', models.CharField(choices=[('pending', 'Waiting'), ('accepted', 'Accepted'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn')], default='pending', max_length=10, verbose_name='status')),
                ('decided_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('decision_note', models.CharField(blank=True, max_length=300, verbose_name='note to the student')),
                ('decided_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('session', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='time_requests', to='mentoring.mentoringsession')),
            ],
            options={
                'verbose_name': 'request for another time',
                'verbose_name_plural': 'requests for another time',
                'ordering': ['created_at', 'id'],
                'constraints': [muster.core.constraints.SameOwner(field='session', name='time_request_session_of_same_institution', owner='institution', to='mentoring.MentoringSession', to_columns=('institution_id', 'id')), models.UniqueConstraint(condition=models.Q(('status', 'pending')), fields=('session',), name='one_waiting_request_for_another_time'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('status', 'pending')), models.Q(('decided_at__isnull', False), ('status__in', ['accepted', 'declined', 'withdrawn'])), _connector='OR'), name='time_request_is_decided_whole')],
                'triggers': [pgtrigger.compiler.Trigger(name='time_request_is_decided_once', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF OLD.status <> 'pending'\n        OR (OLD.institution_id, OLD.session_id, OLD.date, OLD.start_time, OLD.note)\n        IS DISTINCT FROM (NEW.institution_id, NEW.session_id, NEW.date, NEW.start_time, NEW.note) THEN\n                RAISE EXCEPTION 'A request for another time stays as it was asked, and is decided once' USING ERRCODE = 'check_violation', CONSTRAINT = 'time_request_is_decided_once';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='41d951bd7e4808943096bb2f6a260bc3902160c2', operation='UPDATE', pgid='pgtrigger_time_request_is_decided_once_3cddb', table='mentoring_mentoringtimerequest', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='562e2d5e67b6fcda9fefa9870098c104d9c47243', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_562aa', table='mentoring_mentoringtimerequest', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."session_id", OLD."date", OLD."start_time", OLD."note", OLD."status", OLD."decided_by_id", OLD."decided_at", OLD."decision_note") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."session_id", NEW."date", NEW."start_time", NEW."note", NEW."status", NEW."decided_by_id", NEW."decided_at", NEW."decision_note"))', execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='1f4980cdb4cb313fc887c94c9d69772d6538da31', operation='UPDATE', pgid='pgtrigger_audit_changes_e4705', table='mentoring_mentoringtimerequest', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='NoteLook',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('looked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('looked_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('session', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='looks', to='mentoring.mentoringsession')),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [muster.core.constraints.SameOwner(field='session', name='note_look_session_of_same_institution', owner='institution', to='mentoring.MentoringSession', to_columns=('institution_id', 'id'))],
                'triggers': [pgtrigger.compiler.Trigger(name='looks_at_notes_are_only_added_to', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF TRUE THEN\n                RAISE EXCEPTION 'Who looked at private notes is only added to' USING ERRCODE = 'check_violation', CONSTRAINT = 'looks_at_notes_are_only_added_to';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='11a5c2395aacb4ec9068a310fa255705aeda1124', operation='UPDATE OR DELETE', pgid='pgtrigger_looks_at_notes_are_only_added_to_ad227', table='mentoring_notelook', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version,looked_by_id,looked_at}', 'institution_id', 'session_id')", hash='d2f1d97cd115d078a78619be75fcda5ffe022648', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_6e801', table='mentoring_notelook', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."institution_id", OLD."session_id") IS DISTINCT FROM (NEW."institution_id", NEW."session_id"))', execute="muster_audit('{id,updated_at,version,looked_by_id,looked_at}', 'institution_id', 'session_id')", hash='b3414831a63ce334758c46ae7256c2caff04eff9', operation='UPDATE', pgid='pgtrigger_audit_changes_399cd', table='mentoring_notelook', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='MentoringCheckIn',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('by_student', models.BooleanField(editable=False)),
                ('mood', models.PositiveSmallIntegerField(verbose_name='mood')),
                ('progress', models.PositiveSmallIntegerField(verbose_name='progress')),
                ('comment', models.TextField(blank=True, verbose_name='comment')),
                ('assignment', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='check_ins', to='allocation.individualassignment')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'verbose_name': 'check-in',
                'verbose_name_plural': 'check-ins',
                'ordering': ['-created_at', '-id'],
                'constraints': [muster.core.constraints.SameOwner(field='assignment', name='check_in_assignment_of_same_institution', owner='institution', to='allocation.IndividualAssignment', to_columns=('institution_id', 'id')), models.CheckConstraint(condition=models.Q(('mood__range', (1, 5)), ('progress__range', (1, 5))), name='check_in_is_from_one_to_five')],
                'triggers': [pgtrigger.compiler.Trigger(name='check_in_is_of_a_current_pair', sql=muster.core.triggers.TriggerSql(func="\n            PERFORM FROM allocation_individualassignment WHERE id = NEW.assignment_id FOR SHARE;\n            IF \n            NOT EXISTS (\n                SELECT FROM allocation_individualassignment WHERE id = NEW.assignment_id AND ended_at IS NULL\n            )\n         THEN\n                RAISE EXCEPTION 'This is of a pair that is assigned to each other' USING ERRCODE = 'check_violation', CONSTRAINT = 'check_in_is_of_a_current_pair';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='072765a3da9afe7fb3e440ac318f48f993e8d813', operation='INSERT', pgid='pgtrigger_check_in_is_of_a_current_pair_2e25f', table='mentoring_mentoringcheckin', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='216edde286b06b8b0d7a04d77ef0ce7927689f59', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_a3216', table='mentoring_mentoringcheckin', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."assignment_id", OLD."by_student", OLD."mood", OLD."progress", OLD."comment") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."assignment_id", NEW."by_student", NEW."mood", NEW."progress", NEW."comment"))', execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='f19fa658ab83f15076f04982a84e1fe465fc0efb', operation='UPDATE', pgid='pgtrigger_audit_changes_4d845', table='mentoring_mentoringcheckin', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='MentoringGoal',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('title', models.CharField(max_length=150, verbose_name='goal')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='due')),
                ('status', models.CharField(choices=[('open', 'Open'), ('reached', 'Reached'), ('dropped', 'Dropped')], default='open', max_length=8, verbose_name='status')),
                ('settled_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('assignment', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='mentoring_goals', to='allocation.individualassignment')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'verbose_name': 'goal',
                'verbose_name_plural': 'goals',
                'ordering': [models.OrderBy(models.F('due_on'), nulls_last=True), 'id'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='mentoring_goal_of_institution'), muster.core.constraints.SameOwner(field='assignment', name='mentoring_goal_assignment_of_same_institution', owner='institution', to='allocation.IndividualAssignment', to_columns=('institution_id', 'id')), models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='goal_says_what_is_agreed'), models.CheckConstraint(condition=models.Q(models.Q(('settled_at__isnull', True), ('status', 'open')), models.Q(('settled_at__isnull', False), ('status__in', ['reached', 'dropped'])), _connector='OR'), name='goal_is_open_or_settled')],
                'triggers': [pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='3a286f2015a71c5ce4df891fc15e0297e6bc6ac9', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_2e9ad', table='mentoring_mentoringgoal', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."assignment_id", OLD."title", OLD."due_on", OLD."status", OLD."settled_at") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."assignment_id", NEW."title", NEW."due_on", NEW."status", NEW."settled_at"))', execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='629d78eec8072a82417c8f32a48abc365aa19879', operation='UPDATE', pgid='pgtrigger_audit_changes_95f82', table='mentoring_mentoringgoal', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='MentoringMeeting',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('assignment', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='mentoring_meetings', to='allocation.individualassignment')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('meeting', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='mentoring_meetings', to='timetable.meeting')),
            ],
            options={
                'constraints': [muster.core.constraints.SameOwner(field='assignment', name='mentoring_meeting_assignment_of_same_institution', owner='institution', to='allocation.IndividualAssignment', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='meeting', name='mentoring_meeting_meeting_of_same_institution', owner='institution', to='timetable.Meeting', to_columns=('institution_id', 'id')), models.UniqueConstraint(fields=('meeting',), name='one_pair_in_a_mentoring_meeting'), models.CheckConstraint(condition=models.Q(('meeting', models.F('assignment'))), name='mentoring_meeting_has_the_id_of_its_assignment')],
                'triggers': [pgtrigger.compiler.Trigger(name='mentor_comes_to_the_meeting', sql=muster.core.triggers.TriggerSql(func="\n        INSERT INTO timetable_meetingperson\n            (id, created_at, updated_at, institution_id, meeting_id, instructor_id, role, days, books)\n        SELECT muster_new_id(), now(), now(), institution_id, NEW.meeting_id, instructor_id, 'lead',\n            daterange(NULL, NULL), TRUE\n        FROM allocation_individualassignment WHERE id = NEW.assignment_id;\n        RETURN NULL;\n    ", hash='920f10ffe416d374f4cd404786404772e9449132', operation='INSERT', pgid='pgtrigger_mentor_comes_to_the_meeting_f5b47', table='mentoring_mentoringmeeting', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='MentoringQuestion',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('question', models.TextField(verbose_name='question')),
                ('answer', models.TextField(blank=True, verbose_name='answer')),
                ('answered_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('assignment', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='questions', to='allocation.individualassignment')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'verbose_name': 'question',
                'verbose_name_plural': 'questions',
                'ordering': ['-created_at', '-id'],
                'indexes': [models.Index(condition=models.Q(('answered_at__isnull', True)), fields=['assignment'], name='question_waiting')],
                'constraints': [muster.core.constraints.SameOwner(field='assignment', name='question_assignment_of_same_institution', owner='institution', to='allocation.IndividualAssignment', to_columns=('institution_id', 'id')), models.CheckConstraint(condition=models.Q(('question', ''), _negated=True), name='question_asks_something'), models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at__isnull', True)), models.Q(models.Q(('answer', ''), _negated=True), ('answered_at__isnull', False)), _connector='OR'), name='question_is_answered_whole')],
                'triggers': [pgtrigger.compiler.Trigger(name='question_is_of_a_current_pair', sql=muster.core.triggers.TriggerSql(func="\n            PERFORM FROM allocation_individualassignment WHERE id = NEW.assignment_id FOR SHARE;\n            IF \n            NOT EXISTS (\n                SELECT FROM allocation_individualassignment WHERE id = NEW.assignment_id AND ended_at IS NULL\n            )\n         THEN\n                RAISE EXCEPTION 'This is of a pair that is assigned to each other' USING ERRCODE = 'check_violation', CONSTRAINT = 'question_is_of_a_current_pair';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='89bd025ce421f1b343c16494165687d6940dfc93', operation='INSERT', pgid='pgtrigger_question_is_of_a_current_pair_43499', table='mentoring_mentoringquestion', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='b4f415314f1042d1ff2c5669c3394458f2acb0a5', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_75004', table='mentoring_mentoringquestion', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."assignment_id", OLD."question", OLD."answer", OLD."answered_at") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."assignment_id", NEW."question", NEW."answer", NEW."answered_at"))', execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='ef2e928c954fa13bff5a4d094505e4f93b036f9a', operation='UPDATE', pgid='pgtrigger_audit_changes_e8c3f', table='mentoring_mentoringquestion', when='AFTER'))],
            },
        ),
        muster.core.sql.InstallFunctions(
            app='mentoring',
        ),
    ]
