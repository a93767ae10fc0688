import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import muster.core.constraints
import muster.core.ids
import muster.core.sql
import muster.core.triggers
import muster.institutions.models
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('core', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Institution',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('name', models.CharField(max_length=150, verbose_name='name')),
                ('slug', models.SlugField(max_length=60, unique=True, verbose_name='short name')),
                ('kind', models.CharField(blank=True, max_length=60, verbose_name='kind')),
                ('time_zone', models.CharField(default='UTC', max_length=60, validators=[muster.institutions.models.validate_time_zone], verbose_name='time zone')),
                ('logo', models.FileField(blank=True, upload_to='logos/', verbose_name='logo')),
                ('contact_email', models.EmailField(blank=True, max_length=254, verbose_name='contact email')),
                ('contact_phone', models.CharField(blank=True, max_length=40, verbose_name='contact phone')),
                ('late_after_minutes', models.PositiveSmallIntegerField(default=15, validators=[django.core.validators.MinValueValidator(0, 'Enter a number from 0 to 240.'), django.core.validators.MaxValueValidator(240, 'Enter a number from 0 to 240.')], verbose_name='late after (minutes)')),
                ('minimum_attendance_percent', models.PositiveSmallIntegerField(default=75, validators=[django.core.validators.MinValueValidator(0, 'Enter a number from 0 to 100.'), django.core.validators.MaxValueValidator(100, 'Enter a number from 0 to 100.')], verbose_name='minimum attendance (percent)')),
                ('session_horizon_days', models.PositiveSmallIntegerField(default=120, validators=[django.core.validators.MinValueValidator(1, 'Enter a number from 1 to 730.'), django.core.validators.MaxValueValidator(730, 'Enter a number from 1 to 730.')], verbose_name='create sessions ahead (days)')),
                ('waitlist_mode', models.CharField(choices=[('auto', 'Enroll the next person automatically'), ('offer', 'Offer the seat to the next person')], default='auto', max_length=10, verbose_name='when a seat frees')),
                ('waitlist_offer_hours', models.PositiveSmallIntegerField(default=48, validators=[django.core.validators.MinValueValidator(1, 'Enter a number from 1 to 720.'), django.core.validators.MaxValueValidator(720, 'Enter a number from 1 to 720.')], verbose_name='offer expires after (hours)')),
                ('seat_buffer_percent', models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MinValueValidator(0, 'Enter a number from 0 to 50.'), django.core.validators.MaxValueValidator(50, 'Enter a number from 0 to 50.')], verbose_name='spare seats (percent)')),
                ('buffer_release_days', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(0, 'Enter a number from 0 to 365.'), django.core.validators.MaxValueValidator(365, 'Enter a number from 0 to 365.')], verbose_name='release spare seats (days before the start)')),
                ('enroll_until_days', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(0, 'Enter a number from 0 to 3650.'), django.core.validators.MaxValueValidator(3650, 'Enter a number from 0 to 3650.')], verbose_name='enroll until (days after the start)')),
                ('students_cancel', models.BooleanField(default=True, verbose_name='students can cancel their own enrollments')),
                ('cancel_until_days', models.SmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(-365, 'Enter a number from -365 to 3650.'), django.core.validators.MaxValueValidator(3650, 'Enter a number from -365 to 3650.')], verbose_name='cancel until (days after the start)')),
                ('trial_days', models.PositiveSmallIntegerField(default=14, validators=[django.core.validators.MinValueValidator(1, 'Enter a number from 1 to 365.'), django.core.validators.MaxValueValidator(365, 'Enter a number from 1 to 365.')], verbose_name='trials last (days)')),
                ('advised_size_min', models.PositiveSmallIntegerField(default=8, validators=[django.core.validators.MinValueValidator(1, 'Enter a number from 1 to 1000.'), django.core.validators.MaxValueValidator(1000, 'Enter a number from 1 to 1000.')], verbose_name='recommended batch size, from')),
                ('advised_size_max', models.PositiveSmallIntegerField(default=15, validators=[django.core.validators.MinValueValidator(1, 'Enter a number from 1 to 1000.'), django.core.validators.MaxValueValidator(1000, 'Enter a number from 1 to 1000.')], verbose_name='recommended batch size, to')),
                ('max_active_batches', models.PositiveSmallIntegerField(default=4, validators=[django.core.validators.MinValueValidator(1, 'Enter a number from 1 to 100.'), django.core.validators.MaxValueValidator(100, 'Enter a number from 1 to 100.')], verbose_name='maximum active batches per instructor')),
                ('max_mentees', models.PositiveSmallIntegerField(default=10, validators=[django.core.validators.MinValueValidator(0, 'Enter a number from 0 to 1000.'), django.core.validators.MaxValueValidator(1000, 'Enter a number from 0 to 1000.')], verbose_name='maximum mentees per instructor')),
                ('advised_hours_a_day', models.PositiveSmallIntegerField(default=3, validators=[django.core.validators.MinValueValidator(1, 'Enter a number from 1 to 24.'), django.core.validators.MaxValueValidator(24, 'Enter a number from 1 to 24.')], verbose_name='recommended hours a day per instructor')),
                ('advised_break_minutes', models.PositiveSmallIntegerField(default=10, validators=[django.core.validators.MinValueValidator(0, 'Enter a number from 0 to 240.'), django.core.validators.MaxValueValidator(240, 'Enter a number from 0 to 240.')], verbose_name='recommended break between sessions (minutes)')),
                ('register_lock_hours', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(0, 'Enter a number from 0 to 8760.'), django.core.validators.MaxValueValidator(8760, 'Enter a number from 0 to 8760.')], verbose_name='lock registers after (hours)')),
                ('last_semester', models.PositiveSmallIntegerField(default=8, validators=[django.core.validators.MinValueValidator(1, 'Enter a number from 1 to 20.'), django.core.validators.MaxValueValidator(20, 'Enter a number from 1 to 20.')], verbose_name='last semester without a course')),
                ('catalogue_is_public', models.BooleanField(default=False, verbose_name='public catalog')),
                ('catalogue_names_instructors', models.BooleanField(default=False, verbose_name='name instructors in the public catalog')),
                ('organisations_see_attendance', models.BooleanField(default=False, verbose_name='organizations see attendance')),
                ('access_grace_days', models.PositiveSmallIntegerField(default=30, validators=[django.core.validators.MinValueValidator(0, 'Enter a number from 0 to 3650.'), django.core.validators.MaxValueValidator(3650, 'Enter a number from 0 to 3650.')], verbose_name='access after a batch ends (days)')),
                ('access_warning_days', models.PositiveSmallIntegerField(default=7, validators=[django.core.validators.MinValueValidator(0, 'Enter a number from 0 to 365.'), django.core.validators.MaxValueValidator(365, 'Enter a number from 0 to 365.')], verbose_name='remind of the end of access (days before)')),
                ('archived_disables_access', models.BooleanField(default=False, verbose_name="archiving a batch ends its students' access")),
                ('import_change_percent', models.PositiveSmallIntegerField(default=20, validators=[django.core.validators.MinValueValidator(0, 'Enter a number from 0 to 100.'), django.core.validators.MaxValueValidator(100, 'Enter a number from 0 to 100.')], verbose_name='confirm imports that change more than (percent)')),
                ('import_change_rows', models.PositiveSmallIntegerField(default=20, validators=[django.core.validators.MinValueValidator(0, 'Enter a number from 0 to 10000.'), django.core.validators.MaxValueValidator(10000, 'Enter a number from 0 to 10000.')], verbose_name='confirm imports that change more than (rows)')),
                ('weight_skills', models.PositiveSmallIntegerField(default=4, validators=[django.core.validators.MinValueValidator(0, 'Enter a number from 0 to 10.'), django.core.validators.MaxValueValidator(10, 'Enter a number from 0 to 10.')], verbose_name='skills')),
                ('weight_availability', models.PositiveSmallIntegerField(default=4, validators=[django.core.validators.MinValueValidator(0, 'Enter a number from 0 to 10.'), django.core.validators.MaxValueValidator(10, 'Enter a number from 0 to 10.')], verbose_name='availability')),
                ('weight_workload', models.PositiveSmallIntegerField(default=3, validators=[django.core.validators.MinValueValidator(0, 'Enter a number from 0 to 10.'), django.core.validators.MaxValueValidator(10, 'Enter a number from 0 to 10.')], verbose_name='capacity')),
                ('weight_language', models.PositiveSmallIntegerField(default=2, validators=[django.core.validators.MinValueValidator(0, 'Enter a number from 0 to 10.'), django.core.validators.MaxValueValidator(10, 'Enter a number from 0 to 10.')], verbose_name='language')),
                ('weight_style', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(0, 'Enter a number from 0 to 10.'), django.core.validators.MaxValueValidator(10, 'Enter a number from 0 to 10.')], verbose_name='teaching style')),
                ('weight_rating', models.PositiveSmallIntegerField(default=2, validators=[django.core.validators.MinValueValidator(0, 'Enter a number from 0 to 10.'), django.core.validators.MaxValueValidator(10, 'Enter a number from 0 to 10.')], verbose_name='rating')),
                ('weight_familiarity', models.PositiveSmallIntegerField(default=2, validators=[django.core.validators.MinValueValidator(0, 'Enter a number from 0 to 10.'), django.core.validators.MaxValueValidator(10, 'Enter a number from 0 to 10.')], verbose_name='experience')),
            ],
            options={
                'ordering': ['name__plain'],
                'constraints': [models.CheckConstraint(condition=models.Q(('name__regex', '\\S'), models.Q(('name__regex', '[\\x01-\\x1f\\x7f\\u2028\\u2029]'), _negated=True)), name='name_of_an_institution_is_one_line'), models.CheckConstraint(condition=models.Q(('minimum_attendance_percent__lte', 100)), name='attendance_minimum_is_a_percentage'), models.CheckConstraint(condition=models.Q(('seat_buffer_percent__lte', 50)), name='seat_buffer_is_at_most_half'), models.CheckConstraint(condition=models.Q(('advised_size_min__lte', models.F('advised_size_max'))), name='advised_size_is_a_range'), models.CheckConstraint(condition=models.Q(('weight_availability__lte', 10), ('weight_familiarity__lte', 10), ('weight_language__lte', 10), ('weight_rating__lte', 10), ('weight_skills__lte', 10), ('weight_style__lte', 10), ('weight_workload__lte', 10)), name='suggestion_weights_are_0_to_10')],
                'triggers': [pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'id')", hash='9b1d8c619d62c23dc2374f760d4f4133b5b413fe', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_d8845', table='institutions_institution', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."name", OLD."slug", OLD."kind", OLD."time_zone", OLD."logo", OLD."contact_email", OLD."contact_phone", OLD."late_after_minutes", OLD."minimum_attendance_percent", OLD."session_horizon_days", OLD."waitlist_mode", OLD."waitlist_offer_hours", OLD."seat_buffer_percent", OLD."buffer_release_days", OLD."enroll_until_days", OLD."students_cancel", OLD."cancel_until_days", OLD."trial_days", OLD."advised_size_min", OLD."advised_size_max", OLD."max_active_batches", OLD."max_mentees", OLD."advised_hours_a_day", OLD."advised_break_minutes", OLD."register_lock_hours", OLD."last_semester", OLD."catalogue_is_public", OLD."catalogue_names_instructors", OLD."organisations_see_attendance", OLD."access_grace_days", OLD."access_warning_days", OLD."archived_disables_access", OLD."import_change_percent", OLD."import_change_rows", OLD."weight_skills", OLD."weight_availability", OLD."weight_workload", OLD."weight_language", OLD."weight_style", OLD."weight_rating", OLD."weight_familiarity") IS DISTINCT FROM (NEW."created_at", NEW."name", NEW."slug", NEW."kind", NEW."time_zone", NEW."logo", NEW."contact_email", NEW."contact_phone", NEW."late_after_minutes", NEW."minimum_attendance_percent", NEW."session_horizon_days", NEW."waitlist_mode", NEW."waitlist_offer_hours", NEW."seat_buffer_percent", NEW."buffer_release_days", NEW."enroll_until_days", NEW."students_cancel", NEW."cancel_until_days", NEW."trial_days", NEW."advised_size_min", NEW."advised_size_max", NEW."max_active_batches", NEW."max_mentees", NEW."advised_hours_a_day", NEW."advised_break_minutes", NEW."register_lock_hours", NEW."last_semester", NEW."catalogue_is_public", NEW."catalogue_names_instructors", NEW."organisations_see_attendance", NEW."access_grace_days", NEW."access_warning_days", NEW."archived_disables_access", NEW."import_change_percent", NEW."import_change_rows", NEW."weight_skills", NEW."weight_availability", NEW."weight_workload", NEW."weight_language", NEW."weight_style", NEW."weight_rating", NEW."weight_familiarity"))', execute="muster_audit('{id,updated_at,version}', 'id')", hash='301419bffa0b8d09ae7c6916fb51028128f6092e', operation='UPDATE', pgid='pgtrigger_audit_changes_82c06', table='institutions_institution', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='Branch',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('code', models.CharField(max_length=20, verbose_name='code')),
                ('address', models.TextField(blank=True, validators=[django.core.validators.MaxLengthValidator(500, 'Keep the address to %(limit_value)d characters or fewer.')], verbose_name='address')),
                ('time_zone', models.CharField(blank=True, max_length=60, validators=[muster.institutions.models.validate_time_zone], verbose_name='time zone')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('institution', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'ordering': ['name__plain'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='branch_of_institution'), models.UniqueConstraint(models.F('institution'), django.db.models.functions.text.Lower('code'), name='one_branch_for_each_code')],
                'triggers': [pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='3b266be9ac18a24f42db68ce2c59cc7ff9a0c4e8', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_fd4c3', table='institutions_branch', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."name", OLD."code", OLD."address", OLD."time_zone", OLD."is_active") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."name", NEW."code", NEW."address", NEW."time_zone", NEW."is_active"))', execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='2dd8b732ad86d4f712d3cf4c1ae4e4280ac25afb', operation='UPDATE', pgid='pgtrigger_audit_changes_a53e6', table='institutions_branch', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='Department',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('short_code', models.CharField(max_length=10, verbose_name='short code')),
                ('hod_name', models.CharField(blank=True, max_length=150, verbose_name='name of head')),
                ('logo', models.FileField(blank=True, upload_to='logos/', verbose_name='logo')),
                ('contact_email', models.EmailField(blank=True, max_length=254, verbose_name='contact email')),
                ('contact_phone', models.CharField(blank=True, max_length=40, verbose_name='contact phone')),
                ('hod', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='head of department')),
                ('institution', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'ordering': ['name__plain'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='department_of_institution'), muster.core.constraints.SameOwner(field='hod', name='department_hod_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')), models.UniqueConstraint(models.F('institution'), django.db.models.functions.text.Lower('short_code'), name='one_department_for_each_code')],
                'triggers': [pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='079cabb46830af4c050de6863520be0b98e1a47b', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_0226e', table='institutions_department', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."name", OLD."short_code", OLD."hod_id", OLD."hod_name", OLD."logo", OLD."contact_email", OLD."contact_phone") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."name", NEW."short_code", NEW."hod_id", NEW."hod_name", NEW."logo", NEW."contact_email", NEW."contact_phone"))', execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='9a4a22cba4c60a6882284eeba5dbb1de71cf889d', operation='UPDATE', pgid='pgtrigger_audit_changes_94fe3', table='institutions_department', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='ApiToken',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('expires_at', models.DateTimeField(blank=True, null=True, verbose_name='expires')),
                ('last_used_at', models.DateTimeField(editable=False, null=True, verbose_name='last used')),
                ('from_sign_in', models.BooleanField(default=False, editable=False)),
                ('read_only', models.BooleanField(default=False, verbose_name='reads only')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_tokens', to=settings.AUTH_USER_MODEL)),
                ('institution', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'ordering': ['-created_at'],
                'triggers': [pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version,digest,last_used_at}', 'institution_id', 'user_id')", hash='078b53788ffd1528173d6cef582f57630a26fce8', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_5bdde', table='institutions_apitoken', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."user_id", OLD."name", OLD."expires_at", OLD."from_sign_in", OLD."read_only") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."user_id", NEW."name", NEW."expires_at", NEW."from_sign_in", NEW."read_only"))', execute="muster_audit('{id,updated_at,version,digest,last_used_at}', 'institution_id', 'user_id')", hash='b9184bad8954d605722c7b52434f1276f620303c', operation='UPDATE', pgid='pgtrigger_audit_changes_2b5dd', table='institutions_apitoken', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='Affiliation',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('student_number', models.CharField(blank=True, max_length=40, verbose_name='student number')),
                ('staff_number', models.CharField(blank=True, max_length=40, verbose_name='staff number')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('sign_in_round', models.PositiveIntegerField(default=0, editable=False)),
                ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='affiliations', to=settings.AUTH_USER_MODEL)),
                ('institution', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'constraints': [muster.core.constraints.SameOwner(field='user', name='affiliation_is_with_the_home', owner='institution', to='accounts.User', to_columns=('home', 'id')), models.UniqueConstraint(fields=('institution', 'user'), name='one_affiliation_for_each_institution'), models.UniqueConstraint(condition=models.Q(('student_number', ''), _negated=True), fields=('institution', 'student_number'), name='one_student_for_each_number'), models.UniqueConstraint(condition=models.Q(('staff_number', ''), _negated=True), fields=('institution', 'staff_number'), name='one_colleague_for_each_number')],
                'triggers': [pgtrigger.compiler.Trigger(name='sign_ins_end_with_the_affiliation', sql=muster.core.triggers.TriggerSql(condition='WHEN (OLD.is_active AND NOT NEW.is_active)', func='NEW.sign_in_round := OLD.sign_in_round + 1; RETURN NEW;', hash='1a21d01dd32ae4eec58c5a78025ce424ecdf03d9', operation='UPDATE', pgid='pgtrigger_sign_ins_end_with_the_affiliation_807b3', table='institutions_affiliation', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version,sign_in_round}', 'institution_id', 'user_id')", hash='b857135480954ece2e28f24a2e1463d3c8f4b386', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_7fbea', table='institutions_affiliation', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."user_id", OLD."student_number", OLD."staff_number", OLD."is_active") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."user_id", NEW."student_number", NEW."staff_number", NEW."is_active"))', execute="muster_audit('{id,updated_at,version,sign_in_round}', 'institution_id', 'user_id')", hash='0527e58adead12a95bec3df6f345a86736ebd815', operation='UPDATE', pgid='pgtrigger_audit_changes_20028', table='institutions_affiliation', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('role', models.CharField(choices=[('super-admin', 'Platform administrator'), ('admin', 'Administrator'), ('branch-manager', 'Branch manager'), ('dept-admin', 'Department administrator'), ('instructor', 'Instructor'), ('student', 'Student'), ('corporate-student', 'Corporate student'), ('regulator', 'Regulator')], max_length=20, verbose_name='role')),
                ('branch', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='institutions.branch')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('department', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='institutions.department')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [muster.core.constraints.SameOwner(field='user', name='membership_user_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')), muster.core.constraints.SameOwner(field='branch', name='membership_branch_of_same_institution', owner='institution', to='institutions.Branch', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='department', name='membership_department_of_same_institution', owner='institution', to='institutions.Department', to_columns=('institution_id', 'id')), models.UniqueConstraint(fields=('institution', 'user', 'role', 'branch', 'department'), name='one_membership_for_each_role', nulls_distinct=False), models.CheckConstraint(condition=models.Q(models.Q(('role', 'branch-manager'), _negated=True), ('branch__isnull', False), _connector='OR'), name='branch_manager_has_a_branch'), models.CheckConstraint(condition=models.Q(models.Q(('role', 'dept-admin'), _negated=True), ('department__isnull', False), _connector='OR'), name='department_administrator_has_a_department'), models.CheckConstraint(condition=models.Q(('role', 'super-admin'), _negated=True), name='platform_role_stands_on_the_user')],
                'triggers': [pgtrigger.compiler.Trigger(name='sign_ins_end_with_the_last_role', sql=muster.core.triggers.TriggerSql(func='\n        UPDATE institutions_affiliation SET sign_in_round = sign_in_round + 1\n        WHERE institution_id = OLD.institution_id AND user_id = OLD.user_id AND NOT EXISTS (\n            SELECT FROM institutions_membership\n            WHERE institution_id = OLD.institution_id AND user_id = OLD.user_id\n        );\n        RETURN NULL;\n    ', hash='2dde2d0e0e56de77a2915e653043361837f9c330', operation='DELETE', pgid='pgtrigger_sign_ins_end_with_the_last_role_eedd4', table='institutions_membership', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id', 'user_id')", hash='f42f6a0f9f77fa1cef35a4a723ba19482910a53d', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_c6e8b', table='institutions_membership', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."user_id", OLD."role", OLD."branch_id", OLD."department_id", OLD."created_by_id") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."user_id", NEW."role", NEW."branch_id", NEW."department_id", NEW."created_by_id"))', execute="muster_audit('{id,updated_at,version}', 'institution_id', 'user_id')", hash='2d31959b80a66f987456488e086431e91b2dcf02', operation='UPDATE', pgid='pgtrigger_audit_changes_e06ef', table='institutions_membership', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='Room',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('seats', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='seats')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('branch', models.ForeignKey(db_constraint=False, db_index=False, error_messages={'null': "Choose the room's branch."}, on_delete=django.db.models.deletion.PROTECT, related_name='rooms', to='institutions.branch')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'ordering': ['name__plain'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='room_of_institution'), muster.core.constraints.SameOwner(field='branch', name='room_branch_of_same_institution', owner='institution', to='institutions.Branch', to_columns=('institution_id', 'id')), models.UniqueConstraint(models.F('branch'), django.db.models.functions.text.Lower('name'), name='one_room_for_each_name')],
                'triggers': [pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='1a45c7cb57849f382fc18c9604a56e0347a0c558', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_82163', table='institutions_room', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."branch_id", OLD."name", OLD."seats", OLD."is_active") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."branch_id", NEW."name", NEW."seats", NEW."is_active"))', execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='f815ab298cba29850df30bc2f30d42442da2705a', operation='UPDATE', pgid='pgtrigger_audit_changes_58f32', table='institutions_room', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='Term',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('start_date', models.DateField(verbose_name='first day')),
                ('end_date', models.DateField(verbose_name='last day')),
                ('school_year', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1900, 'Enter a school year between 1900 and 2200.'), django.core.validators.MaxValueValidator(2200, 'Enter a school year between 1900 and 2200.')], verbose_name='school year')),
                ('institution', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('parent', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='institutions.term')),
            ],
            options={
                'ordering': ['start_date'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='term_of_institution'), muster.core.constraints.SameOwner(field='parent', name='term_parent_of_same_institution', owner='institution', to='institutions.Term', to_columns=('institution_id', 'id')), models.UniqueConstraint(fields=('institution', 'name', 'school_year'), name='one_term_for_each_name'), models.CheckConstraint(condition=models.Q(('end_date__gte', models.F('start_date'))), name='term_ends_after_it_starts')],
                'triggers': [pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='a5cf6d8643fd79015b5e02e77166b3b25105188b', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_660cf', table='institutions_term', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."name", OLD."start_date", OLD."end_date", OLD."school_year", OLD."parent_id") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."name", NEW."start_date", NEW."end_date", NEW."school_year", NEW."parent_id"))', execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='f4fbe9017599e069659c8b83049e54e24ed9274b', operation='UPDATE', pgid='pgtrigger_audit_changes_a848e', table='institutions_term', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='Holiday',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('start_date', models.DateField(verbose_name='first day')),
                ('end_date', models.DateField(verbose_name='last day')),
                ('branch', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='holidays', to='institutions.branch')),
                ('institution', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'ordering': ['start_date'],
                'indexes': [models.Index(fields=['institution', 'start_date'], name='holiday_by_date')],
                'constraints': [muster.core.constraints.SameOwner(field='branch', name='holiday_branch_of_same_institution', owner='institution', to='institutions.Branch', to_columns=('institution_id', 'id')), models.CheckConstraint(condition=models.Q(('end_date__gte', models.F('start_date'))), name='holiday_ends_after_it_starts')],
                'triggers': [pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='4a57c8b2c14d81cfb8cf5e1cf0ef2f772530299e', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_d6bf8', table='institutions_holiday', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."name", OLD."start_date", OLD."end_date", OLD."branch_id") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."name", NEW."start_date", NEW."end_date", NEW."branch_id"))', execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='4ae9372e672e33a42403e8a7db2514540ce13b34', operation='UPDATE', pgid='pgtrigger_audit_changes_ed4d2', table='institutions_holiday', when='AFTER'))],
            },
        ),
        migrations.AddIndex(
            model_name='membership',
            index=models.Index(fields=['institution', 'role'], name='membership_by_role'),
        ),
        muster.core.sql.InstallFunctions(
            app='institutions',
        ),
    ]
