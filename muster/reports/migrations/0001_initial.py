import django.core.validators
import django.db.models.deletion
import muster.core.constraints
import muster.core.ids
import muster.core.triggers
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('core', '0001_initial'),
        ('institutions', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ReportSchedule',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('kind', models.CharField(choices=[('institution_month', "Institution's month"), ('department_kpi', 'Department KPI'), ('batch_progress', 'Batch progress'), ('instructor_performance', 'Instructor performance'), ('attendance_sheet', 'Attendance sheet'), ('attended_days', 'Attended days'), ('mentoring', 'Mentoring report')], max_length=30, verbose_name='report')),
                ('format', models.CharField(choices=[('pdf', 'PDF'), ('xlsx', 'XLSX'), ('csv', 'CSV')], default='pdf', max_length=4, verbose_name='format')),
                ('filters', models.JSONField(blank=True, default=dict, editable=False)),
                ('often', models.CharField(choices=[('daily', 'Every morning'), ('weekly', 'Every Monday morning'), ('monthly', 'On the first morning of each month')], max_length=10, verbose_name='how often')),
                ('mailed_on', models.DateField(editable=False)),
                ('paused_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('stopped_because', models.CharField(blank=True, editable=False, max_length=300, verbose_name='reason')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='ordered by')),
                ('institution', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'indexes': [models.Index(fields=['institution', '-created_at'], name='report_schedule_by_time')],
                'verbose_name': 'scheduled report',
                'verbose_name_plural': 'scheduled reports',
                'ordering': ['-created_at', '-id'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='report_schedule_of_institution'), models.CheckConstraint(condition=models.Q(('often__in', ['daily', 'weekly', 'monthly'])), name='scheduled_report_has_its_mornings')],
                'triggers': [pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version,mailed_on}', 'institution_id')", hash='1fffcc9be3c914c77c0b9feed2c8285e2b043043', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_02c23', table='reports_reportschedule', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."kind", OLD."format", OLD."filters", OLD."by_id", OLD."often", OLD."paused_at", OLD."stopped_because") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."kind", NEW."format", NEW."filters", NEW."by_id", NEW."often", NEW."paused_at", NEW."stopped_because"))', execute="muster_audit('{id,updated_at,version,mailed_on}', 'institution_id')", hash='018b52c16d70d27bf2f0cb36a5da0705f705636e', operation='UPDATE', pgid='pgtrigger_audit_changes_74454', table='reports_reportschedule', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='ReportRecipient',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('schedule', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='recipients', to='reports.reportschedule')),
            ],
            options={
                'verbose_name': 'recipient of a report',
                'verbose_name_plural': 'recipients of reports',
                'ordering': ['id'],
                'constraints': [muster.core.constraints.SameOwner(field='schedule', name='report_recipient_schedule_of_same_institution', owner='institution', to='reports.ReportSchedule', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='person', name='report_recipient_person_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')), models.UniqueConstraint(fields=('schedule', 'person'), name='report_is_mailed_to_somebody_once')],
                'triggers': [pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id', 'schedule_id')", hash='8316a9c3532da3da6af2bd5ebb8842c21aa23aff', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_e89e0', table='reports_reportrecipient', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."schedule_id", OLD."person_id") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."schedule_id", NEW."person_id"))', execute="muster_audit('{id,updated_at,version}', 'institution_id', 'schedule_id')", hash='96760e635e044ad045932cca1a5ade4b1afa3af3', operation='UPDATE', pgid='pgtrigger_audit_changes_35a39', table='reports_reportrecipient', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='ReportOrder',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('kind', models.CharField(choices=[('institution_month', "Institution's month"), ('department_kpi', 'Department KPI'), ('batch_progress', 'Batch progress'), ('instructor_performance', 'Instructor performance'), ('attendance_sheet', 'Attendance sheet'), ('attended_days', 'Attended days'), ('mentoring', 'Mentoring report')], max_length=30, verbose_name='report')),
                ('format', models.CharField(choices=[('pdf', 'PDF'), ('xlsx', 'XLSX'), ('csv', 'CSV')], default='pdf', max_length=4, verbose_name='format')),
                ('filters', models.JSONField(blank=True, default=dict, editable=False)),
                ('due_on', models.DateField(blank=True, editable=False, null=True)),
                ('status', models.CharField(choices=[('waiting', 'Waiting'), ('running', 'Being made'), ('done', 'Ready'), ('refused', 'Not made'), ('failed', 'Failed')], default='waiting', max_length=10, verbose_name='status')),
                ('progress', models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(100)])),
                ('subject', models.CharField(blank=True, max_length=300, verbose_name='subject')),
                ('file', models.CharField(blank=True, editable=False, max_length=100)),
                ('file_name', models.CharField(blank=True, max_length=150, verbose_name='file name')),
                ('file_size', models.PositiveIntegerField(default=0)),
                ('media_type', models.CharField(blank=True, editable=False, max_length=100)),
                ('refusal', models.TextField(blank=True)),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='ordered by')),
                ('institution', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('schedule', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='orders', to='reports.reportschedule')),
            ],
            options={
                'indexes': [models.Index(fields=['institution', '-created_at'], name='report_order_by_time'), models.Index(fields=['by', '-created_at'], name='report_order_by_person')],
                'verbose_name': 'report',
                'verbose_name_plural': 'reports',
                'ordering': ['-created_at', '-id'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='report_order_of_institution'), muster.core.constraints.SameOwner(field='schedule', name='report_order_schedule_of_same_institution', owner='institution', to='reports.ReportSchedule', to_columns=('institution_id', 'id')), models.UniqueConstraint(fields=('schedule', 'due_on'), name='one_report_for_each_morning'), models.CheckConstraint(condition=models.Q(('progress__lte', 100)), name='report_progress_is_a_percentage'), models.CheckConstraint(condition=models.Q(('file', ''), ('status', 'done'), _connector='OR'), name='report_file_is_of_a_made_report')],
            },
        ),
        migrations.CreateModel(
            name='ReportReader',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('order', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='readers', to='reports.reportorder')),
                ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'reader of a report',
                'verbose_name_plural': 'readers of reports',
                'ordering': ['id'],
                'constraints': [muster.core.constraints.SameOwner(field='order', name='report_reader_order_of_same_institution', owner='institution', to='reports.ReportOrder', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='person', name='report_reader_person_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')), models.UniqueConstraint(fields=('order', 'person'), name='reader_of_a_report_once')],
            },
        ),
    ]
