import datetime
import django.db.models.deletion
import django.db.models.expressions
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
        ('batches', '0001_initial'),
        ('core', '0001_initial'),
        ('enrollments', '0001_initial'),
        ('institutions', '0001_initial'),
        ('timetable', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CountedMark',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('record_date', models.DateField()),
                ('start_time', models.TimeField(null=True)),
                ('status', models.CharField(choices=[('PRESENT', 'Present'), ('ABSENT', 'Absent'), ('LATE', 'Late'), ('EXCUSED', 'Excused')], max_length=8)),
            ],
            options={
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='AbsenceNotice',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('first_date', models.DateField(verbose_name='from')),
                ('last_date', models.DateField(verbose_name='to')),
                ('reason', models.CharField(max_length=500, verbose_name='reason')),
                ('status', models.CharField(choices=[('announced', 'Reported'), ('withdrawn', 'Withdrawn')], default='announced', max_length=10, verbose_name='status')),
                ('withdrawn_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('announced_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('enrollment', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='absence_notices', to='enrollments.enrollment')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('session', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='absence_notices', to='timetable.classsession')),
                ('student', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='absence_notices', to=settings.AUTH_USER_MODEL, verbose_name='student')),
                ('withdrawn_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['institution', '-last_date'], name='absence_by_date')],
                'verbose_name': 'absence',
                'verbose_name_plural': 'absences',
                'ordering': ['-first_date', '-id'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='absence_notice_of_institution'), muster.core.constraints.SameOwner(field='student', name='absence_notice_student_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')), muster.core.constraints.SameOwner(field='enrollment', name='absence_notice_enrollment_of_same_institution', owner='institution', to='enrollments.Enrollment', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='session', name='absence_notice_session_of_same_institution', owner='institution', to='timetable.ClassSession', to_columns=('institution_id', 'id')), models.CheckConstraint(condition=models.Q(('first_date__lte', models.F('last_date'))), name='absence_ends_after_it_begins'), models.CheckConstraint(condition=models.Q(('last_date__lt', django.db.models.expressions.CombinedExpression(models.F('first_date'), '+', models.Value(datetime.timedelta(days=366))))), name='absence_is_at_most_a_year'), models.CheckConstraint(condition=models.Q(('status__in', ['announced', 'withdrawn'])), name='absence_status_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'announced'), ('withdrawn_at__isnull', True)), models.Q(('status', 'withdrawn'), ('withdrawn_at__isnull', False)), _connector='OR'), name='withdrawn_absence_says_since_when'), models.UniqueConstraint(condition=models.Q(('status', 'announced')), fields=('student', 'enrollment', 'session', 'first_date', 'last_date', 'institution'), name='one_notice_for_the_same_absence', nulls_distinct=False)],
                'triggers': [pgtrigger.compiler.Trigger(name='archived_notice_is_frozen', sql=muster.core.triggers.TriggerSql(condition='WHEN (pg_trigger_depth() = 0)', func='\n            IF NOT (FALSE) THEN\n                PERFORM muster_must_be_open_batches(ARRAY[(SELECT batch_id FROM enrollments_enrollment WHERE id = OLD.enrollment_id), (SELECT batch_id FROM enrollments_enrollment WHERE id = NEW.enrollment_id)]);\n            END IF;\n            RETURN coalesce(NEW, OLD);\n        ', hash='f61ce1c71c2935529998b4a07002c58e50f31764', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_archived_notice_is_frozen_896d8', table='attendance_absencenotice', when='BEFORE')), pgtrigger.compiler.Trigger(name='notice_is_of_the_learner', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF NEW.enrollment_id IS NOT NULL AND NOT EXISTS (\n        SELECT FROM enrollments_enrollment WHERE id = NEW.enrollment_id AND student_id = NEW.student_id\n    ) THEN\n                RAISE EXCEPTION 'The enrollment is of another learner' USING ERRCODE = 'check_violation', CONSTRAINT = 'notice_is_of_the_learner';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='933d0eb1c364aae0372818faf0ab3169b6d65d4d', operation='INSERT', pgid='pgtrigger_notice_is_of_the_learner_89094', table='attendance_absencenotice', when='BEFORE')), pgtrigger.compiler.Trigger(name='notice_keeps_what_it_says', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF TG_OP = 'DELETE' OR (NEW.institution_id, NEW.student_id, NEW.enrollment_id, NEW.first_date, NEW.last_date, NEW.reason, NEW.announced_by_id)\n        IS DISTINCT FROM (OLD.institution_id, OLD.student_id, OLD.enrollment_id, OLD.first_date, OLD.last_date, OLD.reason, OLD.announced_by_id)\n        OR (NEW.session_id IS NOT NULL AND NEW.session_id IS DISTINCT FROM OLD.session_id)\n        OR (OLD.status = 'withdrawn' AND NEW.status <> 'withdrawn') THEN\n                RAISE EXCEPTION 'What was announced does not change; it is withdrawn' USING ERRCODE = 'check_violation', CONSTRAINT = 'notice_keeps_what_it_says';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='53a1968a7c4687756eff120c2af0b3231e565bee', operation='UPDATE OR DELETE', pgid='pgtrigger_notice_keeps_what_it_says_1fbdf', table='attendance_absencenotice', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='2f18c66f97306ae7f1b2918ac119bb19f44cf4db', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_d26b1', table='attendance_absencenotice', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."student_id", OLD."enrollment_id", OLD."session_id", OLD."first_date", OLD."last_date", OLD."reason", OLD."status", OLD."announced_by_id", OLD."withdrawn_by_id", OLD."withdrawn_at") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."student_id", NEW."enrollment_id", NEW."session_id", NEW."first_date", NEW."last_date", NEW."reason", NEW."status", NEW."announced_by_id", NEW."withdrawn_by_id", NEW."withdrawn_at"))', execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='3f538d1dd2966bce5a7d86d499d0c75d3e3cd576', operation='UPDATE', pgid='pgtrigger_audit_changes_71b48', table='attendance_absencenotice', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='AttendanceRecord',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('record_date', models.DateField(verbose_name='date')),
                ('status', models.CharField(blank=True, choices=[('PRESENT', 'Present'), ('ABSENT', 'Absent'), ('LATE', 'Late'), ('EXCUSED', 'Excused')], max_length=8, null=True, verbose_name='mark')),
                ('minutes_late', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='minutes late')),
                ('notes', models.CharField(blank=True, max_length=500, verbose_name='note')),
                ('marked_at', models.DateTimeField()),
                ('said_at', models.DateTimeField(blank=True, null=True)),
                ('enrollment', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='attendance_records', to='enrollments.enrollment')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('marked_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('session', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='attendance_records', to='timetable.classsession')),
            ],
            options={
                'indexes': [models.Index(fields=['enrollment', 'record_date'], name='records_of_learner'), models.Index(condition=models.Q(('session__isnull', True)), fields=['institution', '-record_date'], name='daily_records_by_date')],
                'verbose_name': 'attendance record',
                'verbose_name_plural': 'attendance records',
                'ordering': ['record_date', 'id'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='attendance_record_of_institution'), muster.core.constraints.SameOwner(field='enrollment', name='attendance_record_enrollment_of_same_institution', owner='institution', to='enrollments.Enrollment', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='session', name='attendance_record_session_of_same_institution', owner='institution', to='timetable.ClassSession', to_columns=('institution_id', 'id')), models.UniqueConstraint(condition=models.Q(('session__isnull', False)), fields=('session', 'enrollment'), name='one_record_for_each_learner_of_a_session'), models.UniqueConstraint(condition=models.Q(('session__isnull', True)), fields=('enrollment', 'record_date'), name='one_daily_record_for_each_learner_and_date'), models.CheckConstraint(condition=models.Q(('status__in', ['PRESENT', 'ABSENT', 'LATE', 'EXCUSED'])), name='mark_is_a_known_one'), models.CheckConstraint(condition=models.Q(('minutes_late__isnull', True), models.Q(('status', 'LATE'), ('status__isnull', False)), _connector='OR'), name='minutes_late_only_with_late'), models.CheckConstraint(condition=models.Q(('minutes_late__isnull', True), ('minutes_late__lte', 1440), _connector='OR'), name='minutes_late_are_of_one_day')],
                'triggers': [pgtrigger.compiler.Trigger(name='marks_are_kept', sql=muster.core.triggers.TriggerSql(func=muster.core.sql.Body('attendance', 'marks_are_kept'), hash='0816c5839d3c2c99ea06fec36614f4d8a06aec6f', level='STATEMENT', operation='INSERT', pgid='pgtrigger_marks_are_kept_0be86', referencing='REFERENCING NEW TABLE AS new_marks ', table='attendance_attendancerecord', when='AFTER')), pgtrigger.compiler.Trigger(name='changed_marks_are_kept', sql=muster.core.triggers.TriggerSql(func=muster.core.sql.Body('attendance', 'marks_are_kept'), hash='18573feb5478951c7af83815e772ac19fc12a4f7', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_changed_marks_are_kept_0ce1d', referencing='REFERENCING OLD TABLE AS old_marks  NEW TABLE AS new_marks ', table='attendance_attendancerecord', when='AFTER')), pgtrigger.compiler.Trigger(name='record_keeps_its_place', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF (NEW.institution_id, NEW.enrollment_id, NEW.session_id, NEW.record_date)\n        IS DISTINCT FROM (OLD.institution_id, OLD.enrollment_id, OLD.session_id, OLD.record_date) THEN\n                RAISE EXCEPTION 'A record stays with its learner, session and date' USING ERRCODE = 'check_violation', CONSTRAINT = 'record_keeps_its_place';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='196d080866ac7d8f15ae0c0d2ff095d0aa7a75ae', operation='UPDATE OF "institution_id", "enrollment_id", "session_id", "record_date"', pgid='pgtrigger_record_keeps_its_place_41154', table='attendance_attendancerecord', when='BEFORE')), pgtrigger.compiler.Trigger(name='record_is_cleared_and_never_deleted', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF TRUE THEN\n                RAISE EXCEPTION 'A mark is cleared, and never deleted' USING ERRCODE = 'check_violation', CONSTRAINT = 'record_is_cleared_and_never_deleted';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='929729fbfc215067a8ebb814b33002ec31055689', operation='DELETE', pgid='pgtrigger_record_is_cleared_and_never_deleted_db184', table='attendance_attendancerecord', when='BEFORE'))],
            },
        ),
        migrations.CreateModel(
            name='BatchTally',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('present', models.IntegerField(default=0)),
                ('absent', models.IntegerField(default=0)),
                ('late', models.IntegerField(default=0)),
                ('excused', models.IntegerField(default=0)),
                ('unmarked', models.IntegerField(default=0)),
                ('is_taken', models.GeneratedField(db_persist=True, expression=models.Func(output_field=models.BooleanField(), template='(present + absent + late + excused > 0 AND unmarked = 0)'), output_field=models.BooleanField())),
                ('batch', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='tallies', to='batches.batch')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('session', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='tallies', to='timetable.classsession')),
            ],
            options={
                'constraints': [muster.core.constraints.SameOwner(field='session', name='batch_tally_session_of_same_institution', owner='institution', to='timetable.ClassSession', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='batch', name='batch_tally_batch_of_same_institution', owner='institution', to='batches.Batch', to_columns=('institution_id', 'id')), models.UniqueConstraint(fields=('session', 'batch'), name='one_tally_for_each_batch_of_a_session')],
            },
        ),
        migrations.CreateModel(
            name='LowAttendance',
            fields=[
                ('enrollment', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='+', serialize=False, to='enrollments.enrollment')),
                ('told_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'constraints': [muster.core.constraints.SameOwner(field='enrollment', name='low_attendance_enrollment_of_same_institution', owner='institution', to='enrollments.Enrollment', to_columns=('institution_id', 'id'))],
                'triggers': [pgtrigger.compiler.Trigger(name='archived_low_attendance_is_frozen', sql=muster.core.triggers.TriggerSql(func='\n            IF NOT (FALSE) THEN\n                PERFORM muster_must_be_open_batches(ARRAY[(SELECT batch_id FROM enrollments_enrollment WHERE id = OLD.enrollment_id), (SELECT batch_id FROM enrollments_enrollment WHERE id = NEW.enrollment_id)]);\n            END IF;\n            RETURN coalesce(NEW, OLD);\n        ', hash='ce45e27d43527a46f6201200ce5d7e62e31e1144', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_archived_low_attendance_is_frozen_05ea4', table='attendance_lowattendance', when='BEFORE'))],
            },
        ),
        migrations.CreateModel(
            name='MarkEntry',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('session_id', models.UUIDField(null=True)),
                ('enrollment_id', models.UUIDField()),
                ('record_date', models.DateField()),
                ('status', models.CharField(choices=[('PRESENT', 'Present'), ('ABSENT', 'Absent'), ('LATE', 'Late'), ('EXCUSED', 'Excused')], max_length=8, null=True)),
                ('minutes_late', models.PositiveSmallIntegerField(null=True)),
                ('notes', models.CharField(blank=True, max_length=500)),
                ('marked_at', models.DateTimeField()),
                ('said_at', models.DateTimeField(null=True)),
                ('received_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('stood', models.BooleanField()),
                ('context', models.JSONField(default=dict)),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('marked_by', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['enrollment_id', 'record_date'], name='marks_of_learner')],
                'ordering': ['id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('said_at__isnull', False)), fields=('enrollment_id', 'session_id', 'said_at', 'marked_by', 'status'), name='one_line_for_each_mark_that_was_sent', nulls_distinct=False)],
                'triggers': [pgtrigger.compiler.Trigger(name='mark_log_is_only_added_to', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF TRUE THEN\n                RAISE EXCEPTION 'The log of marks is only added to' USING ERRCODE = 'check_violation', CONSTRAINT = 'mark_log_is_only_added_to';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='1de4268f203a72fa1fedbc9052a343b2ea12dfcc', operation='UPDATE OR DELETE', pgid='pgtrigger_mark_log_is_only_added_to_33484', table='attendance_markentry', when='BEFORE'))],
            },
        ),
        migrations.CreateModel(
            name='RegisterChase',
            fields=[
                ('session', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='chase_row', serialize=False, to='timetable.classsession')),
                ('chased_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'constraints': [muster.core.constraints.SameOwner(field='session', name='register_chase_session_of_same_institution', owner='institution', to='timetable.ClassSession', to_columns=('institution_id', 'id'))],
                'triggers': [pgtrigger.compiler.Trigger(name='archived_chase_is_frozen', sql=muster.core.triggers.TriggerSql(func='\n            PERFORM muster_must_be_open(ARRAY[(SELECT meeting_id FROM timetable_classsession WHERE id = OLD.session_id), (SELECT meeting_id FROM timetable_classsession WHERE id = NEW.session_id)]);\n            RETURN coalesce(NEW, OLD);\n        ', hash='f0acc58be22c7308f191659e5151b69923c21af4', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_archived_chase_is_frozen_f59cd', table='attendance_registerchase', when='BEFORE'))],
            },
        ),
        migrations.CreateModel(
            name='RegisterScan',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('file', models.FileField(upload_to='scans/', verbose_name='file')),
                ('file_name', models.CharField(max_length=100, verbose_name='file name')),
                ('file_size', models.PositiveIntegerField()),
                ('file_digest', models.CharField(max_length=64)),
                ('media_type', models.CharField(max_length=40)),
                ('added_by', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('session', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='scans', to='timetable.classsession')),
            ],
            options={
                'verbose_name': 'signed sheet',
                'verbose_name_plural': 'signed sheets',
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='register_scan_of_institution'), muster.core.constraints.SameOwner(field='session', name='register_scan_session_of_same_institution', owner='institution', to='timetable.ClassSession', to_columns=('institution_id', 'id')), models.CheckConstraint(condition=models.Q(('media_type__in', ('application/pdf', 'image/jpeg', 'image/png', 'image/webp', 'image/heic'))), name='scan_is_a_document_or_a_picture')],
                'triggers': [pgtrigger.compiler.Trigger(name='archived_scan_is_frozen', sql=muster.core.triggers.TriggerSql(func='\n            PERFORM muster_must_be_open(ARRAY[(SELECT meeting_id FROM timetable_classsession WHERE id = OLD.session_id), (SELECT meeting_id FROM timetable_classsession WHERE id = NEW.session_id)]);\n            RETURN coalesce(NEW, OLD);\n        ', hash='7a42eab3855ffabb7e0c382a86818696c6685f9d', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_archived_scan_is_frozen_5678a', table='attendance_registerscan', when='BEFORE')), pgtrigger.compiler.Trigger(name='scan_is_only_added_to', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF TRUE THEN\n                RAISE EXCEPTION 'A signed sheet stays; another one is added' USING ERRCODE = 'check_violation', CONSTRAINT = 'scan_is_only_added_to';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='5aca3d3ac4edb0cd22369c2fa44ba0b680708798', operation='UPDATE OR DELETE', pgid='pgtrigger_scan_is_only_added_to_eba2f', table='attendance_registerscan', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version,file_size,media_type}', 'institution_id', 'session_id')", hash='d6aee07f1052d8098006c348a5405364eded64dd', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_d29b1', table='attendance_registerscan', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."session_id", OLD."file", OLD."file_name", OLD."file_digest", OLD."added_by_id") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."session_id", NEW."file", NEW."file_name", NEW."file_digest", NEW."added_by_id"))', execute="muster_audit('{id,updated_at,version,file_size,media_type}', 'institution_id', 'session_id')", hash='ae9c5a73ef14ee62965aae9e8647f0a8745d48eb', operation='UPDATE', pgid='pgtrigger_audit_changes_cec9c', table='attendance_registerscan', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='RegisterSignature',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=150, verbose_name='name')),
                ('statement', models.TextField(verbose_name='statement')),
                ('signed_at', models.DateTimeField(verbose_name='signed')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('session', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='timetable.classsession')),
                ('signed_by', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'signature',
                'verbose_name_plural': 'signatures',
                'ordering': ['-signed_at'],
                'constraints': [muster.core.constraints.SameOwner(field='session', name='register_signature_session_of_same_institution', owner='institution', to='timetable.ClassSession', to_columns=('institution_id', 'id')), models.UniqueConstraint(fields=('session', 'signed_at'), name='one_signature_for_each_lock'), models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('statement', ''), _negated=True)), name='signature_says_who_and_what')],
                'triggers': [pgtrigger.compiler.Trigger(name='archived_signature_is_frozen', sql=muster.core.triggers.TriggerSql(func='\n            PERFORM muster_must_be_open(ARRAY[(SELECT meeting_id FROM timetable_classsession WHERE id = OLD.session_id), (SELECT meeting_id FROM timetable_classsession WHERE id = NEW.session_id)]);\n            RETURN coalesce(NEW, OLD);\n        ', hash='aa56ba6247dac9211900470274d11ce2f7bb96a5', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_archived_signature_is_frozen_5fa78', table='attendance_registersignature', when='BEFORE')), pgtrigger.compiler.Trigger(name='signature_is_of_who_locked_the_register', sql=muster.core.triggers.TriggerSql(func="\n            PERFORM FROM timetable_classsession WHERE id = NEW.session_id FOR SHARE;\n            IF NOT EXISTS (\n        SELECT FROM timetable_classsession AS class WHERE class.id = NEW.session_id\n        AND class.is_locked AND class.locked_at = NEW.signed_at AND class.locked_by_id = NEW.signed_by_id\n    ) THEN\n                RAISE EXCEPTION 'A register is signed by whoever locks it, when it is locked' USING ERRCODE = 'check_violation', CONSTRAINT = 'signature_is_of_who_locked_the_register';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='664bd24dccb228fee1ecc52a503b7c2956d36052', operation='INSERT', pgid='pgtrigger_signature_is_of_who_locked_the_register_2cb0d', table='attendance_registersignature', when='BEFORE')), pgtrigger.compiler.Trigger(name='signature_is_only_added_to', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF TRUE THEN\n                RAISE EXCEPTION 'A signature does not change; unlocking the register voids it' USING ERRCODE = 'check_violation', CONSTRAINT = 'signature_is_only_added_to';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='ba440de3702ffb9ab6f2c5d30a0c834a3d3cb6de', operation='UPDATE OR DELETE', pgid='pgtrigger_signature_is_only_added_to_148d5', table='attendance_registersignature', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id', 'session_id')", hash='e8af0bb639a2c0bfc59d47ed8ad96b044022754e', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_9ee20', table='attendance_registersignature', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."institution_id", OLD."session_id", OLD."signed_by_id", OLD."name", OLD."statement", OLD."signed_at") IS DISTINCT FROM (NEW."institution_id", NEW."session_id", NEW."signed_by_id", NEW."name", NEW."statement", NEW."signed_at"))', execute="muster_audit('{id,updated_at,version}', 'institution_id', 'session_id')", hash='f066a9f177966c385856f10576cd74cf3fa71c29', operation='UPDATE', pgid='pgtrigger_audit_changes_575cf', table='attendance_registersignature', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='UnlockRequest',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('reason', models.CharField(max_length=300, verbose_name='reason')),
                ('status', models.CharField(choices=[('pending', 'Waiting'), ('approved', 'Unlocked'), ('rejected', 'Rejected')], default='pending', max_length=10, verbose_name='status')),
                ('decided_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('decision_reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('asked_by', models.ForeignKey(db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('session', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='unlock_requests', to='timetable.classsession')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('status', 'pending')), fields=['institution'], name='unlock_waiting'), models.Index(fields=['asked_by', 'created_at'], name='unlock_of_an_asker')],
                'verbose_name': 'unlock request',
                'verbose_name_plural': 'unlock requests',
                'ordering': ['created_at', 'id'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='unlock_request_of_institution'), muster.core.constraints.SameOwner(field='session', name='unlock_request_session_of_same_institution', owner='institution', to='timetable.ClassSession', to_columns=('institution_id', 'id')), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='unlock_is_asked_with_a_reason'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('status', 'pending')), models.Q(('decided_at__isnull', False), ('status__in', ['approved', 'rejected']), models.Q(('decision_reason', ''), _negated=True)), _connector='OR'), name='unlock_is_decided_with_a_reason'), models.UniqueConstraint(condition=models.Q(('status', 'pending')), fields=('session',), name='one_waiting_unlock_for_each_register')],
                'triggers': [pgtrigger.compiler.Trigger(name='archived_unlock_is_frozen', sql=muster.core.triggers.TriggerSql(func='\n            PERFORM muster_must_be_open(ARRAY[(SELECT meeting_id FROM timetable_classsession WHERE id = OLD.session_id), (SELECT meeting_id FROM timetable_classsession WHERE id = NEW.session_id)]);\n            RETURN coalesce(NEW, OLD);\n        ', hash='3b4b94334df366796d308463d72aebe8952d312d', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_archived_unlock_is_frozen_05e6b', table='attendance_unlockrequest', when='BEFORE')), pgtrigger.compiler.Trigger(name='unlock_is_decided_once', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF (TG_OP = 'INSERT' AND NEW.status <> 'pending') OR (TG_OP = 'UPDATE' AND (OLD.status <> 'pending'\n        OR (NEW.institution_id, NEW.session_id, NEW.reason, NEW.asked_by_id)\n        IS DISTINCT FROM (OLD.institution_id, OLD.session_id, OLD.reason, OLD.asked_by_id))) THEN\n                RAISE EXCEPTION 'An unlock is asked for, then decided once' USING ERRCODE = 'check_violation', CONSTRAINT = 'unlock_is_decided_once';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='a20f8cf810a949e54e3d7a834f79066c21872bec', operation='INSERT OR UPDATE', pgid='pgtrigger_unlock_is_decided_once_83a46', table='attendance_unlockrequest', when='BEFORE')), pgtrigger.compiler.Trigger(name='unlock_is_never_deleted', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF TRUE THEN\n                RAISE EXCEPTION 'What was asked and decided stays' USING ERRCODE = 'check_violation', CONSTRAINT = 'unlock_is_never_deleted';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='38da71b1e5a8b3fef42029a5958d421967cfeaf4', operation='DELETE', pgid='pgtrigger_unlock_is_never_deleted_68107', table='attendance_unlockrequest', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='0d4b2e004424774a6a5a6ffa7b5377220a123d54', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_72e8d', table='attendance_unlockrequest', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."session_id", OLD."reason", OLD."status", OLD."asked_by_id", OLD."decided_by_id", OLD."decided_at", OLD."decision_reason") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."session_id", NEW."reason", NEW."status", NEW."asked_by_id", NEW."decided_by_id", NEW."decided_at", NEW."decision_reason"))', execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='de7edff30a9c3f414bdbbbf9d29ac4960e4cb839', operation='UPDATE', pgid='pgtrigger_audit_changes_4345e', table='attendance_unlockrequest', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='CorrectionRequest',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('from_status', models.CharField(blank=True, choices=[('PRESENT', 'Present'), ('ABSENT', 'Absent'), ('LATE', 'Late'), ('EXCUSED', 'Excused')], max_length=8, null=True, verbose_name='mark')),
                ('to_status', models.CharField(choices=[('PRESENT', 'Present'), ('ABSENT', 'Absent'), ('LATE', 'Late'), ('EXCUSED', 'Excused')], default='EXCUSED', max_length=8, verbose_name='correction')),
                ('status', models.CharField(choices=[('pending', 'Waiting'), ('approved', 'Approved'), ('rejected', 'Rejected')], default='pending', max_length=10, verbose_name='status')),
                ('decided_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('decision_reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('asked_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('enrollment', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='correction_requests', to='enrollments.enrollment')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('notice', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='correction_requests', to='attendance.absencenotice')),
                ('session', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='correction_requests', to='timetable.classsession')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('status', 'pending')), fields=['institution'], name='correction_waiting')],
                'verbose_name': 'correction',
                'verbose_name_plural': 'corrections',
                'ordering': ['created_at', 'id'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='correction_request_of_institution'), muster.core.constraints.SameOwner(field='enrollment', name='correction_request_enrollment_of_same_institution', owner='institution', to='enrollments.Enrollment', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='session', name='correction_request_session_of_same_institution', owner='institution', to='timetable.ClassSession', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='notice', name='correction_request_notice_of_same_institution', owner='institution', to='attendance.AbsenceNotice', to_columns=('institution_id', 'id')), models.CheckConstraint(condition=models.Q(('status__in', ['pending', 'approved', 'rejected'])), name='correction_status_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('status', 'pending')), models.Q(('decided_at__isnull', False), ('status__in', ['approved', 'rejected']), models.Q(('decision_reason', ''), _negated=True)), _connector='OR'), name='correction_is_decided_with_a_reason'), models.CheckConstraint(condition=models.Q(('to_status__in', ['PRESENT', 'ABSENT', 'LATE', 'EXCUSED'])), name='correction_is_a_mark'), models.UniqueConstraint(condition=models.Q(('status', 'pending')), fields=('session', 'enrollment'), name='one_waiting_correction_for_each_mark')],
                'triggers': [pgtrigger.compiler.Trigger(name='archived_correction_is_frozen', sql=muster.core.triggers.TriggerSql(func='\n            IF NOT (FALSE) THEN\n                PERFORM muster_must_be_open_batches(ARRAY[(SELECT batch_id FROM enrollments_enrollment WHERE id = OLD.enrollment_id), (SELECT batch_id FROM enrollments_enrollment WHERE id = NEW.enrollment_id)]);\n            END IF;\n            RETURN coalesce(NEW, OLD);\n        ', hash='9fcbe2b092e89ae8cc99a5985208173f8e2b820a', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_archived_correction_is_frozen_5b156', table='attendance_correctionrequest', when='BEFORE')), pgtrigger.compiler.Trigger(name='correction_is_decided_once', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF (TG_OP = 'INSERT' AND NEW.status <> 'pending') OR (TG_OP = 'UPDATE' AND (OLD.status <> 'pending'\n        OR (NEW.institution_id, NEW.enrollment_id, NEW.session_id, NEW.notice_id, NEW.from_status, NEW.to_status, NEW.asked_by_id)\n        IS DISTINCT FROM (OLD.institution_id, OLD.enrollment_id, OLD.session_id, OLD.notice_id, OLD.from_status, OLD.to_status, OLD.asked_by_id))) THEN\n                RAISE EXCEPTION 'A correction is asked for, then decided once' USING ERRCODE = 'check_violation', CONSTRAINT = 'correction_is_decided_once';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='8fe6a088e424c91536ccd52c2476222af7ca7e84', operation='INSERT OR UPDATE', pgid='pgtrigger_correction_is_decided_once_4e738', table='attendance_correctionrequest', when='BEFORE')), pgtrigger.compiler.Trigger(name='correction_is_never_deleted', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF TRUE THEN\n                RAISE EXCEPTION 'What was asked and decided stays' USING ERRCODE = 'check_violation', CONSTRAINT = 'correction_is_never_deleted';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='dde9eed564e8aa13d70b490468c7a312cd67d6d6', operation='DELETE', pgid='pgtrigger_correction_is_never_deleted_a21cc', table='attendance_correctionrequest', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='5145e15779d7eeb5fb74716bddf2ee4fd6ee5ae7', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_29acf', table='attendance_correctionrequest', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."enrollment_id", OLD."session_id", OLD."notice_id", OLD."from_status", OLD."to_status", OLD."status", OLD."asked_by_id", OLD."decided_by_id", OLD."decided_at", OLD."decision_reason") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."enrollment_id", NEW."session_id", NEW."notice_id", NEW."from_status", NEW."to_status", NEW."status", NEW."asked_by_id", NEW."decided_by_id", NEW."decided_at", NEW."decision_reason"))', execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='4363f435da37254c612231a5e8227b680f696d26', operation='UPDATE', pgid='pgtrigger_audit_changes_1765d', table='attendance_correctionrequest', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='Evidence',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('kind', models.CharField(choices=[('medical', "Doctor's note"), ('official', 'Official letter'), ('family', 'Note from home'), ('other', 'Other')], default='medical', max_length=10, verbose_name='type of evidence')),
                ('file', models.FileField(blank=True, upload_to='evidence/', verbose_name='file')),
                ('file_name', models.CharField(max_length=100, verbose_name='file name')),
                ('file_size', models.PositiveIntegerField()),
                ('file_digest', models.CharField(max_length=64)),
                ('media_type', models.CharField(max_length=40)),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                ('removed_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('institution', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('notice', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to='attendance.absencenotice')),
                ('record', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to='attendance.attendancerecord')),
                ('removed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('uploaded_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'evidence',
                'verbose_name_plural': 'evidence',
                'ordering': ['created_at', 'id'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='evidence_of_institution'), muster.core.constraints.SameOwner(field='record', name='evidence_record_of_same_institution', owner='institution', to='attendance.AttendanceRecord', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='notice', name='evidence_notice_of_same_institution', owner='institution', to='attendance.AbsenceNotice', to_columns=('institution_id', 'id')), models.CheckConstraint(condition=models.Q(('record__isnull', False), ('notice__isnull', False), _connector='OR'), name='evidence_hangs_on_something'), models.CheckConstraint(condition=models.Q(models.Q(('removed_at__isnull', True), models.Q(('file', ''), _negated=True)), models.Q(('file', ''), ('removed_at__isnull', False)), _connector='OR'), name='evidence_has_its_file_until_it_is_removed'), models.CheckConstraint(condition=models.Q(('kind__in', ['medical', 'official', 'family', 'other'])), name='evidence_kind_is_known'), models.CheckConstraint(condition=models.Q(('media_type__in', ('application/pdf', 'image/jpeg', 'image/png', 'image/webp', 'image/heic'))), name='evidence_is_a_document_or_a_picture')],
                'triggers': [pgtrigger.compiler.Trigger(name='evidence_stays_with_its_register', sql=muster.core.triggers.TriggerSql(func=muster.core.sql.Body('attendance', 'evidence_stays_with_its_register'), hash='58765a6e05e8320aaf2a1b2a3646baa8f07a58b0', operation='INSERT OR UPDATE', pgid='pgtrigger_evidence_stays_with_its_register_834ae', table='attendance_evidence', when='BEFORE')), pgtrigger.compiler.Trigger(name='evidence_keeps_its_file', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF to_jsonb(NEW) - '{record_id,file,removed_at,removed_by_id,updated_at}'::text[] <> to_jsonb(OLD) - '{record_id,file,removed_at,removed_by_id,updated_at}'::text[]\n        OR (OLD.record_id IS NOT NULL AND NEW.record_id IS DISTINCT FROM OLD.record_id)\n        OR (NEW.file <> OLD.file AND NEW.file <> '') OR OLD.removed_at IS NOT NULL THEN\n                RAISE EXCEPTION 'Evidence does not change; it is removed and sent anew' USING ERRCODE = 'check_violation', CONSTRAINT = 'evidence_keeps_its_file';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='3d1a0b656932ac37fd47d15fc65cbc2896e51e4c', operation='UPDATE', pgid='pgtrigger_evidence_keeps_its_file_89233', table='attendance_evidence', when='BEFORE')), pgtrigger.compiler.Trigger(name='evidence_is_removed_and_never_deleted', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF TRUE THEN\n                RAISE EXCEPTION 'The file is removed; that it was there stays' USING ERRCODE = 'check_violation', CONSTRAINT = 'evidence_is_removed_and_never_deleted';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='55f86061b510835fad08bb09d3b36573ba3f05ba', operation='DELETE', pgid='pgtrigger_evidence_is_removed_and_never_deleted_7bb9a', table='attendance_evidence', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='6a13e94b634e93ea629622a98cf13b826e0e7a87', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_27830', table='attendance_evidence', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."record_id", OLD."notice_id", OLD."kind", OLD."file", OLD."file_name", OLD."file_size", OLD."file_digest", OLD."media_type", OLD."note", OLD."uploaded_by_id", OLD."removed_by_id", OLD."removed_at") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."record_id", NEW."notice_id", NEW."kind", NEW."file", NEW."file_name", NEW."file_size", NEW."file_digest", NEW."media_type", NEW."note", NEW."uploaded_by_id", NEW."removed_by_id", NEW."removed_at"))', execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='e6fce9ddc91700d6d8b00d090c98e94bfec3c94a', operation='UPDATE', pgid='pgtrigger_audit_changes_4fcf8', table='attendance_evidence', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='EvidenceLook',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('looked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('request_id', models.CharField(blank=True, max_length=100)),
                ('evidence', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='looks', to='attendance.evidence')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('looked_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-id'],
                'constraints': [muster.core.constraints.SameOwner(field='evidence', name='evidence_look_evidence_of_same_institution', owner='institution', to='attendance.Evidence', to_columns=('institution_id', 'id'))],
                'triggers': [pgtrigger.compiler.Trigger(name='looks_are_only_added_to', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF TRUE THEN\n                RAISE EXCEPTION 'Who looked is only added to' USING ERRCODE = 'check_violation', CONSTRAINT = 'looks_are_only_added_to';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='dcaabc949b7d56d50c021f40a7ac19212d25d09e', operation='UPDATE OR DELETE', pgid='pgtrigger_looks_are_only_added_to_c9d9c', table='attendance_evidencelook', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version,looked_by_id,looked_at,request_id}', 'institution_id', 'evidence_id')", hash='6bb720db221031f1d5cfac29ddf37edfabfcef37', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_42043', table='attendance_evidencelook', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."institution_id", OLD."evidence_id") IS DISTINCT FROM (NEW."institution_id", NEW."evidence_id"))', execute="muster_audit('{id,updated_at,version,looked_by_id,looked_at,request_id}', 'institution_id', 'evidence_id')", hash='8c65669ccaf20d3bf9953f062a6a257eccd1517b', operation='UPDATE', pgid='pgtrigger_audit_changes_7af6f', table='attendance_evidencelook', when='AFTER'))],
            },
        ),
        muster.core.sql.InstallFunctions(
            app='attendance',
        ),
    ]
