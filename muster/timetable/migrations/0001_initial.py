import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.constraints
import django.db.models.deletion
import muster.core.constraints
import muster.core.ids
import muster.core.sql
import muster.core.triggers
import muster.timetable.models
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('core', '0001_initial'),
        ('courses', '0001_initial'),
        ('institutions', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Teaching',
            fields=[
                ('pk', models.CompositePrimaryKey('session_id', 'instructor_id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('role', models.CharField(max_length=10)),
                ('books', models.BooleanField()),
            ],
            options={
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='Meeting',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('name', models.CharField(max_length=150, verbose_name='name')),
                ('code', models.CharField(max_length=150, verbose_name='code')),
                ('is_shared', models.BooleanField(default=False)),
                ('time_zone', models.CharField(editable=False, max_length=64)),
                ('start_date', models.DateField(blank=True, null=True)),
                ('end_date', models.DateField(blank=True, null=True)),
                ('books', models.BooleanField(default=True)),
                ('is_archived', models.BooleanField(default=False)),
                ('branch', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='meetings', to='institutions.branch')),
                ('institution', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'ordering': ['code', 'id'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='meeting_of_institution'), muster.core.constraints.SameOwner(field='branch', name='meeting_branch_of_same_institution', owner='institution', to='institutions.Branch', to_columns=('institution_id', 'id')), models.CheckConstraint(condition=models.Q(('start_date__isnull', True), ('end_date__isnull', True), ('end_date__gte', models.F('start_date')), _connector='OR'), name='meeting_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(('books', False), ('is_archived', False), _connector='OR'), name='archived_meeting_books_nobody')],
                'triggers': [pgtrigger.compiler.Trigger(name='zone_follows_the_branch', sql=muster.core.triggers.TriggerSql(func='NEW.time_zone := muster_zone(NEW.institution_id, NEW.branch_id); RETURN NEW;', hash='f67a4bb2c29cdcb15d5ff013629d235e50930606', operation='INSERT OR UPDATE OF "branch_id"', pgid='pgtrigger_zone_follows_the_branch_da2ba', table='timetable_meeting', when='BEFORE')), pgtrigger.compiler.Trigger(name='archived_meeting_is_frozen', sql=muster.core.triggers.GuardSql(condition='WHEN (OLD."is_archived")', func="\n        IF (NOT pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE')\n    OR pg_trigger_depth() = 1 AND coalesce(current_setting('muster.derives', TRUE), '') <> 'yes') THEN\n            RAISE EXCEPTION 'An archived meeting does not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'archived_meeting_does_not_change';\n        END IF;\n        RETURN coalesce(NEW, OLD);\n    ", hash='a976bd628d854519de2e4448f1a4528b96989ab5', operation='UPDATE OR DELETE', pgid='pgtrigger_archived_meeting_is_frozen_0a7dd', table='timetable_meeting', when='BEFORE')), pgtrigger.compiler.Trigger(name='meeting_state_follows_its_owner', sql=muster.core.triggers.GuardSql(condition='WHEN (ROW(NEW.books, NEW.is_archived) IS DISTINCT FROM ROW(OLD.books, OLD.is_archived))', func="\n            IF (NOT pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE')\n    OR pg_trigger_depth() = 1 AND coalesce(current_setting('muster.derives', TRUE), '') <> 'yes') THEN\n                RAISE EXCEPTION 'A meeting books and is archived with what it belongs to' USING ERRCODE = 'check_violation', CONSTRAINT = 'meeting_state_follows_its_owner';\n            END IF;\n            RETURN NEW;\n        ", hash='f7664ece27e899510ae8f05090c3948f1a057861', operation='UPDATE OF "books", "is_archived"', pgid='pgtrigger_meeting_state_follows_its_owner_1e99c', table='timetable_meeting', when='BEFORE')), pgtrigger.compiler.Trigger(name='meeting_changed', sql=muster.core.triggers.TriggerSql(func='IF EXISTS (SELECT FROM new_rows) THEN \n        PERFORM muster_keep_timetable(ARRAY(\n            SELECT new_rows.id FROM new_rows JOIN old_rows ON old_rows.id = new_rows.id\n            WHERE (new_rows.start_date, new_rows.end_date, new_rows.branch_id, new_rows.time_zone, new_rows.books, new_rows.is_archived) IS DISTINCT FROM (old_rows.start_date, old_rows.end_date, old_rows.branch_id, old_rows.time_zone, old_rows.books, old_rows.is_archived)\n        ));\n     END IF; RETURN NULL;', hash='95d5935589aac258d563e425612dade874fc368f', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_meeting_changed_16166', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='timetable_meeting', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='MeetingPerson',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('role', models.CharField(choices=[('lead', 'Lead'), ('assistant', 'Assistant'), ('substitute', 'Substitute'), ('faculty', 'Faculty')], max_length=10)),
                ('days', django.contrib.postgres.fields.ranges.DateRangeField()),
                ('books', models.BooleanField(default=True)),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('instructor', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='meeting_days', to=settings.AUTH_USER_MODEL)),
                ('meeting', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='people', to='timetable.meeting')),
                ('subject', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='courses.subject')),
            ],
            options={
                'constraints': [muster.core.constraints.SameOwner(field='meeting', name='meeting_person_meeting_of_same_institution', owner='institution', to='timetable.Meeting', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='subject', name='meeting_person_subject_of_same_institution', owner='institution', to='courses.Subject', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='instructor', name='meeting_person_instructor_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')), models.CheckConstraint(condition=models.Q(('role__in', ['lead', 'assistant', 'substitute', 'faculty'])), name='meeting_role_is_known'), models.CheckConstraint(condition=models.Q(('days__isempty', False)), name='meeting_person_comes_on_some_day'), models.CheckConstraint(condition=models.Q(models.Q(('role', 'faculty'), ('subject__isnull', False)), models.Q(models.Q(('role', 'faculty'), _negated=True), ('subject__isnull', True)), _connector='OR'), name='faculty_has_a_subject')],
                'triggers': [pgtrigger.compiler.Trigger(name='people_came', sql=muster.core.triggers.TriggerSql(func='IF EXISTS (SELECT FROM new_rows) THEN \n    PERFORM muster_book(ARRAY(\n        SELECT session.id FROM timetable_classsession AS session JOIN new_rows AS person\n        ON person.meeting_id = session.meeting_id AND person.days @> session.date\n    ));\n END IF; RETURN NULL;', hash='e601d789cb5ca516ebec1204bad4b43b33c97d58', level='STATEMENT', operation='INSERT', pgid='pgtrigger_people_came_ffd25', referencing='REFERENCING NEW TABLE AS new_rows ', table='timetable_meetingperson', when='AFTER')), pgtrigger.compiler.Trigger(name='people_changed', sql=muster.core.triggers.TriggerSql(func='IF EXISTS (SELECT FROM new_rows) THEN \n    PERFORM muster_book(ARRAY(\n        SELECT session.id FROM timetable_classsession AS session JOIN (SELECT * FROM new_rows UNION ALL SELECT * FROM old_rows) AS person\n        ON person.meeting_id = session.meeting_id AND person.days @> session.date\n    ));\n END IF; RETURN NULL;', hash='f108e6c6e317b9bc3b96542e1d889e1744ab4d19', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_people_changed_7c830', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='timetable_meetingperson', when='AFTER')), pgtrigger.compiler.Trigger(name='people_went', sql=muster.core.triggers.TriggerSql(func='IF EXISTS (SELECT FROM old_rows) THEN \n    PERFORM muster_book(ARRAY(\n        SELECT session.id FROM timetable_classsession AS session JOIN old_rows AS person\n        ON person.meeting_id = session.meeting_id AND person.days @> session.date\n    ));\n END IF; RETURN NULL;', hash='82caa1b765d3895196ec9b4b3f771ee60f57f8f5', level='STATEMENT', operation='DELETE', pgid='pgtrigger_people_went_a4ee2', referencing='REFERENCING OLD TABLE AS old_rows ', table='timetable_meetingperson', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='ScheduleSlot',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('weekday', models.PositiveSmallIntegerField(choices=[(1, 'Monday'), (2, 'Tuesday'), (3, 'Wednesday'), (4, 'Thursday'), (5, 'Friday'), (6, 'Saturday'), (7, 'Sunday')], verbose_name='day')),
                ('start_time', models.TimeField(verbose_name='from')),
                ('end_time', models.TimeField(verbose_name='to')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('instructor', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='slots', to=settings.AUTH_USER_MODEL, verbose_name='instructor')),
                ('meeting', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='slots', to='timetable.meeting')),
                ('room', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='slots', to='institutions.room', verbose_name='room')),
                ('subject', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='slots', to='courses.subject', verbose_name='subject')),
            ],
            options={
                'ordering': ['weekday', 'start_time', 'id'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='schedule_slot_of_institution'), muster.core.constraints.SameOwner(field='meeting', name='schedule_slot_meeting_of_same_institution', owner='institution', to='timetable.Meeting', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='room', name='schedule_slot_room_of_same_institution', owner='institution', to='institutions.Room', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='subject', name='schedule_slot_subject_of_same_institution', owner='institution', to='courses.Subject', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='instructor', name='schedule_slot_instructor_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')), models.CheckConstraint(condition=models.Q(('end_time__gt', models.F('start_time'))), name='slot_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(('weekday__gte', 1), ('weekday__lte', 7)), name='weekday_is_one_of_seven')],
                'triggers': [pgtrigger.compiler.Trigger(name='slots_came', sql=muster.core.triggers.TriggerSql(func='IF EXISTS (SELECT FROM new_rows) THEN PERFORM muster_must_be_open(ARRAY(SELECT DISTINCT meeting_id FROM new_rows)); PERFORM muster_make_sessions(ARRAY(SELECT DISTINCT meeting_id FROM new_rows)); END IF; RETURN NULL;', hash='d19840d59f702a3274067fbba6217ccaf81e72f7', level='STATEMENT', operation='INSERT', pgid='pgtrigger_slots_came_3ac29', referencing='REFERENCING NEW TABLE AS new_rows ', table='timetable_scheduleslot', when='AFTER')), pgtrigger.compiler.Trigger(name='slots_changed', sql=muster.core.triggers.TriggerSql(func='IF EXISTS (SELECT FROM new_rows) THEN PERFORM muster_must_be_open(ARRAY(SELECT meeting_id FROM new_rows UNION SELECT meeting_id FROM old_rows)); PERFORM muster_make_sessions(ARRAY(SELECT DISTINCT meeting_id FROM new_rows)); END IF; RETURN NULL;', hash='e661ef93cfb7cab6890f382003a405289cfd229c', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_slots_changed_52824', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='timetable_scheduleslot', when='AFTER')), pgtrigger.compiler.Trigger(name='slots_went', sql=muster.core.triggers.TriggerSql(func='IF EXISTS (SELECT FROM old_rows) THEN PERFORM muster_must_be_open(ARRAY(SELECT DISTINCT meeting_id FROM old_rows));  END IF; RETURN NULL;', hash='13a903bb98fd33fb0a62f7a0eeb04f87109d48fd', level='STATEMENT', operation='DELETE', pgid='pgtrigger_slots_went_5a8d9', referencing='REFERENCING OLD TABLE AS old_rows ', table='timetable_scheduleslot', when='AFTER')), pgtrigger.compiler.Trigger(name='let_go_of_slot', sql=muster.core.triggers.TriggerSql(func='PERFORM muster_let_go_of_slot(OLD.id); RETURN OLD;', hash='e0e1da84a15058ae7423973804c6231dbff3460a', operation='DELETE', pgid='pgtrigger_let_go_of_slot_b7183', table='timetable_scheduleslot', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id', 'meeting_id')", hash='66cd0355b3895485f12a69efca07f39851cfbdcc', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_e1f05', table='timetable_scheduleslot', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."meeting_id", OLD."weekday", OLD."start_time", OLD."end_time", OLD."room_id", OLD."subject_id", OLD."instructor_id") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."meeting_id", NEW."weekday", NEW."start_time", NEW."end_time", NEW."room_id", NEW."subject_id", NEW."instructor_id"))', execute="muster_audit('{id,updated_at,version}', 'institution_id', 'meeting_id')", hash='6abc2e1f48bb63d230f763c101f23d925628a31b', operation='UPDATE', pgid='pgtrigger_audit_changes_d26ff', table='timetable_scheduleslot', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='ClassSession',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('slot_date', models.DateField(blank=True, editable=False, null=True)),
                ('date', models.DateField(verbose_name='date')),
                ('start_time', models.TimeField(blank=True, null=True, verbose_name='from')),
                ('end_time', models.TimeField(blank=True, null=True, verbose_name='to')),
                ('session_type', models.CharField(choices=[('THEORY', 'Theory'), ('PRACTICAL', 'Practical'), ('WBL', 'Work-based learning'), ('ASSESSMENT', 'Assessment'), ('ORIENTATION', 'Orientation'), ('OTHER', 'Other')], default='THEORY', max_length=12, verbose_name='type')),
                ('location', models.CharField(blank=True, max_length=150, verbose_name='place')),
                ('title', models.CharField(blank=True, max_length=150, verbose_name='title')),
                ('notes', models.TextField(blank=True, verbose_name='notes')),
                ('status', models.CharField(choices=[('scheduled', 'Scheduled'), ('held', 'Held'), ('cancelled', 'Cancelled')], default='scheduled', max_length=10, verbose_name='status')),
                ('cancel_reason', models.CharField(blank=True, max_length=300, verbose_name='reason for cancellation')),
                ('is_edited', models.BooleanField(default=False, editable=False)),
                ('is_locked', models.BooleanField(default=False, editable=False)),
                ('locked_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('sequence', models.PositiveIntegerField(default=0, editable=False)),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('instructor', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to=settings.AUTH_USER_MODEL, verbose_name='instructor')),
                ('locked_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('room', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='institutions.room', verbose_name='room')),
                ('subject', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='courses.subject', verbose_name='subject')),
                ('meeting', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to='timetable.meeting')),
                ('slot', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='sessions', to='timetable.scheduleslot')),
            ],
            options={
                'verbose_name': 'session',
                'verbose_name_plural': 'sessions',
                'ordering': ['date', 'start_time', 'id'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='class_session_of_institution'), muster.core.constraints.SameOwner(field='meeting', name='class_session_meeting_of_same_institution', owner='institution', to='timetable.Meeting', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='slot', name='class_session_slot_of_same_institution', owner='institution', to='timetable.ScheduleSlot', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='subject', name='class_session_subject_of_same_institution', owner='institution', to='courses.Subject', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='room', name='class_session_room_of_same_institution', owner='institution', to='institutions.Room', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='instructor', name='class_session_instructor_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')), models.UniqueConstraint(fields=('slot', 'slot_date'), name='one_session_of_a_slot_for_each_day'), models.CheckConstraint(condition=models.Q(('slot__isnull', True), ('slot_date__isnull', False), _connector='OR'), name='session_of_a_slot_has_its_day'), models.CheckConstraint(condition=models.Q(('slot_date__isnull', False), ('is_edited', True), _connector='OR'), name='session_without_a_slot_is_made_by_hand'), models.CheckConstraint(condition=models.Q(models.Q(('end_time__isnull', True), ('start_time__isnull', True)), models.Q(('end_time__gt', models.F('start_time')), ('end_time__isnull', False), ('start_time__isnull', False)), _connector='OR'), name='session_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(('session_type__in', ['THEORY', 'PRACTICAL', 'WBL', 'ASSESSMENT', 'ORIENTATION', 'OTHER'])), name='session_type_is_a_known_one'), models.CheckConstraint(condition=models.Q(('status__in', ['scheduled', 'held', 'cancelled'])), name='session_status_is_a_known_one'), models.CheckConstraint(condition=models.Q(models.Q(('is_locked', False), ('locked_at__isnull', True)), models.Q(('is_locked', True), ('locked_at__isnull', False)), _connector='OR'), name='locked_session_says_since_when')],
                'triggers': [pgtrigger.compiler.Trigger(name='locked_session_is_frozen', sql=muster.core.triggers.TriggerSql(condition='WHEN (OLD."is_locked")', func="\n        IF TG_OP = 'DELETE' OR (NEW.slot_id IS NOT NULL AND NEW.slot_id IS DISTINCT FROM OLD.slot_id)\n        OR to_jsonb(NEW) - '{is_locked,locked_at,locked_by_id,slot_id,version,updated_at}'::text[]\n            IS DISTINCT FROM to_jsonb(OLD) - '{is_locked,locked_at,locked_by_id,slot_id,version,updated_at}'::text[] THEN\n            RAISE EXCEPTION 'A locked register does not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'locked_register_does_not_change';\n        END IF;\n        RETURN NEW;\n    ", hash='1870702c270e6d87249c07b4bbf913c2ce19fb2e', operation='UPDATE OR DELETE', pgid='pgtrigger_locked_session_is_frozen_c53dc', table='timetable_classsession', when='BEFORE')), pgtrigger.compiler.Trigger(name='register_is_unlocked_with_a_reason', sql=muster.core.triggers.GuardSql(condition='WHEN (OLD.is_locked AND NOT NEW.is_locked)', func="\n        IF NOT pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE') OR nullif(current_setting('muster.context', TRUE), '')::jsonb ->> 'reason' IS NULL THEN\n            RAISE EXCEPTION 'A register is unlocked with a reason' USING ERRCODE = 'check_violation', CONSTRAINT = 'register_is_unlocked_with_a_reason';\n        END IF;\n        RETURN NEW;\n    ", hash='eebd7705ae5959d183e7b3f6084d48697dc2a45f', operation='UPDATE OF "is_locked"', pgid='pgtrigger_register_is_unlocked_with_a_reason_9cf23', table='timetable_classsession', when='BEFORE')), pgtrigger.compiler.Trigger(name='register_waits_for_its_session', sql=muster.core.triggers.TriggerSql(condition="WHEN (NEW.status = 'held' OR NEW.is_locked)", func="\n        IF muster_beginning(\n            NEW.date, NEW.start_time, (SELECT time_zone FROM timetable_meeting WHERE id = NEW.meeting_id)\n        ) > clock_timestamp() THEN\n            RAISE EXCEPTION 'A session is not held, nor its register locked, before it begins' USING ERRCODE = 'check_violation', CONSTRAINT = 'register_waits_for_its_session';\n        END IF;\n        RETURN NEW;\n    ", hash='5eb7ee23c21f27e934e5c2e8e88348e378dc966d', operation='INSERT OR UPDATE OF "status", "is_locked", "date", "start_time"', pgid='pgtrigger_register_waits_for_its_session_16077', table='timetable_classsession', when='BEFORE')), pgtrigger.compiler.Trigger(name='session_counts_its_changes', sql=muster.core.triggers.TriggerSql(condition="WHEN ((NEW.date, NEW.start_time, NEW.end_time, NEW.room_id, NEW.location, NEW.status = 'cancelled') IS DISTINCT FROM (OLD.date, OLD.start_time, OLD.end_time, OLD.room_id, OLD.location, OLD.status = 'cancelled'))", func='NEW.sequence = OLD.sequence + 1; RETURN NEW;', hash='4cd31cfbaab8b63af483cbc753ce3067d7757e65', operation='UPDATE', pgid='pgtrigger_session_counts_its_changes_8cde2', table='timetable_classsession', when='BEFORE')), pgtrigger.compiler.Trigger(name='sessions_came', sql=muster.core.triggers.TriggerSql(func='IF EXISTS (SELECT FROM new_rows) THEN PERFORM muster_must_be_open(ARRAY(SELECT DISTINCT meeting_id FROM new_rows)); PERFORM muster_book(ARRAY(SELECT id FROM new_rows)); END IF; RETURN NULL;', hash='fc0917afa31699b93f8370dd05096e261096c481', level='STATEMENT', operation='INSERT', pgid='pgtrigger_sessions_came_05e2d', referencing='REFERENCING NEW TABLE AS new_rows ', table='timetable_classsession', when='AFTER')), pgtrigger.compiler.Trigger(name='sessions_changed', sql=muster.core.triggers.TriggerSql(func="IF EXISTS (SELECT FROM new_rows) THEN PERFORM muster_must_be_open(ARRAY(SELECT meeting_id FROM new_rows UNION SELECT meeting_id FROM old_rows)); IF EXISTS (\n    SELECT new_rows.id FROM new_rows JOIN old_rows ON old_rows.id = new_rows.id\n    WHERE (new_rows.date, new_rows.start_time, new_rows.end_time, new_rows.room_id, new_rows.instructor_id, new_rows.subject_id, new_rows.meeting_id, new_rows.status = 'cancelled') IS DISTINCT FROM (old_rows.date, old_rows.start_time, old_rows.end_time, old_rows.room_id, old_rows.instructor_id, old_rows.subject_id, old_rows.meeting_id, old_rows.status = 'cancelled')\n) THEN PERFORM muster_book(ARRAY(\n    SELECT new_rows.id FROM new_rows JOIN old_rows ON old_rows.id = new_rows.id\n    WHERE (new_rows.date, new_rows.start_time, new_rows.end_time, new_rows.room_id, new_rows.instructor_id, new_rows.subject_id, new_rows.meeting_id, new_rows.status = 'cancelled') IS DISTINCT FROM (old_rows.date, old_rows.start_time, old_rows.end_time, old_rows.room_id, old_rows.instructor_id, old_rows.subject_id, old_rows.meeting_id, old_rows.status = 'cancelled')\n)); END IF; END IF; RETURN NULL;", hash='230cfbb1cb42d2cb31ee29db7f88c2b19459068f', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_sessions_changed_2e835', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='timetable_classsession', when='AFTER')), pgtrigger.compiler.Trigger(name='sessions_went', sql=muster.core.triggers.TriggerSql(func='IF EXISTS (SELECT FROM old_rows) THEN PERFORM muster_must_be_open(ARRAY(SELECT DISTINCT meeting_id FROM old_rows));  END IF; RETURN NULL;', hash='03c75b0d19c2adef758a2bfc9d2e3a9b4a257aba', level='STATEMENT', operation='DELETE', pgid='pgtrigger_sessions_went_d445e', referencing='REFERENCING OLD TABLE AS old_rows ', table='timetable_classsession', when='AFTER')), pgtrigger.compiler.Trigger(name='unbook_session', sql=muster.core.triggers.TriggerSql(func='DELETE FROM timetable_booking WHERE session_id = OLD.id; RETURN OLD;', hash='f32926239bdec2bf24a9d6929f6af64cb096be69', operation='DELETE', pgid='pgtrigger_unbook_session_d2396', table='timetable_classsession', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version,sequence}', 'institution_id', 'meeting_id')", hash='96769b25ac02cf86e1ede309262fdda2a85f6844', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_3bf0b', table='timetable_classsession', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."meeting_id", OLD."slot_id", OLD."slot_date", OLD."date", OLD."start_time", OLD."end_time", OLD."session_type", OLD."subject_id", OLD."instructor_id", OLD."room_id", OLD."location", OLD."title", OLD."notes", OLD."status", OLD."cancel_reason", OLD."is_edited", OLD."is_locked", OLD."locked_at", OLD."locked_by_id") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."meeting_id", NEW."slot_id", NEW."slot_date", NEW."date", NEW."start_time", NEW."end_time", NEW."session_type", NEW."subject_id", NEW."instructor_id", NEW."room_id", NEW."location", NEW."title", NEW."notes", NEW."status", NEW."cancel_reason", NEW."is_edited", NEW."is_locked", NEW."locked_at", NEW."locked_by_id"))', execute="muster_audit('{id,updated_at,version,sequence}', 'institution_id', 'meeting_id')", hash='3f8edb35d6df97bb055830d0637c7a6b1477d1ca', operation='UPDATE', pgid='pgtrigger_audit_changes_f5325', table='timetable_classsession', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='Booking',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('on_date', models.DateField()),
                ('period', django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ('institution', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='institutions.institution')),
                ('instructor', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='bookings', to=settings.AUTH_USER_MODEL)),
                ('room', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='bookings', to='institutions.room')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.DO_NOTHING, related_name='bookings', to='timetable.classsession')),
                ('meeting', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='bookings', to='timetable.meeting')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('instructor__isnull', False), ('room__isnull', True)), models.Q(('instructor__isnull', True), ('room__isnull', False)), _connector='OR'), name='booking_is_of_one_instructor_or_one_room'), models.CheckConstraint(condition=models.Q(('period__isempty', False)), name='booking_lasts'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('instructor__isnull', False)), deferrable=django.db.models.constraints.Deferrable['IMMEDIATE'], expressions=[(muster.core.constraints.SameId(models.F('instructor_id'), muster.timetable.models.SeededHash(models.F('institution_id'), 0)), '&&'), ('period', '&&')], name='instructor_is_in_one_place_at_a_time'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('room__isnull', False)), deferrable=django.db.models.constraints.Deferrable['IMMEDIATE'], expressions=[(muster.core.constraints.SameId(models.F('room_id'), 0), '&&'), ('period', '&&')], name='room_holds_one_meeting_at_a_time')],
            },
        ),
        migrations.AddIndex(
            model_name='meeting',
            index=models.Index(fields=['institution', 'end_date'], name='meeting_by_end'),
        ),
        migrations.AddIndex(
            model_name='booking',
            index=models.Index(condition=models.Q(('instructor__isnull', False)), fields=['instructor', 'on_date'], name='booking_by_instructor'),
        ),
        migrations.AddIndex(
            model_name='booking',
            index=models.Index(condition=models.Q(('room__isnull', False)), fields=['room', 'on_date'], name='booking_by_room'),
        ),
        migrations.AddIndex(
            model_name='meetingperson',
            index=models.Index(fields=['meeting'], name='meeting_person_by_meeting'),
        ),
        migrations.AddIndex(
            model_name='meetingperson',
            index=models.Index(fields=['instructor'], name='meeting_person_by_instructor'),
        ),
        migrations.AddIndex(
            model_name='classsession',
            index=models.Index(fields=['institution', 'date'], name='session_by_date'),
        ),
        migrations.AddIndex(
            model_name='classsession',
            index=models.Index(fields=['meeting', 'date'], name='session_by_meeting'),
        ),
        migrations.AddIndex(
            model_name='classsession',
            index=models.Index(condition=models.Q(('is_locked', False), models.Q(('status', 'cancelled'), _negated=True)), fields=['institution', 'date'], name='session_unlocked_by_date'),
        ),
        muster.core.sql.InstallFunctions(
            app='timetable',
        ),
    ]
