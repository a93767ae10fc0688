import django.contrib.postgres.constraints
import django.core.validators
import django.db.models.constraints
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
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
        ('timetable', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Batch',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('name', models.CharField(max_length=150, verbose_name='name')),
                ('code', models.CharField(max_length=40, verbose_name='code')),
                ('kind', models.CharField(choices=[('course', 'Course batch'), ('academic', 'Batch year')], default='course', max_length=10, verbose_name='kind')),
                ('year', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1900), django.core.validators.MaxValueValidator(2200)], verbose_name='year')),
                ('current_semester', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='current semester')),
                ('auto_rollover', models.BooleanField(default=False, verbose_name='auto-rollover')),
                ('status', models.CharField(choices=[('Upcoming', 'Upcoming'), ('Active', 'Active'), ('Completed', 'Completed'), ('Cancelled', 'Cancelled')], default='Upcoming', max_length=10, verbose_name='status')),
                ('status_pinned', models.BooleanField(default=False)),
                ('start_date', models.DateField(blank=True, null=True, verbose_name='first day')),
                ('end_date', models.DateField(blank=True, null=True, verbose_name='last day')),
                ('capacity', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='seats')),
                ('waitlist_capacity', models.PositiveIntegerField(blank=True, null=True, verbose_name='waitlist capacity')),
                ('buffer_released_on', models.DateField(blank=True, null=True, verbose_name='spare seats released on')),
                ('enrolled_students', models.PositiveIntegerField(default=0, editable=False)),
                ('seats_offered', models.PositiveIntegerField(default=0, editable=False)),
                ('attended_count', models.PositiveIntegerField(blank=True, editable=False, null=True)),
                ('notes', models.TextField(blank=True, verbose_name='notes')),
                ('archived_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('archived_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('branch', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='batches', to='institutions.branch', verbose_name='branch')),
                ('course', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='batches', to='courses.course', verbose_name='course')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('department', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='batches', to='institutions.department', verbose_name='department')),
                ('institution', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'indexes': [models.Index(fields=['institution', 'status', 'start_date'], name='batch_by_status'), models.Index(fields=['institution', 'start_date', 'id'], name='batch_by_start'), models.Index(fields=['course'], name='batch_by_course')],
                'ordering': ['start_date', 'name__plain', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('name__regex', '\\S'), models.Q(('name__regex', '[\\x01-\\x1f\\x7f\\u2028\\u2029]'), _negated=True)), name='name_of_a_batch_is_one_line'), models.UniqueConstraint(fields=('institution', 'id'), name='batch_of_institution'), muster.core.constraints.SameOwner(field='course', name='batch_course_of_same_institution', owner='institution', to='courses.Course', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='branch', name='batch_branch_of_same_institution', owner='institution', to='institutions.Branch', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='department', name='batch_department_of_same_institution', owner='institution', to='institutions.Department', to_columns=('institution_id', 'id')), models.UniqueConstraint(models.F('institution'), django.db.models.functions.text.Lower('code'), condition=models.Q(('deleted_at__isnull', True)), name='one_batch_for_each_code', violation_error_message='Another batch has this code.'), models.CheckConstraint(condition=models.Q(('capacity__isnull', True), ('capacity__gte', django.db.models.expressions.CombinedExpression(models.F('enrolled_students'), '+', models.F('seats_offered'))), _connector='OR'), name='seats_held_never_exceed_capacity'), models.CheckConstraint(condition=models.Q(('capacity__isnull', True), ('capacity__gte', 1), _connector='OR'), name='capacity_is_at_least_one'), models.CheckConstraint(condition=models.Q(('start_date__isnull', True), ('end_date__isnull', True), ('end_date__gte', models.F('start_date')), _connector='OR'), name='batch_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'course'), _negated=True), models.Q(('capacity__isnull', False), ('course__isnull', False), ('end_date__isnull', False), ('start_date__isnull', False)), _connector='OR'), name='course_batch_is_dated_and_capped'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'academic'), _negated=True), models.Q(('current_semester__isnull', False), ('department__isnull', False), ('year__isnull', False)), _connector='OR'), name='academic_batch_has_department_and_year'), models.CheckConstraint(condition=models.Q(('status__in', ['Upcoming', 'Active', 'Completed', 'Cancelled'])), name='status_is_a_known_one')],
                'triggers': [pgtrigger.compiler.Trigger(name='seat_counters_are_kept', sql=muster.core.triggers.GuardSql(condition='WHEN (ROW(NEW.enrolled_students, NEW.seats_offered) IS DISTINCT FROM ROW(OLD.enrolled_students, OLD.seats_offered))', func="\n            IF (NOT pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE')\n    OR pg_trigger_depth() = 1 AND coalesce(current_setting('muster.derives', TRUE), '') <> 'yes') THEN\n                RAISE EXCEPTION 'Seats are counted by the database' USING ERRCODE = 'check_violation', CONSTRAINT = 'seat_counters_follow_the_rows';\n            END IF;\n            RETURN NEW;\n        ", hash='2f3ceeedce7ee68d1768d27302c800bea882786e', operation='UPDATE OF "enrolled_students", "seats_offered"', pgid='pgtrigger_seat_counters_are_kept_c5aac', table='batches_batch', when='BEFORE')), pgtrigger.compiler.Trigger(name='seat_counters_begin_at_nothing', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF (NEW.enrolled_students, NEW.seats_offered) <> (0, 0) THEN\n                RAISE EXCEPTION 'Seats are counted by the database' USING ERRCODE = 'check_violation', CONSTRAINT = 'seat_counters_follow_the_rows';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='093ae6e7c9def6ce479ccfc495f6dce4636a03bc', operation='INSERT', pgid='pgtrigger_seat_counters_begin_at_nothing_4b871', table='batches_batch', when='BEFORE')), pgtrigger.compiler.Trigger(name='archived_batch_is_frozen', sql=muster.core.triggers.TriggerSql(func=muster.core.sql.Body('batches', 'archived_batch_is_frozen'), hash='32f99ab394f2e43059d3fa031f54ffdef98c1a69', operation='UPDATE OR DELETE', pgid='pgtrigger_archived_batch_is_frozen_d738c', table='batches_batch', when='BEFORE')), pgtrigger.compiler.Trigger(name='status_makes_allowed_moves', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF \n        OLD.status IS DISTINCT FROM NEW.status\n        AND (OLD.status, NEW.status) NOT IN (\n            ('Upcoming', 'Active'), ('Active', 'Completed'), ('Upcoming', 'Cancelled'), ('Active', 'Cancelled'),\n            -- A status that was pinned goes by the dates again; what is closed is reopened.\n            ('Active', 'Upcoming'), ('Completed', 'Upcoming'), ('Completed', 'Active'),\n            ('Cancelled', 'Upcoming'), ('Cancelled', 'Active')\n        )\n     THEN\n                RAISE EXCEPTION 'A batch moves from Upcoming to Active to Completed, or is cancelled before that, unless it is reopened' USING ERRCODE = 'check_violation', CONSTRAINT = 'status_makes_allowed_moves';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='9336b0fed2e96fddc5fc0af3dc3beef3194bf664', operation='UPDATE OF "status"', pgid='pgtrigger_status_makes_allowed_moves_580e2', table='batches_batch', when='BEFORE')), pgtrigger.compiler.Trigger(name='semester_is_moved_by_rollover', sql=muster.core.triggers.GuardSql(condition='WHEN (ROW(NEW.current_semester) IS DISTINCT FROM ROW(OLD.current_semester))', func="\n            IF (NOT pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE')\n    OR pg_trigger_depth() = 1 AND coalesce(current_setting('muster.derives', TRUE), '') <> 'yes') THEN\n                RAISE EXCEPTION 'The semester of a batch moves by rollover alone' USING ERRCODE = 'check_violation', CONSTRAINT = 'semester_moves_by_rollover_alone';\n            END IF;\n            RETURN NEW;\n        ", hash='0dbbb72baf7cc4a7c72cc692db31dae29bbee064', operation='UPDATE OF "current_semester"', pgid='pgtrigger_semester_is_moved_by_rollover_16438', table='batches_batch', when='BEFORE')), pgtrigger.compiler.Trigger(name='own_meeting_comes', sql=muster.core.triggers.TriggerSql(func='PERFORM muster_make_own_meeting(NEW); RETURN NULL;', hash='af5a177ba833f9db7fb53e5ec1952144ee0ded62', operation='INSERT', pgid='pgtrigger_own_meeting_comes_a4c71', table='batches_batch', when='AFTER')), pgtrigger.compiler.Trigger(name='meetings_follow', sql=muster.core.triggers.TriggerSql(condition='WHEN (OLD."archived_at" IS DISTINCT FROM (NEW."archived_at") OR OLD."branch_id" IS DISTINCT FROM (NEW."branch_id") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."deleted_at" IS DISTINCT FROM (NEW."deleted_at") OR OLD."end_date" IS DISTINCT FROM (NEW."end_date") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."start_date" IS DISTINCT FROM (NEW."start_date") OR OLD."status" IS DISTINCT FROM (NEW."status"))', func=muster.core.sql.Body('batches', 'meetings_follow'), hash='609e1935f624fca27414f2773c6e277ab8192025', operation='UPDATE OF "status", "start_date", "end_date", "branch_id", "archived_at", "deleted_at", "name", "code"', pgid='pgtrigger_meetings_follow_86e00', table='batches_batch', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version,enrolled_students,seats_offered}', 'institution_id')", hash='4fc0219074117627f36d857479689f81a0b3aae5', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_08117', table='batches_batch', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."name", OLD."code", OLD."kind", OLD."course_id", OLD."branch_id", OLD."department_id", OLD."year", OLD."current_semester", OLD."auto_rollover", OLD."status", OLD."status_pinned", OLD."start_date", OLD."end_date", OLD."capacity", OLD."waitlist_capacity", OLD."buffer_released_on", OLD."attended_count", OLD."notes", OLD."archived_at", OLD."archived_by_id", OLD."deleted_at", OLD."created_by_id") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."name", NEW."code", NEW."kind", NEW."course_id", NEW."branch_id", NEW."department_id", NEW."year", NEW."current_semester", NEW."auto_rollover", NEW."status", NEW."status_pinned", NEW."start_date", NEW."end_date", NEW."capacity", NEW."waitlist_capacity", NEW."buffer_released_on", NEW."attended_count", NEW."notes", NEW."archived_at", NEW."archived_by_id", NEW."deleted_at", NEW."created_by_id"))', execute="muster_audit('{id,updated_at,version,enrolled_students,seats_offered}', 'institution_id')", hash='5f731f99d22b8bc1e0c638694c0fc702150b0a79', operation='UPDATE', pgid='pgtrigger_audit_changes_28395', table='batches_batch', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='BatchMeeting',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('is_own', models.BooleanField(default=False, editable=False)),
                ('batch', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='meeting_links', to='batches.batch')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('meeting', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='batch_links', to='timetable.meeting')),
            ],
            options={
                'constraints': [muster.core.constraints.SameOwner(field='batch', name='batch_meeting_batch_of_same_institution', owner='institution', to='batches.Batch', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='meeting', name='batch_meeting_meeting_of_same_institution', owner='institution', to='timetable.Meeting', to_columns=('institution_id', 'id')), models.UniqueConstraint(fields=('meeting', 'batch'), name='one_place_in_a_meeting'), models.CheckConstraint(condition=models.Q(models.Q(('is_own', True), ('meeting', models.F('batch'))), models.Q(('is_own', False), models.Q(('meeting', models.F('batch')), _negated=True)), _connector='OR'), name='own_meeting_has_the_id_of_its_batch')],
                'triggers': [pgtrigger.compiler.Trigger(name='meeting_of_archived_batch_is_frozen', sql=muster.core.triggers.TriggerSql(func='\n            IF NOT (FALSE) THEN\n                PERFORM muster_must_be_open_batches(ARRAY[OLD.batch_id, NEW.batch_id]);\n            END IF;\n            RETURN coalesce(NEW, OLD);\n        ', hash='237fb170c9ddf9bb23d9674cfa72e40f63c49ffe', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_meeting_of_archived_batch_is_frozen_7f354', table='batches_batchmeeting', when='BEFORE')), pgtrigger.compiler.Trigger(name='batch_joins', sql=muster.core.triggers.TriggerSql(condition='WHEN (NOT NEW."is_own")', func='PERFORM muster_keep_meetings(ARRAY[NEW.meeting_id]); RETURN NULL;', hash='55064f573f05784f5655bb6c13544c48b91bb2e4', operation='INSERT', pgid='pgtrigger_batch_joins_5a047', table='batches_batchmeeting', when='AFTER')), pgtrigger.compiler.Trigger(name='batch_leaves', sql=muster.core.triggers.TriggerSql(func=muster.core.sql.Body('batches', 'batch_leaves'), hash='3d6877d801ad2c06a7665a4cb4d0506bf0be8de6', operation='DELETE', pgid='pgtrigger_batch_leaves_385ae', table='batches_batchmeeting', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id', 'batch_id')", hash='112c644ea77c18b7fd51039da255896873d8fe91', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_76e85', table='batches_batchmeeting', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."batch_id", OLD."meeting_id", OLD."is_own") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."batch_id", NEW."meeting_id", NEW."is_own"))', execute="muster_audit('{id,updated_at,version}', 'institution_id', 'batch_id')", hash='75a40d0bd26dac67c47dce1b7f1ac19df89d1c6b', operation='UPDATE', pgid='pgtrigger_audit_changes_067c3', table='batches_batchmeeting', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='CalendarFeed',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('kind', models.CharField(choices=[('personal', 'My own sessions'), ('batch', 'Sessions of a batch'), ('instructor', 'Sessions of an instructor')], max_length=10, verbose_name='what it shows')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('last_read_at', models.DateTimeField(editable=False, null=True)),
                ('revoked_at', models.DateTimeField(editable=False, null=True)),
                ('batch', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='calendar_feeds', to='batches.batch')),
                ('institution', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('instructor', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='calendar_feeds', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['user', 'institution'], name='calendar_feed_by_owner')],
                'ordering': ['-created_at'],
                'constraints': [muster.core.constraints.SameOwner(field='batch', name='calendar_feed_batch_of_same_institution', owner='institution', to='batches.Batch', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='instructor', name='calendar_feed_instructor_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')), models.CheckConstraint(condition=models.Q(models.Q(('batch__isnull', True), ('instructor__isnull', True), ('kind', 'personal')), models.Q(('batch__isnull', False), ('instructor__isnull', True), ('kind', 'batch')), models.Q(('batch__isnull', True), ('instructor__isnull', False), ('kind', 'instructor')), _connector='OR'), name='calendar_feed_names_what_it_shows')],
            },
        ),
        migrations.CreateModel(
            name='InstructorAssignment',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('role', models.CharField(choices=[('lead', 'Lead'), ('assistant', 'Assistant'), ('substitute', 'Substitute')], default='lead', max_length=10, verbose_name='role')),
                ('from_date', models.DateField(verbose_name='from')),
                ('until_date', models.DateField(blank=True, null=True, verbose_name='until')),
                ('notes', models.TextField(blank=True, verbose_name='notes')),
                ('for_subjects', models.BooleanField(default=False, editable=False)),
                ('assigned_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('batch', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='instructor_assignments', to='batches.batch')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('instructor', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='instructor_assignments', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['batch', 'role'], name='assignment_by_batch'), models.Index(fields=['instructor', 'until_date'], name='assignment_by_instructor'), models.Index(fields=['institution', 'instructor'], name='assignment_by_institution')],
                'ordering': ['from_date', 'id'],
                'constraints': [muster.core.constraints.SameOwner(field='batch', name='instructor_assignment_batch_of_same_institution', owner='institution', to='batches.Batch', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='instructor', name='instructor_assignment_instructor_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')), models.CheckConstraint(condition=models.Q(('until_date__isnull', True), ('until_date__gte', django.db.models.expressions.CombinedExpression(models.F('from_date'), '-', models.Value(1))), _connector='OR'), name='assignment_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(('role__in', ['lead', 'assistant', 'substitute'])), name='assignment_role_is_known'), models.CheckConstraint(condition=models.Q(('for_subjects', False), ('role', 'assistant'), _connector='OR'), name='assistants_alone_come_for_subjects'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('role', 'lead')), expressions=[(muster.core.constraints.SameId(models.F('batch_id'), 0), '&&'), (muster.core.constraints.DaysOf(models.F('from_date'), django.db.models.expressions.CombinedExpression(models.F('until_date'), '+', models.Value(1))), '&&')], name='one_lead_on_one_day')],
                'triggers': [pgtrigger.compiler.Trigger(name='assignment_to_archived_batch_is_frozen', sql=muster.core.triggers.TriggerSql(func='\n            IF NOT (FALSE) THEN\n                PERFORM muster_must_be_open_batches(ARRAY[OLD.batch_id, NEW.batch_id]);\n            END IF;\n            RETURN coalesce(NEW, OLD);\n        ', hash='378b70448476ae1b571e1cfd7c316753cc78ec15', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_assignment_to_archived_batch_is_frozen_254b0', table='batches_instructorassignment', when='BEFORE')), pgtrigger.compiler.Trigger(name='teacher_of_running_batch_holds_the_role', sql=muster.core.triggers.TriggerSql(condition='WHEN (NEW.until_date IS NULL OR NEW.until_date >= NEW.from_date)', func=muster.core.sql.Body('batches', 'teacher_holds_the_role'), hash='985c986e5cb765fb8d0813b52959a647f673ffa5', operation='INSERT OR UPDATE OF "instructor_id", "batch_id", "from_date", "until_date"', pgid='pgtrigger_teacher_of_running_batch_holds_the_role_09959', table='batches_instructorassignment', when='BEFORE')), pgtrigger.compiler.Trigger(name='assignments_came', sql=muster.core.triggers.TriggerSql(func='IF EXISTS (SELECT FROM new_rows) THEN PERFORM muster_keep_meetings_of(ARRAY(SELECT batch_id FROM new_rows)); END IF; RETURN NULL;', hash='8f03831d082e6feea3476ca5f3a0ae1df3493dc6', level='STATEMENT', operation='INSERT', pgid='pgtrigger_assignments_came_5c489', referencing='REFERENCING NEW TABLE AS new_rows ', table='batches_instructorassignment', when='AFTER')), pgtrigger.compiler.Trigger(name='assignments_changed', sql=muster.core.triggers.TriggerSql(func='IF EXISTS (SELECT FROM new_rows) THEN PERFORM muster_keep_meetings_of(ARRAY(SELECT batch_id FROM new_rows UNION SELECT batch_id FROM old_rows)); END IF; RETURN NULL;', hash='c36f3037b0c30573328f6e1474334aad333a3a24', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_assignments_changed_39f77', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='batches_instructorassignment', when='AFTER')), pgtrigger.compiler.Trigger(name='assignments_went', sql=muster.core.triggers.TriggerSql(func='IF EXISTS (SELECT FROM old_rows) THEN PERFORM muster_keep_meetings_of(ARRAY(SELECT batch_id FROM old_rows)); END IF; RETURN NULL;', hash='48527ae28a7a91d6cc95eaa644ded5f3b0871199', level='STATEMENT', operation='DELETE', pgid='pgtrigger_assignments_went_da217', referencing='REFERENCING OLD TABLE AS old_rows ', table='batches_instructorassignment', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id', 'batch_id')", hash='f2d1daab4e89d77b25bbc5f0e8779e523cb220e3', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_334d3', table='batches_instructorassignment', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."batch_id", OLD."instructor_id", OLD."role", OLD."from_date", OLD."until_date", OLD."assigned_by_id", OLD."notes", OLD."for_subjects") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."batch_id", NEW."instructor_id", NEW."role", NEW."from_date", NEW."until_date", NEW."assigned_by_id", NEW."notes", NEW."for_subjects"))', execute="muster_audit('{id,updated_at,version}', 'institution_id', 'batch_id')", hash='2933d038d5f05e135b88930a30285f81e32df086', operation='UPDATE', pgid='pgtrigger_audit_changes_a5af2', table='batches_instructorassignment', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='SubjectFaculty',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('from_date', models.DateField()),
                ('until_date', models.DateField(null=True)),
                ('batch', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='faculty', to='batches.batch')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('instructor', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='subjects_taught', to=settings.AUTH_USER_MODEL)),
                ('subject', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='faculty', to='courses.subject')),
            ],
            options={
                'constraints': [muster.core.constraints.SameOwner(field='batch', name='subject_faculty_batch_of_same_institution', owner='institution', to='batches.Batch', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='subject', name='subject_faculty_subject_of_same_institution', owner='institution', to='courses.Subject', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='instructor', name='subject_faculty_instructor_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')), models.CheckConstraint(condition=models.Q(('until_date__isnull', True), ('until_date__gte', models.F('from_date')), _connector='OR'), name='faculty_teaches_on_some_day'), django.contrib.postgres.constraints.ExclusionConstraint(deferrable=django.db.models.constraints.Deferrable['IMMEDIATE'], expressions=[(muster.core.constraints.SameId(models.F('batch_id'), muster.timetable.models.SeededHash(models.F('subject_id'), 0)), '&&'), (muster.core.constraints.DaysOf(models.F('from_date'), django.db.models.expressions.CombinedExpression(models.F('until_date'), '+', models.Value(1))), '&&')], name='one_faculty_of_a_subject_on_one_day')],
                'triggers': [pgtrigger.compiler.Trigger(name='faculty_came', sql=muster.core.triggers.TriggerSql(func='IF EXISTS (SELECT FROM new_rows) THEN PERFORM muster_keep_meetings_of(ARRAY(SELECT batch_id FROM new_rows)); END IF; RETURN NULL;', hash='886acd373c6f806cb4d43cdd3ba3cfc2558d104b', level='STATEMENT', operation='INSERT', pgid='pgtrigger_faculty_came_1aee5', referencing='REFERENCING NEW TABLE AS new_rows ', table='batches_subjectfaculty', when='AFTER')), pgtrigger.compiler.Trigger(name='faculty_changed', sql=muster.core.triggers.TriggerSql(func='IF EXISTS (SELECT FROM new_rows) THEN PERFORM muster_keep_meetings_of(ARRAY(SELECT batch_id FROM new_rows UNION SELECT batch_id FROM old_rows)); END IF; RETURN NULL;', hash='896c3d50c051b6fce1f4f2da2e2156673bd7ff94', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_faculty_changed_6bfb1', referencing='REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ', table='batches_subjectfaculty', when='AFTER')), pgtrigger.compiler.Trigger(name='faculty_went', sql=muster.core.triggers.TriggerSql(func='IF EXISTS (SELECT FROM old_rows) THEN PERFORM muster_keep_meetings_of(ARRAY(SELECT batch_id FROM old_rows)); END IF; RETURN NULL;', hash='410aa257a143e832bda7ee087921f62e586ea95f', level='STATEMENT', operation='DELETE', pgid='pgtrigger_faculty_went_25ca7', referencing='REFERENCING OLD TABLE AS old_rows ', table='batches_subjectfaculty', when='AFTER'))],
            },
        ),
        migrations.AddField(
            model_name='batch',
            name='meetings',
            field=models.ManyToManyField(editable=False, related_name='batches', through='batches.BatchMeeting', to='timetable.meeting'),
        ),
        muster.core.sql.InstallFunctions(
            app='batches',
        ),
    ]
