import django.core.validators
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
        ('batches', '0001_initial'),
        ('core', '0001_initial'),
        ('institutions', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ExportTemplate',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('row_kind', models.CharField(choices=[('students', 'One row per student'), ('months', 'One row per student and month')], default='students', max_length=10, verbose_name='rows')),
                ('format', models.CharField(choices=[('fixed', 'Text with fixed widths'), ('csv', 'CSV'), ('xlsx', 'Excel (XLSX)')], default='csv', max_length=10, verbose_name='format')),
                ('has_headings', models.BooleanField(default=True, verbose_name='headings in the first line')),
                ('institution', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'verbose_name': 'export template',
                'verbose_name_plural': 'export templates',
                'ordering': ['name__plain'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='export_template_of_institution'), models.CheckConstraint(condition=models.Q(('name__regex', '\\S'), models.Q(('name__regex', '[\\x01-\\x1f\\x7f\\u2028\\u2029]'), _negated=True)), name='export_template_has_a_name'), models.UniqueConstraint(models.F('institution'), models.F('name'), name='one_export_template_for_each_name')],
                'triggers': [pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='ef1321839395b9c22d87419379815f968a7c43bf', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_ad447', table='submissions_exporttemplate', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."name", OLD."row_kind", OLD."format", OLD."has_headings") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."name", NEW."row_kind", NEW."format", NEW."has_headings"))', execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='e4353b2add11e99bbc9db98dbc8ecd33a9ecc4c3', operation='UPDATE', pgid='pgtrigger_audit_changes_963c9', table='submissions_exporttemplate', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='Submission',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('title', models.CharField(max_length=150, verbose_name='title')),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Submitted'), ('received', 'Received'), ('withdrawn', 'Withdrawn'), ('replaced', 'Replaced')], default='draft', editable=False, max_length=10, verbose_name='status')),
                ('submitted_at', models.DateTimeField(editable=False, null=True)),
                ('received_at', models.DateTimeField(editable=False, null=True)),
                ('withdrawn_at', models.DateTimeField(editable=False, null=True)),
                ('withdrawal_reason', models.TextField(blank=True, verbose_name='reason')),
                ('manifest', models.TextField(blank=True, editable=False)),
                ('signature', models.CharField(blank=True, editable=False, max_length=200)),
                ('key_id', models.CharField(blank=True, editable=False, max_length=60)),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('institution', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('regulator', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('replaces', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='replacements', to='submissions.submission')),
                ('submitted_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('withdrawn_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['institution', '-created_at'], name='submission_by_time')],
                'verbose_name': 'submission',
                'verbose_name_plural': 'submissions',
                'ordering': ['-created_at', '-id'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='submission_of_institution'), muster.core.constraints.SameOwner(field='regulator', name='submission_regulator_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')), muster.core.constraints.SameOwner(field='replaces', name='submission_replaces_of_same_institution', owner='institution', to='submissions.Submission', to_columns=('institution_id', 'id')), models.CheckConstraint(condition=models.Q(('title__regex', '\\S'), models.Q(('title__regex', '[\\x01-\\x1f\\x7f\\u2028\\u2029]'), _negated=True)), name='submission_has_a_title'), models.CheckConstraint(condition=models.Q(models.Q(('key_id', ''), ('manifest', ''), ('signature', ''), ('status', 'draft'), ('submitted_at__isnull', True)), models.Q(('submitted_at__isnull', False), models.Q(('status', 'draft'), _negated=True), models.Q(('manifest', ''), _negated=True), models.Q(('signature', ''), _negated=True)), _connector='OR'), name='submitted_with_a_signed_manifest'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'withdrawn'), ('withdrawn_at__isnull', False), models.Q(('withdrawal_reason', ''), _negated=True)), models.Q(models.Q(('status', 'withdrawn'), _negated=True), ('withdrawal_reason', ''), ('withdrawn_at__isnull', True)), _connector='OR'), name='withdrawn_with_a_reason'), models.CheckConstraint(condition=models.Q(('replaces__isnull', True), models.Q(('replaces', models.F('id')), _negated=True), _connector='OR'), name='submission_replaces_another_one'), models.UniqueConstraint(condition=models.Q(('status__in', ['submitted', 'received'])), fields=('replaces',), name='one_submission_in_place_of_another')],
                'triggers': [pgtrigger.compiler.Trigger(name='submitted_stays', sql=muster.core.triggers.TriggerSql(func=muster.core.sql.Body('submissions', 'submitted_stays'), hash='949bdd3b9344ed0dbf49cc5f5d82798658c6c6e4', operation='UPDATE OR DELETE', pgid='pgtrigger_submitted_stays_278ee', table='submissions_submission', when='BEFORE')), pgtrigger.compiler.Trigger(name='submission_begins_as_draft', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF NEW.status <> 'draft' THEN\n                RAISE EXCEPTION 'A submission begins as a draft' USING ERRCODE = 'check_violation', CONSTRAINT = 'submission_begins_as_draft';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='634116dd312bd59aa0cd7c205fc3a68c8a7e902e', operation='INSERT', pgid='pgtrigger_submission_begins_as_draft_edd28', table='submissions_submission', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version,manifest,signature}', 'institution_id')", hash='26b16c80ae86e92389c5839e5157d4e4aa397b3e', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_3978e', table='submissions_submission', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."title", OLD."regulator_id", OLD."replaces_id", OLD."status", OLD."created_by_id", OLD."submitted_at", OLD."submitted_by_id", OLD."received_at", OLD."withdrawn_at", OLD."withdrawn_by_id", OLD."withdrawal_reason", OLD."key_id") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."title", NEW."regulator_id", NEW."replaces_id", NEW."status", NEW."created_by_id", NEW."submitted_at", NEW."submitted_by_id", NEW."received_at", NEW."withdrawn_at", NEW."withdrawn_by_id", NEW."withdrawal_reason", NEW."key_id"))', execute="muster_audit('{id,updated_at,version,manifest,signature}', 'institution_id')", hash='5f920af08d0a18b17d1f7c085d23997b74a2bb08', operation='UPDATE', pgid='pgtrigger_audit_changes_20f96', table='submissions_submission', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='TemplateColumn',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('place', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1, 'Enter a number from 1 to 200.'), django.core.validators.MaxValueValidator(200, 'Enter a number from 1 to 200.')], verbose_name='place')),
                ('source', models.CharField(choices=[('student_number', 'Student number'), ('given_name', 'Given name'), ('family_name', 'Family name'), ('full_name', 'Full name'), ('email', 'Email'), ('phone', 'Phone'), ('enrollment_date', 'Enrolled on'), ('enrollment_type', 'Enrollment type'), ('enrollment_status', 'Enrollment status'), ('seat_from', 'On the register from'), ('seat_until', 'On the register until'), ('access_expiry_date', 'Access until'), ('batch_code', 'Batch code'), ('batch_name', 'Batch name'), ('batch_start', 'First day of the batch'), ('batch_end', 'Last day of the batch'), ('course_code', 'Course code'), ('course_title', 'Course'), ('branch_code', 'Branch code'), ('branch_name', 'Branch'), ('department_code', 'Department code'), ('month', 'Month, such as 2030-01'), ('month_number', 'Month as a number'), ('year', 'Year'), ('days_held', 'Days with a register'), ('days_attended', 'Days attended'), ('days_absent', 'Days absent'), ('days_excused', 'Days excused'), ('institution_name', 'Institution'), ('line', 'Line number'), ('fixed_text', 'Fixed text')], default='full_name', max_length=40, verbose_name='content')),
                ('heading', models.CharField(max_length=80, verbose_name='heading')),
                ('width', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1, 'Enter a number from 1 to 1000.'), django.core.validators.MaxValueValidator(1000, 'Enter a number from 1 to 1000.')], verbose_name='width')),
                ('align', models.CharField(choices=[('left', 'Left'), ('right', 'Right')], default='left', max_length=5, verbose_name='alignment')),
                ('padding', models.CharField(blank=True, max_length=1, verbose_name='fill with')),
                ('fixed_text', models.CharField(blank=True, max_length=200, verbose_name='fixed text')),
                ('date_style', models.CharField(choices=[('%Y-%m-%d', '2030-01-31'), ('%Y%m%d', '20300131'), ('%d/%m/%Y', '31/01/2030'), ('%d%m%Y', '31012030')], default='%Y-%m-%d', max_length=10, verbose_name='dates as')),
                ('codes', models.TextField(blank=True, validators=[django.core.validators.MaxLengthValidator(20000, 'Keep the code list to %(limit_value)d characters or fewer.')], verbose_name='code list')),
                ('is_required', models.BooleanField(default=False, verbose_name='required')),
                ('export_template', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='columns', to='submissions.exporttemplate')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'verbose_name': 'column',
                'verbose_name_plural': 'columns',
                'ordering': ['place', 'id'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='template_column_of_institution'), muster.core.constraints.SameOwner(field='export_template', name='template_column_export_template_of_same_institution', owner='institution', to='submissions.ExportTemplate', to_columns=('institution_id', 'id')), models.CheckConstraint(condition=models.Q(('heading__regex', '\\S'), models.Q(('heading__regex', '[\\x01-\\x1f\\x7f\\u2028\\u2029]'), _negated=True)), name='template_column_has_a_heading'), models.CheckConstraint(condition=models.Q(('padding__in', ['\n', '\r', '\t']), _negated=True), name='template_column_is_filled_with_a_sign')],
                'triggers': [pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id', 'export_template_id')", hash='e26c78216243fd3db2e2017da4fc87bdd39acf20', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_1cfd2', table='submissions_templatecolumn', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."export_template_id", OLD."place", OLD."source", OLD."heading", OLD."width", OLD."align", OLD."padding", OLD."fixed_text", OLD."date_style", OLD."codes", OLD."is_required") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."export_template_id", NEW."place", NEW."source", NEW."heading", NEW."width", NEW."align", NEW."padding", NEW."fixed_text", NEW."date_style", NEW."codes", NEW."is_required"))', execute="muster_audit('{id,updated_at,version}', 'institution_id', 'export_template_id')", hash='b79508ac5cc6913fbe4d965cdf8a272fdf87a366', operation='UPDATE', pgid='pgtrigger_audit_changes_45ab2', table='submissions_templatecolumn', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='SubmissionLook',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('looked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('file_name', models.CharField(blank=True, max_length=120)),
                ('request_id', models.CharField(blank=True, max_length=100)),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('looked_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('submission', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='looks', to='submissions.submission')),
            ],
            options={
                'verbose_name': 'look at a submission',
                'verbose_name_plural': 'looks at submissions',
                'ordering': ['-id'],
                'constraints': [muster.core.constraints.SameOwner(field='submission', name='submission_look_submission_of_same_institution', owner='institution', to='submissions.Submission', to_columns=('institution_id', 'id'))],
                'triggers': [pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version,looked_by_id,looked_at,request_id}', 'institution_id', 'submission_id')", hash='d85899b339c1ad8bdc00f4a4aa9b3ae38766c2c0', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_bbdda', table='submissions_submissionlook', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."institution_id", OLD."submission_id", OLD."file_name") IS DISTINCT FROM (NEW."institution_id", NEW."submission_id", NEW."file_name"))', execute="muster_audit('{id,updated_at,version,looked_by_id,looked_at,request_id}', 'institution_id', 'submission_id')", hash='9818bbc4e169784491194866b1da97f0da350b9f', operation='UPDATE', pgid='pgtrigger_audit_changes_ca524', table='submissions_submissionlook', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='SubmissionResource',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('place', models.PositiveSmallIntegerField(default=1)),
                ('type', models.CharField(choices=[('ATTENDANCE_REGISTER', 'Attendance registers'), ('ENROLMENT_LIST', 'Enrollment list'), ('RESULTS', 'Results'), ('TEMPLATE', 'File from an export template')], max_length=20, verbose_name='type')),
                ('from_date', models.DateField(verbose_name='from')),
                ('to_date', models.DateField(verbose_name='to')),
                ('file', models.CharField(blank=True, editable=False, max_length=100)),
                ('file_name', models.CharField(blank=True, editable=False, max_length=120)),
                ('media_type', models.CharField(blank=True, editable=False, max_length=100)),
                ('file_size', models.PositiveBigIntegerField(default=0, editable=False)),
                ('file_digest', models.CharField(blank=True, editable=False, max_length=64)),
                ('row_count', models.PositiveIntegerField(default=0, editable=False)),
                ('batch', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='batches.batch')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('submission', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='resources', to='submissions.submission')),
                ('template', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='submissions', to='submissions.exporttemplate')),
            ],
            options={
                'verbose_name': 'item of a submission',
                'verbose_name_plural': 'items of submissions',
                'ordering': ['place'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='submission_resource_of_institution'), muster.core.constraints.SameOwner(field='submission', name='submission_resource_submission_of_same_institution', owner='institution', to='submissions.Submission', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='template', name='submission_resource_template_of_same_institution', owner='institution', to='submissions.ExportTemplate', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='batch', name='submission_resource_batch_of_same_institution', owner='institution', to='batches.Batch', to_columns=('institution_id', 'id')), models.CheckConstraint(condition=models.Q(models.Q(('template__isnull', False), ('type', 'TEMPLATE')), models.Q(models.Q(('type', 'TEMPLATE'), _negated=True), ('template__isnull', True)), _connector='OR'), name='template_of_a_template_resource'), models.CheckConstraint(condition=models.Q(('to_date__gte', models.F('from_date'))), name='submission_resource_ends_after_start'), models.CheckConstraint(condition=models.Q(models.Q(('file', ''), ('file_digest', '')), models.Q(models.Q(('file', ''), _negated=True), ('file_digest__regex', '^[0-9a-f]{64}$')), _connector='OR'), name='submitted_file_has_a_checksum'), models.UniqueConstraint(fields=('submission', 'place'), name='one_submission_resource_for_each_place'), models.UniqueConstraint(condition=models.Q(('file_name', ''), _negated=True), fields=('submission', 'file_name'), name='one_file_of_a_name_in_a_submission')],
                'triggers': [pgtrigger.compiler.Trigger(name='submitted_files_stay', sql=muster.core.triggers.TriggerSql(func=muster.core.sql.Body('submissions', 'submitted_files_stay'), hash='0a31654abf8e23de3ffcd957ef087dd4682856e4', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_submitted_files_stay_ac5c1', table='submissions_submissionresource', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id', 'submission_id')", hash='611d4f1ec3cee67f8c8518463912fdb85ffe710f', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_03b86', table='submissions_submissionresource', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."submission_id", OLD."place", OLD."type", OLD."template_id", OLD."batch_id", OLD."from_date", OLD."to_date", OLD."file", OLD."file_name", OLD."media_type", OLD."file_size", OLD."file_digest", OLD."row_count") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."submission_id", NEW."place", NEW."type", NEW."template_id", NEW."batch_id", NEW."from_date", NEW."to_date", NEW."file", NEW."file_name", NEW."media_type", NEW."file_size", NEW."file_digest", NEW."row_count"))', execute="muster_audit('{id,updated_at,version}', 'institution_id', 'submission_id')", hash='69b375292da7422c213d24976d3632b39e1c8b20', operation='UPDATE', pgid='pgtrigger_audit_changes_15430', table='submissions_submissionresource', when='AFTER'))],
            },
        ),
    ]
