import datetime
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.datetime
import muster.core.constraints
import muster.core.ids
import muster.core.sql
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('batches', '0001_initial'),
        ('core', '0001_initial'),
        ('enrollments', '0001_initial'),
        ('institutions', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('session', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='absence_notices', to='batches.classsession')),
                ('student', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='absence_notices', to=settings.AUTH_USER_MODEL, verbose_name='student')),
                ('withdrawn_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'absence',
                'verbose_name_plural': 'absences',
                'ordering': ['-first_date', '-id'],
            },
        ),
        migrations.CreateModel(
            name='AbsenceNoticeEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('first_date', models.DateField(verbose_name='from')),
                ('last_date', models.DateField(verbose_name='to')),
                ('reason', models.CharField(max_length=500, verbose_name='reason')),
                ('status', models.CharField(choices=[('announced', 'Reported'), ('withdrawn', 'Withdrawn')], default='announced', max_length=10, verbose_name='status')),
                ('withdrawn_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('announced_by', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('enrollment', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='enrollments.enrollment')),
                ('institution', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.institution')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='attendance.absencenotice')),
                ('session', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='batches.classsession')),
                ('student', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='student')),
                ('withdrawn_by', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
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
                ('session', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='attendance_records', to='batches.classsession')),
            ],
            options={
                'verbose_name': 'attendance record',
                'verbose_name_plural': 'attendance records',
                'ordering': ['record_date', 'id'],
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
                ('batch', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='tallies', to='batches.batch')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('session', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='tallies', to='batches.classsession')),
            ],
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
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('notice', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='correction_requests', to='attendance.absencenotice')),
                ('session', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='correction_requests', to='batches.classsession')),
            ],
            options={
                'verbose_name': 'correction',
                'verbose_name_plural': 'corrections',
                'ordering': ['created_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='CorrectionRequestEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('from_status', models.CharField(blank=True, choices=[('PRESENT', 'Present'), ('ABSENT', 'Absent'), ('LATE', 'Late'), ('EXCUSED', 'Excused')], max_length=8, null=True, verbose_name='mark')),
                ('to_status', models.CharField(choices=[('PRESENT', 'Present'), ('ABSENT', 'Absent'), ('LATE', 'Late'), ('EXCUSED', 'Excused')], default='EXCUSED', max_length=8, verbose_name='correction')),
                ('status', models.CharField(choices=[('pending', 'Waiting'), ('approved', 'Approved'), ('rejected', 'Rejected')], default='pending', max_length=10, verbose_name='status')),
                ('decided_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('decision_reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('asked_by', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('enrollment', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='enrollments.enrollment')),
                ('institution', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.institution')),
                ('notice', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='attendance.absencenotice')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='attendance.correctionrequest')),
                ('session', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='batches.classsession')),
            ],
            options={
                'abstract': False,
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
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('notice', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to='attendance.absencenotice')),
                ('record', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='evidence', to='attendance.attendancerecord')),
                ('removed_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('uploaded_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'evidence',
                'verbose_name_plural': 'evidence',
                'ordering': ['created_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='EvidenceEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('kind', models.CharField(choices=[('medical', "Doctor's note"), ('official', 'Official letter'), ('family', 'Note from home'), ('other', 'Other')], default='medical', max_length=10, verbose_name='type of evidence')),
                ('file', models.FileField(blank=True, upload_to='evidence/', verbose_name='file')),
                ('file_name', models.CharField(max_length=100, verbose_name='file name')),
                ('file_size', models.PositiveIntegerField()),
                ('file_digest', models.CharField(max_length=64)),
                ('media_type', models.CharField(max_length=40)),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                ('removed_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('institution', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.institution')),
                ('notice', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='attendance.absencenotice')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='attendance.evidence')),
                ('record', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='attendance.attendancerecord')),
                ('removed_by', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('uploaded_by', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='EvidenceLook',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('looked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('request_id', models.CharField(blank=True, max_length=100)),
                ('evidence', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='looks', to='attendance.evidence')),
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('looked_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-id'],
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
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='RegisterChase',
            fields=[
                ('session', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='chase_row', serialize=False, to='batches.classsession')),
                ('chased_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
        ),
        migrations.AddIndex(
            model_name='absencenotice',
            index=models.Index(fields=['institution', '-last_date'], name='absence_by_date'),
        ),
        migrations.AddConstraint(
            model_name='absencenotice',
            constraint=models.UniqueConstraint(fields=('institution', 'id'), name='absence_notice_of_institution'),
        ),
        migrations.AddConstraint(
            model_name='absencenotice',
            constraint=muster.core.constraints.SameOwner(field='student', name='absence_notice_student_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')),
        ),
        migrations.AddConstraint(
            model_name='absencenotice',
            constraint=muster.core.constraints.SameOwner(field='enrollment', name='absence_notice_enrollment_of_same_institution', owner='institution', to='enrollments.Enrollment', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='absencenotice',
            constraint=muster.core.constraints.SameOwner(field='session', name='absence_notice_session_of_same_institution', owner='institution', to='batches.ClassSession', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='absencenotice',
            constraint=models.CheckConstraint(condition=models.Q(('first_date__lte', models.F('last_date'))), name='absence_ends_after_it_begins'),
        ),
        migrations.AddConstraint(
            model_name='absencenotice',
            constraint=models.CheckConstraint(condition=models.Q(('last_date__lt', django.db.models.expressions.CombinedExpression(models.F('first_date'), '+', models.Value(datetime.timedelta(days=366))))), name='absence_is_at_most_a_year'),
        ),
        migrations.AddConstraint(
            model_name='absencenotice',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['announced', 'withdrawn'])), name='absence_status_is_known'),
        ),
        migrations.AddConstraint(
            model_name='absencenotice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'announced'), ('withdrawn_at__isnull', True)), models.Q(('status', 'withdrawn'), ('withdrawn_at__isnull', False)), _connector='OR'), name='withdrawn_absence_says_since_when'),
        ),
        migrations.AddConstraint(
            model_name='absencenotice',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'announced')), fields=('student', 'enrollment', 'session', 'first_date', 'last_date', 'institution'), name='one_notice_for_the_same_absence', nulls_distinct=False),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='absencenotice',
            trigger=pgtrigger.compiler.Trigger(name='notice_is_of_the_learner', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            \n            IF NEW.enrollment_id IS NOT NULL AND NOT EXISTS (\n        SELECT FROM enrollments_enrollment WHERE id = NEW.enrollment_id AND student_id = NEW.student_id\n    ) THEN\n                RAISE EXCEPTION 'The enrollment is of another learner' USING ERRCODE = 'check_violation', CONSTRAINT = 'notice_is_of_the_learner';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='01fa39c8513d75a322e7340b0f012f9df1f01900', operation='INSERT', pgid='pgtrigger_notice_is_of_the_learner_89094', table='attendance_absencenotice', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='absencenotice',
            trigger=pgtrigger.compiler.Trigger(name='notice_keeps_what_it_says', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            \n            IF TG_OP = 'DELETE' OR (NEW.institution_id, NEW.student_id, NEW.enrollment_id, NEW.first_date, NEW.last_date, NEW.reason, NEW.announced_by_id)\n        IS DISTINCT FROM (OLD.institution_id, OLD.student_id, OLD.enrollment_id, OLD.first_date, OLD.last_date, OLD.reason, OLD.announced_by_id)\n        OR (NEW.session_id IS NOT NULL AND NEW.session_id IS DISTINCT FROM OLD.session_id)\n        OR (OLD.status = 'withdrawn' AND NEW.status <> 'withdrawn') THEN\n                RAISE EXCEPTION 'What was announced does not change; it is withdrawn' USING ERRCODE = 'check_violation', CONSTRAINT = 'notice_keeps_what_it_says';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='e93e02994b4264860a1dd8f45efe44cd0f580e33', operation='UPDATE OR DELETE', pgid='pgtrigger_notice_keeps_what_it_says_1fbdf', table='attendance_absencenotice', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='absencenotice',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "attendance_absencenoticeevent" ("announced_by_id", "created_at", "enrollment_id", "first_date", "id", "institution_id", "last_date", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "session_id", "status", "student_id", "withdrawn_at", "withdrawn_by_id") SELECT new_values."announced_by_id", new_values."created_at", new_values."enrollment_id", new_values."first_date", new_values."id", new_values."institution_id", new_values."last_date", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', new_values."id", new_values."reason", new_values."session_id", new_values."status", new_values."student_id", new_values."withdrawn_at", new_values."withdrawn_by_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='6a3a6b5d287f54a80510fa63901d679b56fc79f8', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_67c85', referencing='REFERENCING NEW TABLE AS new_values ', table='attendance_absencenotice', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='absencenotice',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "attendance_absencenoticeevent" ("announced_by_id", "created_at", "enrollment_id", "first_date", "id", "institution_id", "last_date", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "session_id", "status", "student_id", "withdrawn_at", "withdrawn_by_id") SELECT new_values."announced_by_id", new_values."created_at", new_values."enrollment_id", new_values."first_date", new_values."id", new_values."institution_id", new_values."last_date", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', new_values."id", new_values."reason", new_values."session_id", new_values."status", new_values."student_id", new_values."withdrawn_at", new_values."withdrawn_by_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."announced_by_id" IS DISTINCT FROM (new_values."announced_by_id") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."enrollment_id" IS DISTINCT FROM (new_values."enrollment_id") OR old_values."first_date" IS DISTINCT FROM (new_values."first_date") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."institution_id" IS DISTINCT FROM (new_values."institution_id") OR old_values."last_date" IS DISTINCT FROM (new_values."last_date") OR old_values."reason" IS DISTINCT FROM (new_values."reason") OR old_values."session_id" IS DISTINCT FROM (new_values."session_id") OR old_values."status" IS DISTINCT FROM (new_values."status") OR old_values."student_id" IS DISTINCT FROM (new_values."student_id") OR old_values."withdrawn_at" IS DISTINCT FROM (new_values."withdrawn_at") OR old_values."withdrawn_by_id" IS DISTINCT FROM (new_values."withdrawn_by_id")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='294ee87d3e5c3282d9573d2491458619510d9191', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_6e35a', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='attendance_absencenotice', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='absencenotice',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "attendance_absencenoticeevent" ("announced_by_id", "created_at", "enrollment_id", "first_date", "id", "institution_id", "last_date", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "reason", "session_id", "status", "student_id", "withdrawn_at", "withdrawn_by_id") SELECT old_values."announced_by_id", old_values."created_at", old_values."enrollment_id", old_values."first_date", old_values."id", old_values."institution_id", old_values."last_date", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', old_values."id", old_values."reason", old_values."session_id", old_values."status", old_values."student_id", old_values."withdrawn_at", old_values."withdrawn_by_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='46eba167c0d023f966736786cac1148f6fd950b7', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_132c6', referencing='REFERENCING OLD TABLE AS old_values ', table='attendance_absencenotice', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='absencenoticeevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='3a8d78ca4106085a03834e1e318683a4585ca876', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_afe40', table='attendance_absencenoticeevent', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='attendancerecord',
            index=models.Index(fields=['enrollment', 'record_date'], name='records_of_learner'),
        ),
        migrations.AddIndex(
            model_name='attendancerecord',
            index=models.Index(condition=models.Q(('session__isnull', True)), fields=['institution', '-record_date'], name='daily_records_by_date'),
        ),
        migrations.AddConstraint(
            model_name='attendancerecord',
            constraint=models.UniqueConstraint(fields=('institution', 'id'), name='attendance_record_of_institution'),
        ),
        migrations.AddConstraint(
            model_name='attendancerecord',
            constraint=muster.core.constraints.SameOwner(field='enrollment', name='attendance_record_enrollment_of_same_institution', owner='institution', to='enrollments.Enrollment', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='attendancerecord',
            constraint=muster.core.constraints.SameOwner(field='session', name='attendance_record_session_of_same_institution', owner='institution', to='batches.ClassSession', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='attendancerecord',
            constraint=models.UniqueConstraint(condition=models.Q(('session__isnull', False)), fields=('session', 'enrollment'), name='one_record_for_each_learner_of_a_session'),
        ),
        migrations.AddConstraint(
            model_name='attendancerecord',
            constraint=models.UniqueConstraint(condition=models.Q(('session__isnull', True)), fields=('enrollment', 'record_date'), name='one_daily_record_for_each_learner_and_date'),
        ),
        migrations.AddConstraint(
            model_name='attendancerecord',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['PRESENT', 'ABSENT', 'LATE', 'EXCUSED'])), name='mark_is_a_known_one'),
        ),
        migrations.AddConstraint(
            model_name='attendancerecord',
            constraint=models.CheckConstraint(condition=models.Q(('minutes_late__isnull', True), models.Q(('status', 'LATE'), ('status__isnull', False)), _connector='OR'), name='minutes_late_only_with_late'),
        ),
        migrations.AddConstraint(
            model_name='attendancerecord',
            constraint=models.CheckConstraint(condition=models.Q(('minutes_late__isnull', True), ('minutes_late__lte', 1440), _connector='OR'), name='minutes_late_are_of_one_day'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='attendancerecord',
            trigger=pgtrigger.compiler.Trigger(name='marks_are_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func=muster.core.sql.Body('attendance', 'marks_are_kept'), hash='5eaac9e8881acf64816c572c21387ce789fb0091', level='STATEMENT', operation='INSERT', pgid='pgtrigger_marks_are_kept_0be86', referencing='REFERENCING NEW TABLE AS new_marks ', table='attendance_attendancerecord', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='attendancerecord',
            trigger=pgtrigger.compiler.Trigger(name='changed_marks_are_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func=muster.core.sql.Body('attendance', 'marks_are_kept'), hash='8eec41f7ae566cdf2bd25ea3c1f19bdc4bbac31a', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_changed_marks_are_kept_0ce1d', referencing='REFERENCING OLD TABLE AS old_marks  NEW TABLE AS new_marks ', table='attendance_attendancerecord', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='attendancerecord',
            trigger=pgtrigger.compiler.Trigger(name='record_keeps_its_place', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            \n            IF (NEW.institution_id, NEW.enrollment_id, NEW.session_id, NEW.record_date)\n        IS DISTINCT FROM (OLD.institution_id, OLD.enrollment_id, OLD.session_id, OLD.record_date) THEN\n                RAISE EXCEPTION 'A record stays with its learner, session and date' USING ERRCODE = 'check_violation', CONSTRAINT = 'record_keeps_its_place';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='cbb000bb1d0f30947c1de4cbe44f797393ddff87', operation='UPDATE OF "institution_id", "enrollment_id", "session_id", "record_date"', pgid='pgtrigger_record_keeps_its_place_41154', table='attendance_attendancerecord', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='attendancerecord',
            trigger=pgtrigger.compiler.Trigger(name='record_is_cleared_and_never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            \n            IF TRUE THEN\n                RAISE EXCEPTION 'A mark is cleared, and never deleted' USING ERRCODE = 'check_violation', CONSTRAINT = 'record_is_cleared_and_never_deleted';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='a8022d3515d39ca4760f8fc010447876af815942', operation='DELETE', pgid='pgtrigger_record_is_cleared_and_never_deleted_db184', table='attendance_attendancerecord', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='batchtally',
            constraint=muster.core.constraints.SameOwner(field='session', name='batch_tally_session_of_same_institution', owner='institution', to='batches.ClassSession', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='batchtally',
            constraint=muster.core.constraints.SameOwner(field='batch', name='batch_tally_batch_of_same_institution', owner='institution', to='batches.Batch', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='batchtally',
            constraint=models.UniqueConstraint(fields=('session', 'batch'), name='one_tally_for_each_batch_of_a_session'),
        ),
        migrations.AddIndex(
            model_name='correctionrequest',
            index=models.Index(condition=models.Q(('status', 'pending')), fields=['institution'], name='correction_waiting'),
        ),
        migrations.AddConstraint(
            model_name='correctionrequest',
            constraint=models.UniqueConstraint(fields=('institution', 'id'), name='correction_request_of_institution'),
        ),
        migrations.AddConstraint(
            model_name='correctionrequest',
            constraint=muster.core.constraints.SameOwner(field='enrollment', name='correction_request_enrollment_of_same_institution', owner='institution', to='enrollments.Enrollment', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='correctionrequest',
            constraint=muster.core.constraints.SameOwner(field='session', name='correction_request_session_of_same_institution', owner='institution', to='batches.ClassSession', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='correctionrequest',
            constraint=muster.core.constraints.SameOwner(field='notice', name='correction_request_notice_of_same_institution', owner='institution', to='attendance.AbsenceNotice', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='correctionrequest',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['pending', 'approved', 'rejected'])), name='correction_status_is_known'),
        ),
        migrations.AddConstraint(
            model_name='correctionrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('status', 'pending')), models.Q(('decided_at__isnull', False), ('status__in', ['approved', 'rejected']), models.Q(('decision_reason', ''), _negated=True)), _connector='OR'), name='correction_is_decided_with_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='correctionrequest',
            constraint=models.CheckConstraint(condition=models.Q(('to_status__in', ['PRESENT', 'ABSENT', 'LATE', 'EXCUSED'])), name='correction_is_a_mark'),
        ),
        migrations.AddConstraint(
            model_name='correctionrequest',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'pending')), fields=('session', 'enrollment'), name='one_waiting_correction_for_each_mark'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='correctionrequest',
            trigger=pgtrigger.compiler.Trigger(name='correction_is_decided_once', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            \n            IF (TG_OP = 'INSERT' AND NEW.status <> 'pending') OR (TG_OP = 'UPDATE' AND (OLD.status <> 'pending'\n        OR (NEW.institution_id, NEW.enrollment_id, NEW.session_id, NEW.notice_id, NEW.from_status, NEW.to_status, NEW.asked_by_id)\n        IS DISTINCT FROM (OLD.institution_id, OLD.enrollment_id, OLD.session_id, OLD.notice_id, OLD.from_status, OLD.to_status, OLD.asked_by_id))) THEN\n                RAISE EXCEPTION 'A correction is asked for, then decided once' USING ERRCODE = 'check_violation', CONSTRAINT = 'correction_is_decided_once';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='95edab677d1e73ef262f9565cf773a6f023aa9a8', operation='INSERT OR UPDATE', pgid='pgtrigger_correction_is_decided_once_4e738', table='attendance_correctionrequest', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='correctionrequest',
            trigger=pgtrigger.compiler.Trigger(name='correction_is_never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            \n            IF TRUE THEN\n                RAISE EXCEPTION 'What was asked and decided stays' USING ERRCODE = 'check_violation', CONSTRAINT = 'correction_is_never_deleted';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='ddf81321ccce73250b4812636d3694d848b06c48', operation='DELETE', pgid='pgtrigger_correction_is_never_deleted_a21cc', table='attendance_correctionrequest', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='correctionrequest',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "attendance_correctionrequestevent" ("asked_by_id", "created_at", "decided_at", "decided_by_id", "decision_reason", "enrollment_id", "from_status", "id", "institution_id", "notice_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "session_id", "status", "to_status") SELECT new_values."asked_by_id", new_values."created_at", new_values."decided_at", new_values."decided_by_id", new_values."decision_reason", new_values."enrollment_id", new_values."from_status", new_values."id", new_values."institution_id", new_values."notice_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', new_values."id", new_values."session_id", new_values."status", new_values."to_status" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='116c7a653b85c7465c1866d6cb195a7790e3f95a', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_03488', referencing='REFERENCING NEW TABLE AS new_values ', table='attendance_correctionrequest', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='correctionrequest',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "attendance_correctionrequestevent" ("asked_by_id", "created_at", "decided_at", "decided_by_id", "decision_reason", "enrollment_id", "from_status", "id", "institution_id", "notice_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "session_id", "status", "to_status") SELECT new_values."asked_by_id", new_values."created_at", new_values."decided_at", new_values."decided_by_id", new_values."decision_reason", new_values."enrollment_id", new_values."from_status", new_values."id", new_values."institution_id", new_values."notice_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', new_values."id", new_values."session_id", new_values."status", new_values."to_status" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."asked_by_id" IS DISTINCT FROM (new_values."asked_by_id") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."decided_at" IS DISTINCT FROM (new_values."decided_at") OR old_values."decided_by_id" IS DISTINCT FROM (new_values."decided_by_id") OR old_values."decision_reason" IS DISTINCT FROM (new_values."decision_reason") OR old_values."enrollment_id" IS DISTINCT FROM (new_values."enrollment_id") OR old_values."from_status" IS DISTINCT FROM (new_values."from_status") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."institution_id" IS DISTINCT FROM (new_values."institution_id") OR old_values."notice_id" IS DISTINCT FROM (new_values."notice_id") OR old_values."session_id" IS DISTINCT FROM (new_values."session_id") OR old_values."status" IS DISTINCT FROM (new_values."status") OR old_values."to_status" IS DISTINCT FROM (new_values."to_status")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='47d73b68ef20987b4e99634be91c1685d38b5363', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_d9eb8', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='attendance_correctionrequest', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='correctionrequest',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "attendance_correctionrequestevent" ("asked_by_id", "created_at", "decided_at", "decided_by_id", "decision_reason", "enrollment_id", "from_status", "id", "institution_id", "notice_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "session_id", "status", "to_status") SELECT old_values."asked_by_id", old_values."created_at", old_values."decided_at", old_values."decided_by_id", old_values."decision_reason", old_values."enrollment_id", old_values."from_status", old_values."id", old_values."institution_id", old_values."notice_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', old_values."id", old_values."session_id", old_values."status", old_values."to_status" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='c7822967378e0a9fc319c26a41feb0f685e4fa4d', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_1a76b', referencing='REFERENCING OLD TABLE AS old_values ', table='attendance_correctionrequest', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='correctionrequestevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='182d3625a6cd71e0f3f78d5e234789f80fc2ff7f', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_fb81b', table='attendance_correctionrequestevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.UniqueConstraint(fields=('institution', 'id'), name='evidence_of_institution'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=muster.core.constraints.SameOwner(field='record', name='evidence_record_of_same_institution', owner='institution', to='attendance.AttendanceRecord', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=muster.core.constraints.SameOwner(field='notice', name='evidence_notice_of_same_institution', owner='institution', to='attendance.AbsenceNotice', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.CheckConstraint(condition=models.Q(('record__isnull', False), ('notice__isnull', False), _connector='OR'), name='evidence_hangs_on_something'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('removed_at__isnull', True), models.Q(('file', ''), _negated=True)), models.Q(('file', ''), ('removed_at__isnull', False)), _connector='OR'), name='evidence_has_its_file_until_it_is_removed'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['medical', 'official', 'family', 'other'])), name='evidence_kind_is_known'),
        ),
        migrations.AddConstraint(
            model_name='evidence',
            constraint=models.CheckConstraint(condition=models.Q(('media_type__in', ('application/pdf', 'image/jpeg', 'image/png', 'image/heic', 'image/webp'))), name='evidence_is_a_document_or_a_picture'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidence',
            trigger=pgtrigger.compiler.Trigger(name='evidence_stays_with_its_register', sql=pgtrigger.compiler.UpsertTriggerSql(func=muster.core.sql.Body('attendance', 'evidence_stays_with_its_register'), hash='1ed556531dbb1cd7419f52da9b7a690fb4210619', operation='INSERT OR UPDATE', pgid='pgtrigger_evidence_stays_with_its_register_834ae', table='attendance_evidence', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidence',
            trigger=pgtrigger.compiler.Trigger(name='evidence_keeps_its_file', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            \n            IF to_jsonb(NEW) - '{record_id,file,removed_at,removed_by_id,updated_at}'::text[] <> to_jsonb(OLD) - '{record_id,file,removed_at,removed_by_id,updated_at}'::text[]\n        OR (OLD.record_id IS NOT NULL AND NEW.record_id IS DISTINCT FROM OLD.record_id)\n        OR (NEW.file <> OLD.file AND NEW.file <> '') OR OLD.removed_at IS NOT NULL THEN\n                RAISE EXCEPTION 'Evidence does not change; it is removed and sent anew' USING ERRCODE = 'check_violation', CONSTRAINT = 'evidence_keeps_its_file';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='101e49c590e7de864f5cd7db6f9db37c68c05a05', operation='UPDATE', pgid='pgtrigger_evidence_keeps_its_file_89233', table='attendance_evidence', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidence',
            trigger=pgtrigger.compiler.Trigger(name='evidence_is_removed_and_never_deleted', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            \n            IF TRUE THEN\n                RAISE EXCEPTION 'The file is removed; that it was there stays' USING ERRCODE = 'check_violation', CONSTRAINT = 'evidence_is_removed_and_never_deleted';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='05fbcd0c469e8c62434cff967036d0f13432ab8a', operation='DELETE', pgid='pgtrigger_evidence_is_removed_and_never_deleted_7bb9a', table='attendance_evidence', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidence',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "attendance_evidenceevent" ("created_at", "file", "file_digest", "file_name", "file_size", "id", "institution_id", "kind", "media_type", "note", "notice_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "record_id", "removed_at", "removed_by_id", "uploaded_by_id") SELECT new_values."created_at", new_values."file", new_values."file_digest", new_values."file_name", new_values."file_size", new_values."id", new_values."institution_id", new_values."kind", new_values."media_type", new_values."note", new_values."notice_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', new_values."id", new_values."record_id", new_values."removed_at", new_values."removed_by_id", new_values."uploaded_by_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='95ce8ac8d26d7c4c217ffc7c672994eafc5db489', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_2a931', referencing='REFERENCING NEW TABLE AS new_values ', table='attendance_evidence', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidence',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "attendance_evidenceevent" ("created_at", "file", "file_digest", "file_name", "file_size", "id", "institution_id", "kind", "media_type", "note", "notice_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "record_id", "removed_at", "removed_by_id", "uploaded_by_id") SELECT new_values."created_at", new_values."file", new_values."file_digest", new_values."file_name", new_values."file_size", new_values."id", new_values."institution_id", new_values."kind", new_values."media_type", new_values."note", new_values."notice_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', new_values."id", new_values."record_id", new_values."removed_at", new_values."removed_by_id", new_values."uploaded_by_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."file" IS DISTINCT FROM (new_values."file") OR old_values."file_digest" IS DISTINCT FROM (new_values."file_digest") OR old_values."file_name" IS DISTINCT FROM (new_values."file_name") OR old_values."file_size" IS DISTINCT FROM (new_values."file_size") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."institution_id" IS DISTINCT FROM (new_values."institution_id") OR old_values."kind" IS DISTINCT FROM (new_values."kind") OR old_values."media_type" IS DISTINCT FROM (new_values."media_type") OR old_values."note" IS DISTINCT FROM (new_values."note") OR old_values."notice_id" IS DISTINCT FROM (new_values."notice_id") OR old_values."record_id" IS DISTINCT FROM (new_values."record_id") OR old_values."removed_at" IS DISTINCT FROM (new_values."removed_at") OR old_values."removed_by_id" IS DISTINCT FROM (new_values."removed_by_id") OR old_values."uploaded_by_id" IS DISTINCT FROM (new_values."uploaded_by_id")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='dcb360cf03ee69519d6bdcea4ae7754b16984e06', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_d1353', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='attendance_evidence', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidence',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "attendance_evidenceevent" ("created_at", "file", "file_digest", "file_name", "file_size", "id", "institution_id", "kind", "media_type", "note", "notice_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "record_id", "removed_at", "removed_by_id", "uploaded_by_id") SELECT old_values."created_at", old_values."file", old_values."file_digest", old_values."file_name", old_values."file_size", old_values."id", old_values."institution_id", old_values."kind", old_values."media_type", old_values."note", old_values."notice_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', old_values."id", old_values."record_id", old_values."removed_at", old_values."removed_by_id", old_values."uploaded_by_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='5b87ff21e251e4963d15dba470c490ac85a0a182', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_c2231', referencing='REFERENCING OLD TABLE AS old_values ', table='attendance_evidence', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidenceevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='e10ec7cfe6d7445358bb2ee33e3c5cd9109e2acb', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_4ea12', table='attendance_evidenceevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='evidencelook',
            constraint=muster.core.constraints.SameOwner(field='evidence', name='evidence_look_evidence_of_same_institution', owner='institution', to='attendance.Evidence', to_columns=('institution_id', 'id')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='evidencelook',
            trigger=pgtrigger.compiler.Trigger(name='looks_are_only_added_to', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            \n            IF TRUE THEN\n                RAISE EXCEPTION 'Who looked is only added to' USING ERRCODE = 'check_violation', CONSTRAINT = 'looks_are_only_added_to';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='6b32c7e46e1f9ab0a697148e1f0ec4d133d0c39a', operation='UPDATE OR DELETE', pgid='pgtrigger_looks_are_only_added_to_c9d9c', table='attendance_evidencelook', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='markentry',
            index=models.Index(fields=['enrollment_id', 'record_date'], name='marks_of_learner'),
        ),
        migrations.AddConstraint(
            model_name='markentry',
            constraint=models.UniqueConstraint(condition=models.Q(('said_at__isnull', False)), fields=('enrollment_id', 'session_id', 'said_at', 'marked_by', 'status'), name='one_line_for_each_mark_that_was_sent', nulls_distinct=False),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='markentry',
            trigger=pgtrigger.compiler.Trigger(name='mark_log_is_only_added_to', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            \n            IF TRUE THEN\n                RAISE EXCEPTION 'The log of marks is only added to' USING ERRCODE = 'check_violation', CONSTRAINT = 'mark_log_is_only_added_to';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='701d50a40f1fdd1b41edad7576ae1ac370bdcb13', operation='UPDATE OR DELETE', pgid='pgtrigger_mark_log_is_only_added_to_33484', table='attendance_markentry', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='registerchase',
            constraint=muster.core.constraints.SameOwner(field='session', name='register_chase_session_of_same_institution', owner='institution', to='batches.ClassSession', to_columns=('institution_id', 'id')),
        ),
        muster.core.sql.InstallFunctions(
            app='attendance',
        ),
    ]
