import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import muster.core.constraints
import muster.core.ids
import muster.core.sql
import muster.institutions.models
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
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
            name='Branch',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('code', models.CharField(max_length=20, verbose_name='code')),
                ('address', models.TextField(blank=True, verbose_name='address')),
                ('time_zone', models.CharField(blank=True, max_length=60, validators=[muster.institutions.models.validate_time_zone], verbose_name='time zone')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='InstitutionEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('name', models.CharField(max_length=150, verbose_name='name')),
                ('slug', models.SlugField(db_index=False, max_length=60, verbose_name='short name')),
                ('kind', models.CharField(blank=True, max_length=60, verbose_name='kind')),
                ('time_zone', models.CharField(default='UTC', max_length=60, validators=[muster.institutions.models.validate_time_zone], verbose_name='time zone')),
                ('logo', models.FileField(blank=True, upload_to='logos/', verbose_name='logo')),
                ('contact_email', models.EmailField(blank=True, max_length=254, verbose_name='contact email')),
                ('contact_phone', models.CharField(blank=True, max_length=40, verbose_name='contact phone')),
                ('late_after_minutes', models.PositiveSmallIntegerField(default=15, verbose_name='late after (minutes)')),
                ('minimum_attendance_percent', models.PositiveSmallIntegerField(default=75, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='minimum attendance (percent)')),
                ('session_horizon_days', models.PositiveSmallIntegerField(default=120, verbose_name='create sessions ahead (days)')),
                ('waitlist_mode', models.CharField(choices=[('auto', 'enroll the next person automatically'), ('offer', 'offer the seat to the next person')], default='offer', max_length=10, verbose_name='when a seat becomes free')),
                ('waitlist_offer_hours', models.PositiveSmallIntegerField(default=48, validators=[django.core.validators.MinValueValidator(1)], verbose_name='offer expires after (hours)')),
                ('seat_buffer_percent', models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(50)], verbose_name='spare seats (percent)')),
                ('advised_size_min', models.PositiveSmallIntegerField(default=8, verbose_name='recommended batch size, from')),
                ('advised_size_max', models.PositiveSmallIntegerField(default=15, verbose_name='recommended batch size, to')),
                ('max_active_batches', models.PositiveSmallIntegerField(default=4, verbose_name='maximum active batches per instructor')),
                ('max_mentees', models.PositiveSmallIntegerField(default=10, verbose_name='maximum mentees per instructor')),
                ('register_lock_hours', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='lock registers after (hours)')),
                ('rollover_approval', models.CharField(choices=[('confirm', 'the person who requests it can confirm it'), ('four-eyes', 'someone else approves')], default='confirm', max_length=10, verbose_name='promoting a batch')),
                ('last_semester', models.PositiveSmallIntegerField(default=8, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(20)], verbose_name='last semester without a course')),
                ('access_grace_days', models.PositiveSmallIntegerField(default=30, verbose_name='access after a batch ends (days)')),
                ('archived_disables_access', models.BooleanField(default=False, verbose_name="archiving a batch ends its students' access")),
                ('weight_skills', models.PositiveSmallIntegerField(default=4, verbose_name='skills')),
                ('weight_availability', models.PositiveSmallIntegerField(default=4, verbose_name='availability')),
                ('weight_workload', models.PositiveSmallIntegerField(default=3, verbose_name='capacity')),
                ('weight_language', models.PositiveSmallIntegerField(default=2, verbose_name='language')),
                ('weight_style', models.PositiveSmallIntegerField(default=1, verbose_name='teaching style')),
                ('weight_rating', models.PositiveSmallIntegerField(default=2, verbose_name='rating')),
                ('weight_familiarity', models.PositiveSmallIntegerField(default=2, verbose_name='experience')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Membership',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('role', models.CharField(choices=[('super-admin', 'Platform administrator'), ('admin', 'Administrator'), ('branch-manager', 'Branch manager'), ('dept-admin', 'Department administrator'), ('instructor', 'Instructor'), ('student', 'Student'), ('corporate-student', 'Corporate student'), ('regulator', 'Regulator')], max_length=20, verbose_name='role')),
            ],
        ),
        migrations.CreateModel(
            name='MembershipEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('role', models.CharField(choices=[('super-admin', 'Platform administrator'), ('admin', 'Administrator'), ('branch-manager', 'Branch manager'), ('dept-admin', 'Department administrator'), ('instructor', 'Instructor'), ('student', 'Student'), ('corporate-student', 'Corporate student'), ('regulator', 'Regulator')], max_length=20, verbose_name='role')),
            ],
            options={
                'abstract': False,
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
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='RoomEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('seats', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='seats')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
            ],
            options={
                'abstract': False,
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
                ('school_year', models.PositiveSmallIntegerField(verbose_name='school year')),
            ],
            options={
                'ordering': ['start_date'],
            },
        ),
        migrations.CreateModel(
            name='TermEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('start_date', models.DateField(verbose_name='first day')),
                ('end_date', models.DateField(verbose_name='last day')),
                ('school_year', models.PositiveSmallIntegerField(verbose_name='school year')),
            ],
            options={
                'abstract': False,
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
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='affiliations', to=settings.AUTH_USER_MODEL)),
            ],
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
            ],
            options={
                'ordering': ['name'],
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
            ],
            options={
                'ordering': ['start_date'],
            },
        ),
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
                ('late_after_minutes', models.PositiveSmallIntegerField(default=15, verbose_name='late after (minutes)')),
                ('minimum_attendance_percent', models.PositiveSmallIntegerField(default=75, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='minimum attendance (percent)')),
                ('session_horizon_days', models.PositiveSmallIntegerField(default=120, verbose_name='create sessions ahead (days)')),
                ('waitlist_mode', models.CharField(choices=[('auto', 'enroll the next person automatically'), ('offer', 'offer the seat to the next person')], default='offer', max_length=10, verbose_name='when a seat becomes free')),
                ('waitlist_offer_hours', models.PositiveSmallIntegerField(default=48, validators=[django.core.validators.MinValueValidator(1)], verbose_name='offer expires after (hours)')),
                ('seat_buffer_percent', models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(50)], verbose_name='spare seats (percent)')),
                ('advised_size_min', models.PositiveSmallIntegerField(default=8, verbose_name='recommended batch size, from')),
                ('advised_size_max', models.PositiveSmallIntegerField(default=15, verbose_name='recommended batch size, to')),
                ('max_active_batches', models.PositiveSmallIntegerField(default=4, verbose_name='maximum active batches per instructor')),
                ('max_mentees', models.PositiveSmallIntegerField(default=10, verbose_name='maximum mentees per instructor')),
                ('register_lock_hours', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='lock registers after (hours)')),
                ('rollover_approval', models.CharField(choices=[('confirm', 'the person who requests it can confirm it'), ('four-eyes', 'someone else approves')], default='confirm', max_length=10, verbose_name='promoting a batch')),
                ('last_semester', models.PositiveSmallIntegerField(default=8, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(20)], verbose_name='last semester without a course')),
                ('access_grace_days', models.PositiveSmallIntegerField(default=30, verbose_name='access after a batch ends (days)')),
                ('archived_disables_access', models.BooleanField(default=False, verbose_name="archiving a batch ends its students' access")),
                ('weight_skills', models.PositiveSmallIntegerField(default=4, verbose_name='skills')),
                ('weight_availability', models.PositiveSmallIntegerField(default=4, verbose_name='availability')),
                ('weight_workload', models.PositiveSmallIntegerField(default=3, verbose_name='capacity')),
                ('weight_language', models.PositiveSmallIntegerField(default=2, verbose_name='language')),
                ('weight_style', models.PositiveSmallIntegerField(default=1, verbose_name='teaching style')),
                ('weight_rating', models.PositiveSmallIntegerField(default=2, verbose_name='rating')),
                ('weight_familiarity', models.PositiveSmallIntegerField(default=2, verbose_name='experience')),
            ],
            options={
                'ordering': ['name'],
                'constraints': [models.CheckConstraint(condition=models.Q(('minimum_attendance_percent__lte', 100)), name='attendance_minimum_is_a_percentage'), models.CheckConstraint(condition=models.Q(('seat_buffer_percent__lte', 50)), name='seat_buffer_is_at_most_half'), models.CheckConstraint(condition=models.Q(('advised_size_min__lte', models.F('advised_size_max'))), name='advised_size_is_a_range'), models.CheckConstraint(condition=models.Q(('weight_availability__lte', 10), ('weight_familiarity__lte', 10), ('weight_language__lte', 10), ('weight_rating__lte', 10), ('weight_skills__lte', 10), ('weight_style__lte', 10), ('weight_workload__lte', 10)), name='suggestion_weights_are_0_to_10')],
            },
        ),
        migrations.CreateModel(
            name='HolidayEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('start_date', models.DateField(verbose_name='first day')),
                ('end_date', models.DateField(verbose_name='last day')),
                ('branch', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.branch')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='institutions.holiday')),
                ('institution', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.institution')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='holiday',
            name='institution',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution'),
        ),
        migrations.CreateModel(
            name='DepartmentEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('short_code', models.CharField(max_length=10, verbose_name='short code')),
                ('hod_name', models.CharField(blank=True, max_length=150, verbose_name='name of head')),
                ('logo', models.FileField(blank=True, upload_to='logos/', verbose_name='logo')),
                ('contact_email', models.EmailField(blank=True, max_length=254, verbose_name='contact email')),
                ('contact_phone', models.CharField(blank=True, max_length=40, verbose_name='contact phone')),
                ('hod', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='head of department')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='institutions.department')),
                ('institution', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.institution')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='department',
            name='institution',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution'),
        ),
        migrations.CreateModel(
            name='BranchEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('code', models.CharField(max_length=20, verbose_name='code')),
                ('address', models.TextField(blank=True, verbose_name='address')),
                ('time_zone', models.CharField(blank=True, max_length=60, validators=[muster.institutions.models.validate_time_zone], verbose_name='time zone')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='institutions.branch')),
                ('institution', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.institution')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='branch',
            name='institution',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution'),
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
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='api_tokens', to=settings.AUTH_USER_MODEL)),
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'ordering': ['-created_at'],
            },
        ),
        migrations.CreateModel(
            name='AffiliationEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('student_number', models.CharField(blank=True, max_length=40, verbose_name='student number')),
                ('staff_number', models.CharField(blank=True, max_length=40, verbose_name='staff number')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='institutions.affiliation')),
                ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('institution', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.institution')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='affiliation',
            name='institution',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='institution',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "institutions_institutionevent" ("access_grace_days", "advised_size_max", "advised_size_min", "archived_disables_access", "contact_email", "contact_phone", "created_at", "id", "kind", "last_semester", "late_after_minutes", "logo", "max_active_batches", "max_mentees", "minimum_attendance_percent", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "register_lock_hours", "rollover_approval", "seat_buffer_percent", "session_horizon_days", "slug", "time_zone", "waitlist_mode", "waitlist_offer_hours", "weight_availability", "weight_familiarity", "weight_language", "weight_rating", "weight_skills", "weight_style", "weight_workload") SELECT new_values."access_grace_days", new_values."advised_size_max", new_values."advised_size_min", new_values."archived_disables_access", new_values."contact_email", new_values."contact_phone", new_values."created_at", new_values."id", new_values."kind", new_values."last_semester", new_values."late_after_minutes", new_values."logo", new_values."max_active_batches", new_values."max_mentees", new_values."minimum_attendance_percent", new_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', new_values."id", new_values."register_lock_hours", new_values."rollover_approval", new_values."seat_buffer_percent", new_values."session_horizon_days", new_values."slug", new_values."time_zone", new_values."waitlist_mode", new_values."waitlist_offer_hours", new_values."weight_availability", new_values."weight_familiarity", new_values."weight_language", new_values."weight_rating", new_values."weight_skills", new_values."weight_style", new_values."weight_workload" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='75a44175d8ec976ba380f89f8c19ced37a80ec8f', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_8f2fb', referencing='REFERENCING NEW TABLE AS new_values ', table='institutions_institution', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='institution',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "institutions_institutionevent" ("access_grace_days", "advised_size_max", "advised_size_min", "archived_disables_access", "contact_email", "contact_phone", "created_at", "id", "kind", "last_semester", "late_after_minutes", "logo", "max_active_batches", "max_mentees", "minimum_attendance_percent", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "register_lock_hours", "rollover_approval", "seat_buffer_percent", "session_horizon_days", "slug", "time_zone", "waitlist_mode", "waitlist_offer_hours", "weight_availability", "weight_familiarity", "weight_language", "weight_rating", "weight_skills", "weight_style", "weight_workload") SELECT new_values."access_grace_days", new_values."advised_size_max", new_values."advised_size_min", new_values."archived_disables_access", new_values."contact_email", new_values."contact_phone", new_values."created_at", new_values."id", new_values."kind", new_values."last_semester", new_values."late_after_minutes", new_values."logo", new_values."max_active_batches", new_values."max_mentees", new_values."minimum_attendance_percent", new_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', new_values."id", new_values."register_lock_hours", new_values."rollover_approval", new_values."seat_buffer_percent", new_values."session_horizon_days", new_values."slug", new_values."time_zone", new_values."waitlist_mode", new_values."waitlist_offer_hours", new_values."weight_availability", new_values."weight_familiarity", new_values."weight_language", new_values."weight_rating", new_values."weight_skills", new_values."weight_style", new_values."weight_workload" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."access_grace_days" IS DISTINCT FROM (new_values."access_grace_days") OR old_values."advised_size_max" IS DISTINCT FROM (new_values."advised_size_max") OR old_values."advised_size_min" IS DISTINCT FROM (new_values."advised_size_min") OR old_values."archived_disables_access" IS DISTINCT FROM (new_values."archived_disables_access") OR old_values."contact_email" IS DISTINCT FROM (new_values."contact_email") OR old_values."contact_phone" IS DISTINCT FROM (new_values."contact_phone") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."kind" IS DISTINCT FROM (new_values."kind") OR old_values."last_semester" IS DISTINCT FROM (new_values."last_semester") OR old_values."late_after_minutes" IS DISTINCT FROM (new_values."late_after_minutes") OR old_values."logo" IS DISTINCT FROM (new_values."logo") OR old_values."max_active_batches" IS DISTINCT FROM (new_values."max_active_batches") OR old_values."max_mentees" IS DISTINCT FROM (new_values."max_mentees") OR old_values."minimum_attendance_percent" IS DISTINCT FROM (new_values."minimum_attendance_percent") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."register_lock_hours" IS DISTINCT FROM (new_values."register_lock_hours") OR old_values."rollover_approval" IS DISTINCT FROM (new_values."rollover_approval") OR old_values."seat_buffer_percent" IS DISTINCT FROM (new_values."seat_buffer_percent") OR old_values."session_horizon_days" IS DISTINCT FROM (new_values."session_horizon_days") OR old_values."slug" IS DISTINCT FROM (new_values."slug") OR old_values."time_zone" IS DISTINCT FROM (new_values."time_zone") OR old_values."waitlist_mode" IS DISTINCT FROM (new_values."waitlist_mode") OR old_values."waitlist_offer_hours" IS DISTINCT FROM (new_values."waitlist_offer_hours") OR old_values."weight_availability" IS DISTINCT FROM (new_values."weight_availability") OR old_values."weight_familiarity" IS DISTINCT FROM (new_values."weight_familiarity") OR old_values."weight_language" IS DISTINCT FROM (new_values."weight_language") OR old_values."weight_rating" IS DISTINCT FROM (new_values."weight_rating") OR old_values."weight_skills" IS DISTINCT FROM (new_values."weight_skills") OR old_values."weight_style" IS DISTINCT FROM (new_values."weight_style") OR old_values."weight_workload" IS DISTINCT FROM (new_values."weight_workload")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='83e471c25733514327f06f8031667eccdd4abfaa', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_5a592', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='institutions_institution', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='institution',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "institutions_institutionevent" ("access_grace_days", "advised_size_max", "advised_size_min", "archived_disables_access", "contact_email", "contact_phone", "created_at", "id", "kind", "last_semester", "late_after_minutes", "logo", "max_active_batches", "max_mentees", "minimum_attendance_percent", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "register_lock_hours", "rollover_approval", "seat_buffer_percent", "session_horizon_days", "slug", "time_zone", "waitlist_mode", "waitlist_offer_hours", "weight_availability", "weight_familiarity", "weight_language", "weight_rating", "weight_skills", "weight_style", "weight_workload") SELECT old_values."access_grace_days", old_values."advised_size_max", old_values."advised_size_min", old_values."archived_disables_access", old_values."contact_email", old_values."contact_phone", old_values."created_at", old_values."id", old_values."kind", old_values."last_semester", old_values."late_after_minutes", old_values."logo", old_values."max_active_batches", old_values."max_mentees", old_values."minimum_attendance_percent", old_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', old_values."id", old_values."register_lock_hours", old_values."rollover_approval", old_values."seat_buffer_percent", old_values."session_horizon_days", old_values."slug", old_values."time_zone", old_values."waitlist_mode", old_values."waitlist_offer_hours", old_values."weight_availability", old_values."weight_familiarity", old_values."weight_language", old_values."weight_rating", old_values."weight_skills", old_values."weight_style", old_values."weight_workload" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='0a9623a4b8c5ad66dedc414f21402ec41d7613fe', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_904b4', referencing='REFERENCING OLD TABLE AS old_values ', table='institutions_institution', when='AFTER')),
        ),
        migrations.AddField(
            model_name='institutionevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='institutions.institution'),
        ),
        migrations.AddField(
            model_name='membership',
            name='branch',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='institutions.branch'),
        ),
        migrations.AddField(
            model_name='membership',
            name='created_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='membership',
            name='department',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='institutions.department'),
        ),
        migrations.AddField(
            model_name='membership',
            name='institution',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution'),
        ),
        migrations.AddField(
            model_name='membership',
            name='user',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='memberships', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='membershipevent',
            name='branch',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.branch'),
        ),
        migrations.AddField(
            model_name='membershipevent',
            name='created_by',
            field=models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='membershipevent',
            name='department',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.department'),
        ),
        migrations.AddField(
            model_name='membershipevent',
            name='institution',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.institution'),
        ),
        migrations.AddField(
            model_name='membershipevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='institutions.membership'),
        ),
        migrations.AddField(
            model_name='membershipevent',
            name='user',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='room',
            name='branch',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='rooms', to='institutions.branch'),
        ),
        migrations.AddField(
            model_name='room',
            name='institution',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution'),
        ),
        migrations.AddField(
            model_name='roomevent',
            name='branch',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.branch'),
        ),
        migrations.AddField(
            model_name='roomevent',
            name='institution',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.institution'),
        ),
        migrations.AddField(
            model_name='roomevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='institutions.room'),
        ),
        migrations.AddField(
            model_name='term',
            name='institution',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution'),
        ),
        migrations.AddField(
            model_name='term',
            name='parent',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='institutions.term'),
        ),
        migrations.AddField(
            model_name='termevent',
            name='institution',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.institution'),
        ),
        migrations.AddField(
            model_name='termevent',
            name='parent',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.term'),
        ),
        migrations.AddField(
            model_name='termevent',
            name='pgh_obj',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='institutions.term'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='holidayevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='e6db991af868536ebb4a43d11035990ada227ecf', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_aa967', table='institutions_holidayevent', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='holiday',
            index=models.Index(fields=['institution', 'start_date'], name='holiday_by_date'),
        ),
        migrations.AddConstraint(
            model_name='holiday',
            constraint=muster.core.constraints.SameOwner(field='branch', name='holiday_branch_of_same_institution', owner='institution', to='institutions.Branch', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='holiday',
            constraint=models.CheckConstraint(condition=models.Q(('end_date__gte', models.F('start_date'))), name='holiday_ends_after_it_starts', violation_error_message='The last day is before the first.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='holiday',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "institutions_holidayevent" ("branch_id", "created_at", "end_date", "id", "institution_id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start_date") SELECT new_values."branch_id", new_values."created_at", new_values."end_date", new_values."id", new_values."institution_id", new_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', new_values."id", new_values."start_date" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='1fd27b148f942ca96f4ddc928b8699ae0c60a25a', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_4b7f0', referencing='REFERENCING NEW TABLE AS new_values ', table='institutions_holiday', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='holiday',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "institutions_holidayevent" ("branch_id", "created_at", "end_date", "id", "institution_id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start_date") SELECT new_values."branch_id", new_values."created_at", new_values."end_date", new_values."id", new_values."institution_id", new_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', new_values."id", new_values."start_date" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."branch_id" IS DISTINCT FROM (new_values."branch_id") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."end_date" IS DISTINCT FROM (new_values."end_date") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."institution_id" IS DISTINCT FROM (new_values."institution_id") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."start_date" IS DISTINCT FROM (new_values."start_date")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='d323387cd89ff50e73ad4422f568cff923ba6a51', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_50dc8', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='institutions_holiday', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='holiday',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "institutions_holidayevent" ("branch_id", "created_at", "end_date", "id", "institution_id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start_date") SELECT old_values."branch_id", old_values."created_at", old_values."end_date", old_values."id", old_values."institution_id", old_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', old_values."id", old_values."start_date" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='034b08b3105c0a7978c127a0ee03efe2f6bf10f5', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_ec7b1', referencing='REFERENCING OLD TABLE AS old_values ', table='institutions_holiday', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='departmentevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8d1f29a5d5c11b478db47e1120077bfee1949c8d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_0a849', table='institutions_departmentevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='department',
            constraint=models.UniqueConstraint(fields=('institution', 'id'), name='department_of_institution'),
        ),
        migrations.AddConstraint(
            model_name='department',
            constraint=muster.core.constraints.SameOwner(field='hod', name='department_hod_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')),
        ),
        migrations.AddConstraint(
            model_name='department',
            constraint=models.UniqueConstraint(models.F('institution'), django.db.models.functions.text.Lower('short_code'), name='one_department_for_each_code', violation_error_message='Another department has this short code.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='department',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "institutions_departmentevent" ("contact_email", "contact_phone", "created_at", "hod_id", "hod_name", "id", "institution_id", "logo", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "short_code") SELECT new_values."contact_email", new_values."contact_phone", new_values."created_at", new_values."hod_id", new_values."hod_name", new_values."id", new_values."institution_id", new_values."logo", new_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', new_values."id", new_values."short_code" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='bc33e8af5b8a7faef8ebed54b8cc16553b76d5f1', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_da1b8', referencing='REFERENCING NEW TABLE AS new_values ', table='institutions_department', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='department',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "institutions_departmentevent" ("contact_email", "contact_phone", "created_at", "hod_id", "hod_name", "id", "institution_id", "logo", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "short_code") SELECT new_values."contact_email", new_values."contact_phone", new_values."created_at", new_values."hod_id", new_values."hod_name", new_values."id", new_values."institution_id", new_values."logo", new_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', new_values."id", new_values."short_code" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."contact_email" IS DISTINCT FROM (new_values."contact_email") OR old_values."contact_phone" IS DISTINCT FROM (new_values."contact_phone") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."hod_id" IS DISTINCT FROM (new_values."hod_id") OR old_values."hod_name" IS DISTINCT FROM (new_values."hod_name") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."institution_id" IS DISTINCT FROM (new_values."institution_id") OR old_values."logo" IS DISTINCT FROM (new_values."logo") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."short_code" IS DISTINCT FROM (new_values."short_code")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='136e3b008f86bf458892a8d3a57146286369064b', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_0fbee', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='institutions_department', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='department',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "institutions_departmentevent" ("contact_email", "contact_phone", "created_at", "hod_id", "hod_name", "id", "institution_id", "logo", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "short_code") SELECT old_values."contact_email", old_values."contact_phone", old_values."created_at", old_values."hod_id", old_values."hod_name", old_values."id", old_values."institution_id", old_values."logo", old_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', old_values."id", old_values."short_code" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='cb35b7835dab3b94fa8b11aebd78d875ecaab5d0', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_b16c6', referencing='REFERENCING OLD TABLE AS old_values ', table='institutions_department', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='branchevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b025af4c49f3d80b47cb34761bc39bf624fc262e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_2077c', table='institutions_branchevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='branch',
            constraint=models.UniqueConstraint(fields=('institution', 'id'), name='branch_of_institution'),
        ),
        migrations.AddConstraint(
            model_name='branch',
            constraint=models.UniqueConstraint(models.F('institution'), django.db.models.functions.text.Lower('code'), name='one_branch_for_each_code', violation_error_message='Another branch has this code.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='branch',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "institutions_branchevent" ("address", "code", "created_at", "id", "institution_id", "is_active", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "time_zone") SELECT new_values."address", new_values."code", new_values."created_at", new_values."id", new_values."institution_id", new_values."is_active", new_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', new_values."id", new_values."time_zone" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='1e80dcdda3c0a2a5388cea3795b0f1688eb328c4', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_0c4d7', referencing='REFERENCING NEW TABLE AS new_values ', table='institutions_branch', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='branch',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "institutions_branchevent" ("address", "code", "created_at", "id", "institution_id", "is_active", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "time_zone") SELECT new_values."address", new_values."code", new_values."created_at", new_values."id", new_values."institution_id", new_values."is_active", new_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', new_values."id", new_values."time_zone" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."address" IS DISTINCT FROM (new_values."address") OR old_values."code" IS DISTINCT FROM (new_values."code") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."institution_id" IS DISTINCT FROM (new_values."institution_id") OR old_values."is_active" IS DISTINCT FROM (new_values."is_active") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."time_zone" IS DISTINCT FROM (new_values."time_zone")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='298618bd128bb408505f481235909f803ca49396', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_9f949', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='institutions_branch', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='branch',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "institutions_branchevent" ("address", "code", "created_at", "id", "institution_id", "is_active", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "time_zone") SELECT old_values."address", old_values."code", old_values."created_at", old_values."id", old_values."institution_id", old_values."is_active", old_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', old_values."id", old_values."time_zone" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='f44eeebc5cee472436fc81041968f6a39c6c617a', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_8c3e1', referencing='REFERENCING OLD TABLE AS old_values ', table='institutions_branch', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='affiliationevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='cd7e97a0339e17676b414c105232eb9364533bda', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_23757', table='institutions_affiliationevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='affiliation',
            constraint=models.UniqueConstraint(fields=('institution', 'user'), name='one_affiliation_for_each_institution'),
        ),
        migrations.AddConstraint(
            model_name='affiliation',
            constraint=models.UniqueConstraint(condition=models.Q(('student_number', ''), _negated=True), fields=('institution', 'student_number'), name='one_student_for_each_number', violation_error_message='Another student has this number.'),
        ),
        migrations.AddConstraint(
            model_name='affiliation',
            constraint=models.UniqueConstraint(condition=models.Q(('staff_number', ''), _negated=True), fields=('institution', 'staff_number'), name='one_colleague_for_each_number', violation_error_message='Another colleague has this number.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='affiliation',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "institutions_affiliationevent" ("created_at", "id", "institution_id", "is_active", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "staff_number", "student_number", "user_id") SELECT new_values."created_at", new_values."id", new_values."institution_id", new_values."is_active", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', new_values."id", new_values."staff_number", new_values."student_number", new_values."user_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='8e5824cb20d0b709e0fb28dc93b11e1fe86a9f27', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_3a253', referencing='REFERENCING NEW TABLE AS new_values ', table='institutions_affiliation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='affiliation',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "institutions_affiliationevent" ("created_at", "id", "institution_id", "is_active", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "staff_number", "student_number", "user_id") SELECT new_values."created_at", new_values."id", new_values."institution_id", new_values."is_active", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', new_values."id", new_values."staff_number", new_values."student_number", new_values."user_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."institution_id" IS DISTINCT FROM (new_values."institution_id") OR old_values."is_active" IS DISTINCT FROM (new_values."is_active") OR old_values."staff_number" IS DISTINCT FROM (new_values."staff_number") OR old_values."student_number" IS DISTINCT FROM (new_values."student_number") OR old_values."user_id" IS DISTINCT FROM (new_values."user_id")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='93e001a3c1e2c21cd904ecc8b3824256c53674a7', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_1787b', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='institutions_affiliation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='affiliation',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "institutions_affiliationevent" ("created_at", "id", "institution_id", "is_active", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "staff_number", "student_number", "user_id") SELECT old_values."created_at", old_values."id", old_values."institution_id", old_values."is_active", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', old_values."id", old_values."staff_number", old_values."student_number", old_values."user_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='f88130faab93ec6c520b9105fbcd932fd704b009', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_96de9', referencing='REFERENCING OLD TABLE AS old_values ', table='institutions_affiliation', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='institutionevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='8bea9fe3ff568005fa0d20a8191f5e3d5ed26577', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_f481f', table='institutions_institutionevent', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='membership',
            index=models.Index(fields=['institution', 'role'], name='membership_by_role'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=muster.core.constraints.SameOwner(field='user', name='membership_user_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=muster.core.constraints.SameOwner(field='branch', name='membership_branch_of_same_institution', owner='institution', to='institutions.Branch', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=muster.core.constraints.SameOwner(field='department', name='membership_department_of_same_institution', owner='institution', to='institutions.Department', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.UniqueConstraint(fields=('institution', 'user', 'role', 'branch', 'department'), name='one_membership_for_each_role', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('role', 'branch-manager'), _negated=True), ('branch__isnull', False), _connector='OR'), name='branch_manager_has_a_branch', violation_error_message='Choose a branch for the branch manager.'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('role', 'dept-admin'), _negated=True), ('department__isnull', False), _connector='OR'), name='department_administrator_has_a_department', violation_error_message='Choose a department for the department administrator.'),
        ),
        migrations.AddConstraint(
            model_name='membership',
            constraint=models.CheckConstraint(condition=models.Q(('role', 'super-admin'), _negated=True), name='platform_role_stands_on_the_user'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "institutions_membershipevent" ("branch_id", "created_at", "created_by_id", "department_id", "id", "institution_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "user_id") SELECT new_values."branch_id", new_values."created_at", new_values."created_by_id", new_values."department_id", new_values."id", new_values."institution_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', new_values."id", new_values."role", new_values."user_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='1d31b79d1b227601447797ab476fd20b8bef2b8f', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_684ef', referencing='REFERENCING NEW TABLE AS new_values ', table='institutions_membership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "institutions_membershipevent" ("branch_id", "created_at", "created_by_id", "department_id", "id", "institution_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "user_id") SELECT new_values."branch_id", new_values."created_at", new_values."created_by_id", new_values."department_id", new_values."id", new_values."institution_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', new_values."id", new_values."role", new_values."user_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."branch_id" IS DISTINCT FROM (new_values."branch_id") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."created_by_id" IS DISTINCT FROM (new_values."created_by_id") OR old_values."department_id" IS DISTINCT FROM (new_values."department_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."institution_id" IS DISTINCT FROM (new_values."institution_id") OR old_values."role" IS DISTINCT FROM (new_values."role") OR old_values."user_id" IS DISTINCT FROM (new_values."user_id")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='0ee95355f0fa4db96163413bb85d6b6c46fc86d0', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_52ab6', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='institutions_membership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membership',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "institutions_membershipevent" ("branch_id", "created_at", "created_by_id", "department_id", "id", "institution_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "user_id") SELECT old_values."branch_id", old_values."created_at", old_values."created_by_id", old_values."department_id", old_values."id", old_values."institution_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', old_values."id", old_values."role", old_values."user_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='1017a0045f738339fef9e2241ef1ee12d0306afd', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_83b0b', referencing='REFERENCING OLD TABLE AS old_values ', table='institutions_membership', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='membershipevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='261d2d215850264782105d9c69042dc416a51355', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_864e8', table='institutions_membershipevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='room',
            constraint=models.UniqueConstraint(fields=('institution', 'id'), name='room_of_institution'),
        ),
        migrations.AddConstraint(
            model_name='room',
            constraint=muster.core.constraints.SameOwner(field='branch', name='room_branch_of_same_institution', owner='institution', to='institutions.Branch', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='room',
            constraint=models.UniqueConstraint(models.F('branch'), django.db.models.functions.text.Lower('name'), name='one_room_for_each_name', violation_error_message='This branch already has a room of this name.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='room',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "institutions_roomevent" ("branch_id", "created_at", "id", "institution_id", "is_active", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "seats") SELECT new_values."branch_id", new_values."created_at", new_values."id", new_values."institution_id", new_values."is_active", new_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', new_values."id", new_values."seats" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='28445c8f9c2469ded0ce53a8ad6fb81e8e92edb9', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_0ed08', referencing='REFERENCING NEW TABLE AS new_values ', table='institutions_room', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='room',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "institutions_roomevent" ("branch_id", "created_at", "id", "institution_id", "is_active", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "seats") SELECT new_values."branch_id", new_values."created_at", new_values."id", new_values."institution_id", new_values."is_active", new_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', new_values."id", new_values."seats" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."branch_id" IS DISTINCT FROM (new_values."branch_id") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."institution_id" IS DISTINCT FROM (new_values."institution_id") OR old_values."is_active" IS DISTINCT FROM (new_values."is_active") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."seats" IS DISTINCT FROM (new_values."seats")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='1bbfad92488edc1deefa0ffa6cbe98513c630f18', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_d926a', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='institutions_room', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='room',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "institutions_roomevent" ("branch_id", "created_at", "id", "institution_id", "is_active", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "seats") SELECT old_values."branch_id", old_values."created_at", old_values."id", old_values."institution_id", old_values."is_active", old_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', old_values."id", old_values."seats" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='ab9332cdc1a84f1e0ac925fa0e8497d1d3861dab', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_ba96d', referencing='REFERENCING OLD TABLE AS old_values ', table='institutions_room', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='roomevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='abfb4428b58385a26356724a04013316865393b7', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_9548c', table='institutions_roomevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='term',
            constraint=models.UniqueConstraint(fields=('institution', 'id'), name='term_of_institution'),
        ),
        migrations.AddConstraint(
            model_name='term',
            constraint=muster.core.constraints.SameOwner(field='parent', name='term_parent_of_same_institution', owner='institution', to='institutions.Term', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='term',
            constraint=models.UniqueConstraint(fields=('institution', 'name', 'school_year'), name='one_term_for_each_name'),
        ),
        migrations.AddConstraint(
            model_name='term',
            constraint=models.CheckConstraint(condition=models.Q(('end_date__gte', models.F('start_date'))), name='term_ends_after_it_starts', violation_error_message='The last day is before the first.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='term',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "institutions_termevent" ("created_at", "end_date", "id", "institution_id", "name", "parent_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "school_year", "start_date") SELECT new_values."created_at", new_values."end_date", new_values."id", new_values."institution_id", new_values."name", new_values."parent_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', new_values."id", new_values."school_year", new_values."start_date" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='4df1408565f6359893f93e550316b460b93bc3e5', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_62525', referencing='REFERENCING NEW TABLE AS new_values ', table='institutions_term', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='term',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "institutions_termevent" ("created_at", "end_date", "id", "institution_id", "name", "parent_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "school_year", "start_date") SELECT new_values."created_at", new_values."end_date", new_values."id", new_values."institution_id", new_values."name", new_values."parent_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', new_values."id", new_values."school_year", new_values."start_date" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."end_date" IS DISTINCT FROM (new_values."end_date") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."institution_id" IS DISTINCT FROM (new_values."institution_id") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."parent_id" IS DISTINCT FROM (new_values."parent_id") OR old_values."school_year" IS DISTINCT FROM (new_values."school_year") OR old_values."start_date" IS DISTINCT FROM (new_values."start_date")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='095b0e8787896a301217953ce1212ba4826c9b2d', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_d4c8a', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='institutions_term', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='term',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "institutions_termevent" ("created_at", "end_date", "id", "institution_id", "name", "parent_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "school_year", "start_date") SELECT old_values."created_at", old_values."end_date", old_values."id", old_values."institution_id", old_values."name", old_values."parent_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', old_values."id", old_values."school_year", old_values."start_date" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='b3d58694e9ea3bd5de72cfa410e42fb3dca14049', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_879db', referencing='REFERENCING OLD TABLE AS old_values ', table='institutions_term', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='termevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f1f20c08389411523221daa65f4a826188547877', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_4b4b0', table='institutions_termevent', when='BEFORE')),
        ),
        muster.core.sql.InstallFunctions(
            app='institutions',
        ),
    ]
