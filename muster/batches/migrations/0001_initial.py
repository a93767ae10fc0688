import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.core.validators
import django.db.models.constraints
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
import muster.batches.models.booking
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
        ('core', '0001_initial'),
        ('courses', '0001_initial'),
        ('institutions', '0001_initial'),
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
                ('enrolled_students', models.PositiveIntegerField(default=0, editable=False)),
                ('seats_offered', models.PositiveIntegerField(default=0, editable=False)),
                ('attended_count', models.PositiveIntegerField(blank=True, editable=False, null=True)),
                ('notes', models.TextField(blank=True, verbose_name='notes')),
                ('archived_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('archived_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('branch', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='batches', to='institutions.branch', verbose_name='branch')),
                ('course', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='batches', to='courses.course', verbose_name='course')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('department', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='batches', to='institutions.department', verbose_name='department')),
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'ordering': ['start_date', 'name', 'id'],
            },
        ),
        migrations.CreateModel(
            name='BatchEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
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
                ('attended_count', models.PositiveIntegerField(blank=True, editable=False, null=True)),
                ('notes', models.TextField(blank=True, verbose_name='notes')),
                ('archived_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('deleted_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('archived_by', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('branch', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.branch', verbose_name='branch')),
                ('course', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='courses.course', verbose_name='course')),
                ('created_by', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('department', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.department', verbose_name='department')),
                ('institution', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.institution')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='batches.batch')),
            ],
            options={
                'abstract': False,
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
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('instructor', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='calendar_feeds', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-created_at'],
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
                ('assigned_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('batch', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='instructor_assignments', to='batches.batch')),
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('instructor', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='instructor_assignments', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['from_date', 'id'],
            },
        ),
        migrations.CreateModel(
            name='InstructorAssignmentEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('role', models.CharField(choices=[('lead', 'Lead'), ('assistant', 'Assistant'), ('substitute', 'Substitute')], default='lead', max_length=10, verbose_name='role')),
                ('from_date', models.DateField(verbose_name='from')),
                ('until_date', models.DateField(blank=True, null=True, verbose_name='until')),
                ('notes', models.TextField(blank=True, verbose_name='notes')),
                ('assigned_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('batch', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='batches.batch')),
                ('institution', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.institution')),
                ('instructor', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='batches.instructorassignment')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='MeetingMember',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('batch', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='meeting_members', to='batches.batch')),
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
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
                ('batch', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='slots', to='batches.batch')),
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('instructor', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='slots', to=settings.AUTH_USER_MODEL, verbose_name='instructor')),
                ('room', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='slots', to='institutions.room', verbose_name='room')),
                ('subject', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='slots', to='courses.subject', verbose_name='subject')),
            ],
            options={
                'ordering': ['weekday', 'start_time', 'id'],
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
                ('batch', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to='batches.batch')),
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('instructor', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to=settings.AUTH_USER_MODEL, verbose_name='instructor')),
                ('locked_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('room', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='institutions.room', verbose_name='room')),
                ('subject', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='courses.subject', verbose_name='subject')),
                ('slot', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='sessions', to='batches.scheduleslot')),
            ],
            options={
                'ordering': ['date', 'start_time', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Booking',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('on_date', models.DateField()),
                ('period', django.contrib.postgres.fields.ranges.DateTimeRangeField()),
                ('institution', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='institutions.institution')),
                ('instructor', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='bookings', to=settings.AUTH_USER_MODEL)),
                ('room', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='bookings', to='institutions.room')),
                ('session', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='bookings', to='batches.classsession')),
                ('slot', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='bookings', to='batches.scheduleslot')),
            ],
        ),
        migrations.CreateModel(
            name='SharedMeeting',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('name', models.CharField(max_length=150, verbose_name='name')),
                ('batches', models.ManyToManyField(related_name='shared_meetings', through='batches.MeetingMember', to='batches.batch')),
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'ordering': ['name'],
            },
        ),
        migrations.CreateModel(
            name='ScheduleSlotEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('weekday', models.PositiveSmallIntegerField(choices=[(1, 'Monday'), (2, 'Tuesday'), (3, 'Wednesday'), (4, 'Thursday'), (5, 'Friday'), (6, 'Saturday'), (7, 'Sunday')], verbose_name='day')),
                ('start_time', models.TimeField(verbose_name='from')),
                ('end_time', models.TimeField(verbose_name='to')),
                ('batch', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='batches.batch')),
                ('institution', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.institution')),
                ('instructor', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='instructor')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='batches.scheduleslot')),
                ('room', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.room', verbose_name='room')),
                ('subject', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='courses.subject', verbose_name='subject')),
                ('shared_meeting', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='batches.sharedmeeting')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='scheduleslot',
            name='shared_meeting',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='slots', to='batches.sharedmeeting'),
        ),
        migrations.CreateModel(
            name='MeetingMemberEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('batch', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='batches.batch')),
                ('institution', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.institution')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='batches.meetingmember')),
                ('shared_meeting', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='batches.sharedmeeting')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='meetingmember',
            name='shared_meeting',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='members', to='batches.sharedmeeting'),
        ),
        migrations.CreateModel(
            name='ClassSessionEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
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
                ('sequence', models.PositiveIntegerField(default=0, editable=False)),
                ('batch', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='batches.batch')),
                ('institution', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.institution')),
                ('instructor', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='instructor')),
                ('locked_by', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='batches.classsession')),
                ('room', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.room', verbose_name='room')),
                ('subject', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='courses.subject', verbose_name='subject')),
                ('slot', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='batches.scheduleslot')),
                ('shared_meeting', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='batches.sharedmeeting')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='classsession',
            name='shared_meeting',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to='batches.sharedmeeting'),
        ),
        migrations.CreateModel(
            name='SharedMeetingEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('name', models.CharField(max_length=150, verbose_name='name')),
                ('institution', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.institution')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='batches.sharedmeeting')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddIndex(
            model_name='batch',
            index=models.Index(fields=['institution', 'status', 'start_date'], name='batch_by_status'),
        ),
        migrations.AddIndex(
            model_name='batch',
            index=models.Index(fields=['institution', 'start_date', 'id'], name='batch_by_start'),
        ),
        migrations.AddIndex(
            model_name='batch',
            index=models.Index(fields=['course'], name='batch_by_course'),
        ),
        migrations.AddConstraint(
            model_name='batch',
            constraint=models.UniqueConstraint(fields=('institution', 'id'), name='batch_of_institution'),
        ),
        migrations.AddConstraint(
            model_name='batch',
            constraint=muster.core.constraints.SameOwner(field='course', name='batch_course_of_same_institution', owner='institution', to='courses.Course', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='batch',
            constraint=muster.core.constraints.SameOwner(field='branch', name='batch_branch_of_same_institution', owner='institution', to='institutions.Branch', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='batch',
            constraint=muster.core.constraints.SameOwner(field='department', name='batch_department_of_same_institution', owner='institution', to='institutions.Department', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='batch',
            constraint=models.UniqueConstraint(models.F('institution'), django.db.models.functions.text.Lower('code'), condition=models.Q(('deleted_at__isnull', True)), name='one_batch_for_each_code', violation_error_message='Another batch has this code.'),
        ),
        migrations.AddConstraint(
            model_name='batch',
            constraint=models.CheckConstraint(condition=models.Q(('capacity__isnull', True), ('capacity__gte', django.db.models.expressions.CombinedExpression(models.F('enrolled_students'), '+', models.F('seats_offered'))), _connector='OR'), name='seats_held_never_exceed_capacity'),
        ),
        migrations.AddConstraint(
            model_name='batch',
            constraint=models.CheckConstraint(condition=models.Q(('capacity__isnull', True), ('capacity__gte', 1), _connector='OR'), name='capacity_is_at_least_one'),
        ),
        migrations.AddConstraint(
            model_name='batch',
            constraint=models.CheckConstraint(condition=models.Q(('start_date__isnull', True), ('end_date__isnull', True), ('end_date__gte', models.F('start_date')), _connector='OR'), name='batch_ends_after_it_starts'),
        ),
        migrations.AddConstraint(
            model_name='batch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'course'), _negated=True), models.Q(('capacity__isnull', False), ('course__isnull', False), ('end_date__isnull', False), ('start_date__isnull', False)), _connector='OR'), name='course_batch_is_dated_and_capped'),
        ),
        migrations.AddConstraint(
            model_name='batch',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'academic'), _negated=True), models.Q(('current_semester__isnull', False), ('department__isnull', False), ('year__isnull', False)), _connector='OR'), name='academic_batch_has_department_and_year'),
        ),
        migrations.AddConstraint(
            model_name='batch',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['Upcoming', 'Active', 'Completed', 'Cancelled'])), name='status_is_a_known_one'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='batch',
            trigger=pgtrigger.compiler.Trigger(name='seat_counters_are_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        -- Inside another trigger (depth 2) the counters follow the enrollments; at depth 1 somebody sets them by hand.\n        IF pg_trigger_depth() = 1 THEN\n            IF TG_OP = 'INSERT' AND (NEW.enrolled_students, NEW.seats_offered) IS DISTINCT FROM (0, 0)\n            OR TG_OP = 'UPDATE' AND (NEW.enrolled_students, NEW.seats_offered)\n                IS DISTINCT FROM (OLD.enrolled_students, OLD.seats_offered) THEN\n                RAISE EXCEPTION 'Seats are counted by the database' USING ERRCODE = 'check_violation', CONSTRAINT = 'seat_counters_follow_the_rows';\n            END IF;\n        END IF;\n        RETURN NEW;\n    ", hash='5ca33e0ce0dda9b9671f17709a18bfac846d7b51', operation='INSERT OR UPDATE', pgid='pgtrigger_seat_counters_are_kept_c5aac', table='batches_batch', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='batch',
            trigger=pgtrigger.compiler.Trigger(name='archived_batch_is_frozen', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        IF OLD.archived_at IS NOT NULL THEN\n            IF TG_OP = 'DELETE' THEN\n                RAISE EXCEPTION 'An archived batch does not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'archived_batch_does_not_change';\n            ELSIF NEW.archived_at IS NOT NULL\n            OR to_jsonb(NEW) - '{archived_at,archived_by_id,updated_at,version}'::text[]\n                IS DISTINCT FROM to_jsonb(OLD) - '{archived_at,archived_by_id,updated_at,version}'::text[] THEN\n                RAISE EXCEPTION 'An archived batch does not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'archived_batch_does_not_change';\n            END IF;\n        END IF;\n        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n        RETURN NEW;\n    ", hash='025e1becd3711ac0431a6e055d539b725ce7241a', operation='UPDATE OR DELETE', pgid='pgtrigger_archived_batch_is_frozen_d738c', table='batches_batch', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='batch',
            trigger=pgtrigger.compiler.Trigger(name='status_makes_allowed_moves', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            \n            IF \n        OLD.status IS DISTINCT FROM NEW.status\n        AND (OLD.status, NEW.status) NOT IN (\n            ('Upcoming', 'Active'), ('Active', 'Completed'), ('Upcoming', 'Cancelled'), ('Active', 'Cancelled')\n        )\n     THEN\n                RAISE EXCEPTION 'A batch moves from Upcoming to Active to Completed, or is cancelled before that' USING ERRCODE = 'check_violation', CONSTRAINT = 'status_makes_allowed_moves';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='ad16348075f5293fb180c347913af4e54ebb8b06', operation='UPDATE OF "status"', pgid='pgtrigger_status_makes_allowed_moves_580e2', table='batches_batch', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='batch',
            trigger=pgtrigger.compiler.Trigger(name='rebook_batch', sql=pgtrigger.compiler.UpsertTriggerSql(func='PERFORM muster_rebook_batch(NEW.id); RETURN NEW;', hash='4ac21164de7ef3259d27f6338aa676f6fc9a61ff', operation='UPDATE OF "status", "start_date", "end_date", "branch_id", "archived_at", "deleted_at"', pgid='pgtrigger_rebook_batch_b502f', table='batches_batch', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='batch',
            trigger=pgtrigger.compiler.Trigger(name='keep_sessions', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."archived_at" IS DISTINCT FROM (NEW."archived_at") OR OLD."branch_id" IS DISTINCT FROM (NEW."branch_id") OR OLD."deleted_at" IS DISTINCT FROM (NEW."deleted_at") OR OLD."end_date" IS DISTINCT FROM (NEW."end_date") OR OLD."start_date" IS DISTINCT FROM (NEW."start_date") OR OLD."status" IS DISTINCT FROM (NEW."status"))', func='PERFORM muster_keep_sessions(NEW.id); RETURN NULL;', hash='6982e6aa0ca63412f2cda99510808be936ebaa81', operation='UPDATE OF "status", "start_date", "end_date", "branch_id", "archived_at", "deleted_at"', pgid='pgtrigger_keep_sessions_7fd45', table='batches_batch', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='batch',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "batches_batchevent" ("archived_at", "archived_by_id", "attended_count", "auto_rollover", "branch_id", "capacity", "code", "course_id", "created_at", "created_by_id", "current_semester", "deleted_at", "department_id", "end_date", "id", "institution_id", "kind", "name", "notes", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start_date", "status", "status_pinned", "waitlist_capacity", "year") SELECT new_values."archived_at", new_values."archived_by_id", new_values."attended_count", new_values."auto_rollover", new_values."branch_id", new_values."capacity", new_values."code", new_values."course_id", new_values."created_at", new_values."created_by_id", new_values."current_semester", new_values."deleted_at", new_values."department_id", new_values."end_date", new_values."id", new_values."institution_id", new_values."kind", new_values."name", new_values."notes", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', new_values."id", new_values."start_date", new_values."status", new_values."status_pinned", new_values."waitlist_capacity", new_values."year" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='3e313275b9627c9a22dd581792cca19d764fb58c', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_e9284', referencing='REFERENCING NEW TABLE AS new_values ', table='batches_batch', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='batch',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "batches_batchevent" ("archived_at", "archived_by_id", "attended_count", "auto_rollover", "branch_id", "capacity", "code", "course_id", "created_at", "created_by_id", "current_semester", "deleted_at", "department_id", "end_date", "id", "institution_id", "kind", "name", "notes", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start_date", "status", "status_pinned", "waitlist_capacity", "year") SELECT new_values."archived_at", new_values."archived_by_id", new_values."attended_count", new_values."auto_rollover", new_values."branch_id", new_values."capacity", new_values."code", new_values."course_id", new_values."created_at", new_values."created_by_id", new_values."current_semester", new_values."deleted_at", new_values."department_id", new_values."end_date", new_values."id", new_values."institution_id", new_values."kind", new_values."name", new_values."notes", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', new_values."id", new_values."start_date", new_values."status", new_values."status_pinned", new_values."waitlist_capacity", new_values."year" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."archived_at" IS DISTINCT FROM (new_values."archived_at") OR old_values."archived_by_id" IS DISTINCT FROM (new_values."archived_by_id") OR old_values."attended_count" IS DISTINCT FROM (new_values."attended_count") OR old_values."auto_rollover" IS DISTINCT FROM (new_values."auto_rollover") OR old_values."branch_id" IS DISTINCT FROM (new_values."branch_id") OR old_values."capacity" IS DISTINCT FROM (new_values."capacity") OR old_values."code" IS DISTINCT FROM (new_values."code") OR old_values."course_id" IS DISTINCT FROM (new_values."course_id") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."created_by_id" IS DISTINCT FROM (new_values."created_by_id") OR old_values."current_semester" IS DISTINCT FROM (new_values."current_semester") OR old_values."deleted_at" IS DISTINCT FROM (new_values."deleted_at") OR old_values."department_id" IS DISTINCT FROM (new_values."department_id") OR old_values."end_date" IS DISTINCT FROM (new_values."end_date") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."institution_id" IS DISTINCT FROM (new_values."institution_id") OR old_values."kind" IS DISTINCT FROM (new_values."kind") OR old_values."name" IS DISTINCT FROM (new_values."name") OR old_values."notes" IS DISTINCT FROM (new_values."notes") OR old_values."start_date" IS DISTINCT FROM (new_values."start_date") OR old_values."status" IS DISTINCT FROM (new_values."status") OR old_values."status_pinned" IS DISTINCT FROM (new_values."status_pinned") OR old_values."waitlist_capacity" IS DISTINCT FROM (new_values."waitlist_capacity") OR old_values."year" IS DISTINCT FROM (new_values."year")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='c24f7a78d5ec911afba7e35e27d76839a98bd793', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_a4968', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='batches_batch', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='batch',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "batches_batchevent" ("archived_at", "archived_by_id", "attended_count", "auto_rollover", "branch_id", "capacity", "code", "course_id", "created_at", "created_by_id", "current_semester", "deleted_at", "department_id", "end_date", "id", "institution_id", "kind", "name", "notes", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "start_date", "status", "status_pinned", "waitlist_capacity", "year") SELECT old_values."archived_at", old_values."archived_by_id", old_values."attended_count", old_values."auto_rollover", old_values."branch_id", old_values."capacity", old_values."code", old_values."course_id", old_values."created_at", old_values."created_by_id", old_values."current_semester", old_values."deleted_at", old_values."department_id", old_values."end_date", old_values."id", old_values."institution_id", old_values."kind", old_values."name", old_values."notes", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', old_values."id", old_values."start_date", old_values."status", old_values."status_pinned", old_values."waitlist_capacity", old_values."year" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='e4150f3d844c416154c07b69bb3b368c90e0e3f5', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_d75bf', referencing='REFERENCING OLD TABLE AS old_values ', table='batches_batch', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='batchevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b54b2e73165ea2291cb09ac93b422172c73acaeb', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_930f5', table='batches_batchevent', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='calendarfeed',
            index=models.Index(fields=['user', 'institution'], name='calendar_feed_by_owner'),
        ),
        migrations.AddConstraint(
            model_name='calendarfeed',
            constraint=muster.core.constraints.SameOwner(field='batch', name='calendar_feed_batch_of_same_institution', owner='institution', to='batches.Batch', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='calendarfeed',
            constraint=muster.core.constraints.SameOwner(field='instructor', name='calendar_feed_instructor_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')),
        ),
        migrations.AddConstraint(
            model_name='calendarfeed',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('batch__isnull', True), ('instructor__isnull', True), ('kind', 'personal')), models.Q(('batch__isnull', False), ('instructor__isnull', True), ('kind', 'batch')), models.Q(('batch__isnull', True), ('instructor__isnull', False), ('kind', 'instructor')), _connector='OR'), name='calendar_feed_names_what_it_shows'),
        ),
        migrations.AddIndex(
            model_name='instructorassignment',
            index=models.Index(fields=['batch', 'role'], name='assignment_by_batch'),
        ),
        migrations.AddIndex(
            model_name='instructorassignment',
            index=models.Index(fields=['instructor', 'until_date'], name='assignment_by_instructor'),
        ),
        migrations.AddConstraint(
            model_name='instructorassignment',
            constraint=muster.core.constraints.SameOwner(field='batch', name='instructor_assignment_batch_of_same_institution', owner='institution', to='batches.Batch', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='instructorassignment',
            constraint=muster.core.constraints.SameOwner(field='instructor', name='instructor_assignment_instructor_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')),
        ),
        migrations.AddConstraint(
            model_name='instructorassignment',
            constraint=models.CheckConstraint(condition=models.Q(('until_date__isnull', True), ('until_date__gte', django.db.models.expressions.CombinedExpression(models.F('from_date'), '-', models.Value(1))), _connector='OR'), name='assignment_ends_after_it_starts'),
        ),
        migrations.AddConstraint(
            model_name='instructorassignment',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['lead', 'assistant', 'substitute'])), name='assignment_role_is_known'),
        ),
        migrations.AddConstraint(
            model_name='instructorassignment',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('role', 'lead')), expressions=[(muster.core.constraints.SameId(models.F('batch_id'), 0), '&&'), (muster.core.constraints.DaysOf(models.F('from_date'), django.db.models.expressions.CombinedExpression(models.F('until_date'), '+', models.Value(1))), '&&')], name='one_lead_on_one_day'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='instructorassignment',
            trigger=pgtrigger.compiler.Trigger(name='assignment_to_archived_batch_is_frozen', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE frozen_batch uuid;', func="\n            IF NOT (FALSE) THEN\n                SELECT id INTO frozen_batch FROM (\n                    SELECT id, archived_at FROM batches_batch\n                    WHERE id IN (\n                        CASE WHEN TG_OP <> 'DELETE' THEN NEW.batch_id END, CASE WHEN TG_OP <> 'INSERT' THEN OLD.batch_id END\n                    )\n                    ORDER BY id FOR SHARE\n                ) AS held WHERE archived_at IS NOT NULL LIMIT 1;\n                IF frozen_batch IS NOT NULL THEN\n                    RAISE EXCEPTION 'An archived batch does not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'archived_batch_does_not_change';\n                END IF;\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='c3072e36338c994c9b411f50bf978d2db76b473b', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_assignment_to_archived_batch_is_frozen_254b0', table='batches_instructorassignment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='instructorassignment',
            trigger=pgtrigger.compiler.Trigger(name='teacher_of_running_batch_holds_the_role', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW.until_date IS NULL OR NEW.until_date >= NEW.from_date)', func="\n        IF EXISTS (\n            SELECT FROM batches_batch AS batch\n            JOIN institutions_institution AS institution ON institution.id = batch.institution_id\n            WHERE batch.id = NEW.batch_id AND batch.status IN ('Upcoming', 'Active') AND batch.deleted_at IS NULL\n            AND coalesce(NEW.until_date, 'infinity') >= (now() AT TIME ZONE institution.time_zone)::date\n        ) THEN\n            PERFORM FROM institutions_affiliation\n            WHERE institution_id = NEW.institution_id AND user_id = NEW.instructor_id FOR SHARE;\n            PERFORM FROM institutions_membership\n            WHERE institution_id = NEW.institution_id AND user_id = NEW.instructor_id AND role = 'instructor'\n            ORDER BY id FOR KEY SHARE;\n            IF NOT EXISTS (\n                SELECT FROM institutions_membership AS membership\n                JOIN institutions_affiliation AS affiliation\n                    ON affiliation.institution_id = membership.institution_id\n                    AND affiliation.user_id = membership.user_id\n                JOIN accounts_user AS account ON account.id = membership.user_id\n                WHERE membership.institution_id = NEW.institution_id AND membership.user_id = NEW.instructor_id\n                AND membership.role = 'instructor' AND affiliation.is_active AND account.is_active\n            ) THEN\n                RAISE EXCEPTION 'Assigned instructor must have instructor role' USING ERRCODE = 'check_violation', CONSTRAINT = 'teacher_holds_the_role';\n            END IF;\n        END IF;\n        RETURN NEW;\n    ", hash='95ffeea83f66d1a2d984542db4d432a611164609', operation='INSERT OR UPDATE OF "instructor_id", "batch_id", "from_date", "until_date"', pgid='pgtrigger_teacher_of_running_batch_holds_the_role_09959', table='batches_instructorassignment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='instructorassignment',
            trigger=pgtrigger.compiler.Trigger(name='rebook_assignment', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP <> 'INSERT' THEN PERFORM muster_rebook_batch(OLD.batch_id); END IF;\n            IF TG_OP <> 'DELETE' AND (TG_OP = 'INSERT' OR NEW.batch_id <> OLD.batch_id) THEN\n                PERFORM muster_rebook_batch(NEW.batch_id);\n            END IF;\n            RETURN NULL;\n        ", hash='93a79c2071d5e723f1f77d574e2b40ce6b65fe92', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_rebook_assignment_a95bd', table='batches_instructorassignment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='instructorassignment',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "batches_instructorassignmentevent" ("assigned_by_id", "batch_id", "created_at", "from_date", "id", "institution_id", "instructor_id", "notes", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "until_date") SELECT new_values."assigned_by_id", new_values."batch_id", new_values."created_at", new_values."from_date", new_values."id", new_values."institution_id", new_values."instructor_id", new_values."notes", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', new_values."id", new_values."role", new_values."until_date" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='bdf92f9e29ddf886da0fa3b85af30c8e5cdda184', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_f4eae', referencing='REFERENCING NEW TABLE AS new_values ', table='batches_instructorassignment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='instructorassignment',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "batches_instructorassignmentevent" ("assigned_by_id", "batch_id", "created_at", "from_date", "id", "institution_id", "instructor_id", "notes", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "until_date") SELECT new_values."assigned_by_id", new_values."batch_id", new_values."created_at", new_values."from_date", new_values."id", new_values."institution_id", new_values."instructor_id", new_values."notes", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', new_values."id", new_values."role", new_values."until_date" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."assigned_by_id" IS DISTINCT FROM (new_values."assigned_by_id") OR old_values."batch_id" IS DISTINCT FROM (new_values."batch_id") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."from_date" IS DISTINCT FROM (new_values."from_date") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."institution_id" IS DISTINCT FROM (new_values."institution_id") OR old_values."instructor_id" IS DISTINCT FROM (new_values."instructor_id") OR old_values."notes" IS DISTINCT FROM (new_values."notes") OR old_values."role" IS DISTINCT FROM (new_values."role") OR old_values."until_date" IS DISTINCT FROM (new_values."until_date")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='bcd22258156fb0f59b14ccf99d201798ede10b66', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_d0dd2', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='batches_instructorassignment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='instructorassignment',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "batches_instructorassignmentevent" ("assigned_by_id", "batch_id", "created_at", "from_date", "id", "institution_id", "instructor_id", "notes", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "role", "until_date") SELECT old_values."assigned_by_id", old_values."batch_id", old_values."created_at", old_values."from_date", old_values."id", old_values."institution_id", old_values."instructor_id", old_values."notes", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', old_values."id", old_values."role", old_values."until_date" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='60b3305f728ba0855ba0542485d4a7258f1a0b06', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_bc075', referencing='REFERENCING OLD TABLE AS old_values ', table='batches_instructorassignment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='instructorassignmentevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='1c05e60a6fb29a82d9a5a7eff6c955bf80f32aed', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_32e29', table='batches_instructorassignmentevent', when='BEFORE')),
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
            model_name='booking',
            index=models.Index(condition=models.Q(('session__isnull', False)), fields=['session'], name='booking_by_session'),
        ),
        migrations.AddConstraint(
            model_name='booking',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('instructor__isnull', False), ('room__isnull', True)), models.Q(('instructor__isnull', True), ('room__isnull', False)), _connector='OR'), name='booking_is_of_one_instructor_or_one_room'),
        ),
        migrations.AddConstraint(
            model_name='booking',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('session__isnull', True), ('slot__isnull', False)), models.Q(('session__isnull', False), ('slot__isnull', True)), _connector='OR'), name='booking_is_of_one_slot_or_one_session'),
        ),
        migrations.AddConstraint(
            model_name='booking',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('instructor__isnull', False)), deferrable=django.db.models.constraints.Deferrable['IMMEDIATE'], expressions=[(muster.core.constraints.SameId(models.F('instructor_id'), muster.batches.models.booking.SeededHash(models.F('institution_id'), 0)), '&&'), ('period', '&&')], name='instructor_is_in_one_place_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='booking',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('room__isnull', False)), deferrable=django.db.models.constraints.Deferrable['IMMEDIATE'], expressions=[(muster.core.constraints.SameId(models.F('room_id'), 0), '&&'), ('period', '&&')], name='room_holds_one_meeting_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='sharedmeeting',
            constraint=models.UniqueConstraint(fields=('institution', 'id'), name='shared_meeting_of_institution'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sharedmeeting',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "batches_sharedmeetingevent" ("created_at", "id", "institution_id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT new_values."created_at", new_values."id", new_values."institution_id", new_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', new_values."id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='00059ede83a3743c9ba3f430239c38503cf3ab24', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_fed0a', referencing='REFERENCING NEW TABLE AS new_values ', table='batches_sharedmeeting', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sharedmeeting',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "batches_sharedmeetingevent" ("created_at", "id", "institution_id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT new_values."created_at", new_values."id", new_values."institution_id", new_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', new_values."id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."institution_id" IS DISTINCT FROM (new_values."institution_id") OR old_values."name" IS DISTINCT FROM (new_values."name")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='edda4f4ce83206177abdb9e7fbcf6e6f4e688d31', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_21645', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='batches_sharedmeeting', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sharedmeeting',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "batches_sharedmeetingevent" ("created_at", "id", "institution_id", "name", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id") SELECT old_values."created_at", old_values."id", old_values."institution_id", old_values."name", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', old_values."id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='df9af7668390b5b8b5dfbe5b36e12c672969a6b0', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_74bb0', referencing='REFERENCING OLD TABLE AS old_values ', table='batches_sharedmeeting', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scheduleslotevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='645ab81993b84dc547956903fedfd515d20b228e', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_482dd', table='batches_scheduleslotevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='scheduleslot',
            constraint=models.UniqueConstraint(fields=('institution', 'id'), name='schedule_slot_of_institution'),
        ),
        migrations.AddConstraint(
            model_name='scheduleslot',
            constraint=muster.core.constraints.SameOwner(field='batch', name='schedule_slot_batch_of_same_institution', owner='institution', to='batches.Batch', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='scheduleslot',
            constraint=muster.core.constraints.SameOwner(field='shared_meeting', name='schedule_slot_shared_meeting_of_same_institution', owner='institution', to='batches.SharedMeeting', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='scheduleslot',
            constraint=muster.core.constraints.SameOwner(field='room', name='schedule_slot_room_of_same_institution', owner='institution', to='institutions.Room', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='scheduleslot',
            constraint=muster.core.constraints.SameOwner(field='subject', name='schedule_slot_subject_of_same_institution', owner='institution', to='courses.Subject', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='scheduleslot',
            constraint=muster.core.constraints.SameOwner(field='instructor', name='schedule_slot_instructor_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')),
        ),
        migrations.AddConstraint(
            model_name='scheduleslot',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('batch__isnull', False), ('shared_meeting__isnull', True)), models.Q(('batch__isnull', True), ('shared_meeting__isnull', False)), _connector='OR'), name='slot_is_of_one_batch_or_one_meeting'),
        ),
        migrations.AddConstraint(
            model_name='scheduleslot',
            constraint=models.CheckConstraint(condition=models.Q(('end_time__gt', models.F('start_time'))), name='slot_ends_after_it_starts'),
        ),
        migrations.AddConstraint(
            model_name='scheduleslot',
            constraint=models.CheckConstraint(condition=models.Q(('weekday__gte', 1), ('weekday__lte', 7)), name='weekday_is_one_of_seven'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scheduleslot',
            trigger=pgtrigger.compiler.Trigger(name='slot_of_archived_batch_is_frozen', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE frozen_batch uuid;', func="\n            IF NOT (FALSE) THEN\n                SELECT id INTO frozen_batch FROM (\n                    SELECT id, archived_at FROM batches_batch\n                    WHERE id IN (\n                        CASE WHEN TG_OP <> 'DELETE' THEN NEW.batch_id END, CASE WHEN TG_OP <> 'INSERT' THEN OLD.batch_id END\n                    )\n                    ORDER BY id FOR SHARE\n                ) AS held WHERE archived_at IS NOT NULL LIMIT 1;\n                IF frozen_batch IS NOT NULL THEN\n                    RAISE EXCEPTION 'An archived batch does not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'archived_batch_does_not_change';\n                END IF;\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='bff847ce2e71bbae50e2c08fda198d612a8c15c2', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_slot_of_archived_batch_is_frozen_0dae5', table='batches_scheduleslot', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scheduleslot',
            trigger=pgtrigger.compiler.Trigger(name='archived_meeting_is_frozen', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        IF OLD.shared_meeting_id IS NOT NULL AND EXISTS (\n            SELECT FROM batches_meetingmember WHERE shared_meeting_id = OLD.shared_meeting_id\n        ) AND NOT EXISTS (\n            SELECT FROM batches_meetingmember AS member JOIN batches_batch AS batch ON batch.id = member.batch_id\n            WHERE member.shared_meeting_id = OLD.shared_meeting_id AND batch.archived_at IS NULL\n        ) THEN\n            RAISE EXCEPTION 'An archived batch does not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'archived_batch_does_not_change';\n        END IF;\n        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n        RETURN NEW;\n    ", hash='4181653161b32e01a156042347d0bebc045ec2cc', operation='UPDATE OR DELETE', pgid='pgtrigger_archived_meeting_is_frozen_83e4a', table='batches_scheduleslot', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scheduleslot',
            trigger=pgtrigger.compiler.Trigger(name='rebook_slot', sql=pgtrigger.compiler.UpsertTriggerSql(func='PERFORM muster_rebook_slot(NEW.id); RETURN NEW;', hash='61a5f6506a0a7f6bd23abded6af539e9896d32a0', operation='INSERT OR UPDATE', pgid='pgtrigger_rebook_slot_393b5', table='batches_scheduleslot', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scheduleslot',
            trigger=pgtrigger.compiler.Trigger(name='unbook_slot', sql=pgtrigger.compiler.UpsertTriggerSql(func='\n        DELETE FROM batches_booking WHERE slot_id = OLD.id;\n        -- What was planned from it goes with it; what was held, edited, locked or is past stays without it.\n        PERFORM muster_drop_sessions(OLD.id);\n        UPDATE batches_classsession SET slot_id = NULL WHERE slot_id = OLD.id;\n        RETURN OLD;\n    ', hash='a38021e309fa8393e671fcf6afdd0bdd326cc099', operation='DELETE', pgid='pgtrigger_unbook_slot_7ba01', table='batches_scheduleslot', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scheduleslot',
            trigger=pgtrigger.compiler.Trigger(name='new_slots_make_sessions', sql=pgtrigger.compiler.UpsertTriggerSql(func='PERFORM muster_make_sessions(ARRAY(SELECT id FROM new_slots)); RETURN NULL;', hash='b7ef7de2a4e90ddbbaab516e4c6a5a027c4913ee', level='STATEMENT', operation='INSERT', pgid='pgtrigger_new_slots_make_sessions_fb1e9', referencing='REFERENCING NEW TABLE AS new_slots ', table='batches_scheduleslot', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scheduleslot',
            trigger=pgtrigger.compiler.Trigger(name='changed_slots_make_sessions', sql=pgtrigger.compiler.UpsertTriggerSql(func='PERFORM muster_make_sessions(ARRAY(SELECT id FROM new_slots)); RETURN NULL;', hash='1ecc71a67e0062d62e4d666b5ec18a2127ec372a', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_changed_slots_make_sessions_1ec48', referencing='REFERENCING NEW TABLE AS new_slots ', table='batches_scheduleslot', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scheduleslot',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "batches_scheduleslotevent" ("batch_id", "created_at", "end_time", "id", "institution_id", "instructor_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "room_id", "shared_meeting_id", "start_time", "subject_id", "weekday") SELECT new_values."batch_id", new_values."created_at", new_values."end_time", new_values."id", new_values."institution_id", new_values."instructor_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', new_values."id", new_values."room_id", new_values."shared_meeting_id", new_values."start_time", new_values."subject_id", new_values."weekday" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='5eda611bee9eb9d96064a30d7fcf42729353bac9', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_5e890', referencing='REFERENCING NEW TABLE AS new_values ', table='batches_scheduleslot', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scheduleslot',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "batches_scheduleslotevent" ("batch_id", "created_at", "end_time", "id", "institution_id", "instructor_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "room_id", "shared_meeting_id", "start_time", "subject_id", "weekday") SELECT new_values."batch_id", new_values."created_at", new_values."end_time", new_values."id", new_values."institution_id", new_values."instructor_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', new_values."id", new_values."room_id", new_values."shared_meeting_id", new_values."start_time", new_values."subject_id", new_values."weekday" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."batch_id" IS DISTINCT FROM (new_values."batch_id") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."end_time" IS DISTINCT FROM (new_values."end_time") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."institution_id" IS DISTINCT FROM (new_values."institution_id") OR old_values."instructor_id" IS DISTINCT FROM (new_values."instructor_id") OR old_values."room_id" IS DISTINCT FROM (new_values."room_id") OR old_values."shared_meeting_id" IS DISTINCT FROM (new_values."shared_meeting_id") OR old_values."start_time" IS DISTINCT FROM (new_values."start_time") OR old_values."subject_id" IS DISTINCT FROM (new_values."subject_id") OR old_values."weekday" IS DISTINCT FROM (new_values."weekday")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='86e3a9200ee66e6eb5c0a21df0ec0a65caef39d9', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_8f286', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='batches_scheduleslot', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='scheduleslot',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "batches_scheduleslotevent" ("batch_id", "created_at", "end_time", "id", "institution_id", "instructor_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "room_id", "shared_meeting_id", "start_time", "subject_id", "weekday") SELECT old_values."batch_id", old_values."created_at", old_values."end_time", old_values."id", old_values."institution_id", old_values."instructor_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', old_values."id", old_values."room_id", old_values."shared_meeting_id", old_values."start_time", old_values."subject_id", old_values."weekday" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='425207a5f42645d859329f329099be24db3605a0', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_a386a', referencing='REFERENCING OLD TABLE AS old_values ', table='batches_scheduleslot', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='meetingmemberevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d35029ed689c5c5380dfcbe0a8b1729caa5bcd59', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_152ac', table='batches_meetingmemberevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='meetingmember',
            constraint=muster.core.constraints.SameOwner(field='shared_meeting', name='meeting_member_shared_meeting_of_same_institution', owner='institution', to='batches.SharedMeeting', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='meetingmember',
            constraint=muster.core.constraints.SameOwner(field='batch', name='meeting_member_batch_of_same_institution', owner='institution', to='batches.Batch', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='meetingmember',
            constraint=models.UniqueConstraint(fields=('shared_meeting', 'batch'), name='one_place_in_a_shared_meeting'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='meetingmember',
            trigger=pgtrigger.compiler.Trigger(name='member_of_archived_batch_is_frozen', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE frozen_batch uuid;', func="\n            IF NOT (FALSE) THEN\n                SELECT id INTO frozen_batch FROM (\n                    SELECT id, archived_at FROM batches_batch\n                    WHERE id IN (\n                        CASE WHEN TG_OP <> 'DELETE' THEN NEW.batch_id END, CASE WHEN TG_OP <> 'INSERT' THEN OLD.batch_id END\n                    )\n                    ORDER BY id FOR SHARE\n                ) AS held WHERE archived_at IS NOT NULL LIMIT 1;\n                IF frozen_batch IS NOT NULL THEN\n                    RAISE EXCEPTION 'An archived batch does not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'archived_batch_does_not_change';\n                END IF;\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='8834b371a07acd0619daf1cf524944e57dd3d4a4', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_member_of_archived_batch_is_frozen_d99b5', table='batches_meetingmember', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='meetingmember',
            trigger=pgtrigger.compiler.Trigger(name='rebook_member', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        PERFORM muster_rebook_slot(slot.id) FROM batches_scheduleslot AS slot\n        WHERE slot.shared_meeting_id IN (\n            CASE WHEN TG_OP <> 'DELETE' THEN NEW.shared_meeting_id END,\n            CASE WHEN TG_OP <> 'INSERT' THEN OLD.shared_meeting_id END\n        );\n        PERFORM muster_rebook_session(session.id) FROM batches_classsession AS session\n        WHERE session.is_edited AND session.shared_meeting_id IN (\n            CASE WHEN TG_OP <> 'DELETE' THEN NEW.shared_meeting_id END,\n            CASE WHEN TG_OP <> 'INSERT' THEN OLD.shared_meeting_id END\n        );\n        PERFORM muster_make_sessions(ARRAY(\n            SELECT id FROM batches_scheduleslot WHERE shared_meeting_id IN (\n                CASE WHEN TG_OP <> 'DELETE' THEN NEW.shared_meeting_id END,\n                CASE WHEN TG_OP <> 'INSERT' THEN OLD.shared_meeting_id END\n            )\n        ));\n        RETURN NULL;\n    ", hash='e7569a63745886616020a322c99993d41e4d3e27', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_rebook_member_d86a2', table='batches_meetingmember', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='meetingmember',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "batches_meetingmemberevent" ("batch_id", "created_at", "id", "institution_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "shared_meeting_id") SELECT new_values."batch_id", new_values."created_at", new_values."id", new_values."institution_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', new_values."id", new_values."shared_meeting_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='22d5b7ce6c3f8acd217fa5592931913031a6ec2c', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_4d33c', referencing='REFERENCING NEW TABLE AS new_values ', table='batches_meetingmember', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='meetingmember',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "batches_meetingmemberevent" ("batch_id", "created_at", "id", "institution_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "shared_meeting_id") SELECT new_values."batch_id", new_values."created_at", new_values."id", new_values."institution_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', new_values."id", new_values."shared_meeting_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."batch_id" IS DISTINCT FROM (new_values."batch_id") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."institution_id" IS DISTINCT FROM (new_values."institution_id") OR old_values."shared_meeting_id" IS DISTINCT FROM (new_values."shared_meeting_id")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='0f43e5a0a37f5f5ed6fda51fb5a0853f7dcce71b', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_cd7dc', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='batches_meetingmember', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='meetingmember',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "batches_meetingmemberevent" ("batch_id", "created_at", "id", "institution_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "shared_meeting_id") SELECT old_values."batch_id", old_values."created_at", old_values."id", old_values."institution_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', old_values."id", old_values."shared_meeting_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='cac4b78281c1d32a6a5c7a86efbb04b888261e5d', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_d680b', referencing='REFERENCING OLD TABLE AS old_values ', table='batches_meetingmember', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='classsessionevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='4737824ecba534ea05cbfe9408c3e684bf50f687', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_e2ea7', table='batches_classsessionevent', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='classsession',
            index=models.Index(fields=['institution', 'date'], name='session_by_date'),
        ),
        migrations.AddIndex(
            model_name='classsession',
            index=models.Index(condition=models.Q(('batch__isnull', False)), fields=['batch', 'date'], name='session_by_batch'),
        ),
        migrations.AddIndex(
            model_name='classsession',
            index=models.Index(condition=models.Q(('shared_meeting__isnull', False)), fields=['shared_meeting', 'date'], name='session_by_meeting'),
        ),
        migrations.AddIndex(
            model_name='classsession',
            index=models.Index(condition=models.Q(('is_locked', False), models.Q(('status', 'cancelled'), _negated=True)), fields=['institution', 'date'], name='session_unlocked_by_date'),
        ),
        migrations.AddConstraint(
            model_name='classsession',
            constraint=models.UniqueConstraint(fields=('institution', 'id'), name='class_session_of_institution'),
        ),
        migrations.AddConstraint(
            model_name='classsession',
            constraint=muster.core.constraints.SameOwner(field='batch', name='class_session_batch_of_same_institution', owner='institution', to='batches.Batch', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='classsession',
            constraint=muster.core.constraints.SameOwner(field='shared_meeting', name='class_session_shared_meeting_of_same_institution', owner='institution', to='batches.SharedMeeting', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='classsession',
            constraint=muster.core.constraints.SameOwner(field='slot', name='class_session_slot_of_same_institution', owner='institution', to='batches.ScheduleSlot', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='classsession',
            constraint=muster.core.constraints.SameOwner(field='subject', name='class_session_subject_of_same_institution', owner='institution', to='courses.Subject', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='classsession',
            constraint=muster.core.constraints.SameOwner(field='room', name='class_session_room_of_same_institution', owner='institution', to='institutions.Room', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='classsession',
            constraint=muster.core.constraints.SameOwner(field='instructor', name='class_session_instructor_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')),
        ),
        migrations.AddConstraint(
            model_name='classsession',
            constraint=models.UniqueConstraint(fields=('slot', 'slot_date'), name='one_session_of_a_slot_for_each_day'),
        ),
        migrations.AddConstraint(
            model_name='classsession',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('batch__isnull', False), ('shared_meeting__isnull', True)), models.Q(('batch__isnull', True), ('shared_meeting__isnull', False)), _connector='OR'), name='session_is_of_one_batch_or_one_meeting'),
        ),
        migrations.AddConstraint(
            model_name='classsession',
            constraint=models.CheckConstraint(condition=models.Q(('slot__isnull', True), ('slot_date__isnull', False), _connector='OR'), name='session_of_a_slot_has_its_day'),
        ),
        migrations.AddConstraint(
            model_name='classsession',
            constraint=models.CheckConstraint(condition=models.Q(('slot_date__isnull', False), ('is_edited', True), _connector='OR'), name='session_without_a_slot_is_made_by_hand'),
        ),
        migrations.AddConstraint(
            model_name='classsession',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('end_time__isnull', True), ('start_time__isnull', True)), models.Q(('end_time__gt', models.F('start_time')), ('end_time__isnull', False), ('start_time__isnull', False)), _connector='OR'), name='session_ends_after_it_starts'),
        ),
        migrations.AddConstraint(
            model_name='classsession',
            constraint=models.CheckConstraint(condition=models.Q(('session_type__in', ['THEORY', 'PRACTICAL', 'WBL', 'ASSESSMENT', 'ORIENTATION', 'OTHER'])), name='session_type_is_a_known_one'),
        ),
        migrations.AddConstraint(
            model_name='classsession',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['scheduled', 'held', 'cancelled'])), name='session_status_is_a_known_one'),
        ),
        migrations.AddConstraint(
            model_name='classsession',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('is_locked', False), ('locked_at__isnull', True)), models.Q(('is_locked', True), ('locked_at__isnull', False)), _connector='OR'), name='locked_session_says_since_when'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='classsession',
            trigger=pgtrigger.compiler.Trigger(name='session_of_archived_batch_is_frozen', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE frozen_batch uuid;', func="\n            IF NOT (FALSE) THEN\n                SELECT id INTO frozen_batch FROM (\n                    SELECT id, archived_at FROM batches_batch\n                    WHERE id IN (\n                        CASE WHEN TG_OP <> 'DELETE' THEN NEW.batch_id END, CASE WHEN TG_OP <> 'INSERT' THEN OLD.batch_id END\n                    )\n                    ORDER BY id FOR SHARE\n                ) AS held WHERE archived_at IS NOT NULL LIMIT 1;\n                IF frozen_batch IS NOT NULL THEN\n                    RAISE EXCEPTION 'An archived batch does not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'archived_batch_does_not_change';\n                END IF;\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='9a8fee7df9fe6d28ea3bae22e3ee77579e75ff5a', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_session_of_archived_batch_is_frozen_b721d', table='batches_classsession', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='classsession',
            trigger=pgtrigger.compiler.Trigger(name='archived_meeting_has_no_new_session', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE open_batches integer;', func="\n            IF NEW.shared_meeting_id IS NOT NULL OR OLD.shared_meeting_id IS NOT NULL THEN\n                -- Held, so that archiving and the change never pass each other.\n                SELECT count(*) FILTER (WHERE archived_at IS NULL) INTO open_batches FROM (\n                    SELECT batch.archived_at FROM batches_batch AS batch\n                    JOIN batches_meetingmember AS member ON member.batch_id = batch.id\n                    WHERE member.shared_meeting_id = coalesce(NEW.shared_meeting_id, OLD.shared_meeting_id)\n                    ORDER BY batch.id FOR SHARE OF batch\n                ) AS held;\n                IF open_batches = 0 AND EXISTS (\n                    SELECT FROM batches_meetingmember\n                    WHERE shared_meeting_id = coalesce(NEW.shared_meeting_id, OLD.shared_meeting_id)\n                ) THEN\n                    RAISE EXCEPTION 'An archived batch does not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'archived_batch_does_not_change';\n                END IF;\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='7307d906746ccb086854a1b1d4e454523d20b14f', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_archived_meeting_has_no_new_session_4b2f2', table='batches_classsession', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='classsession',
            trigger=pgtrigger.compiler.Trigger(name='locked_session_is_frozen', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."is_locked")', func="\n        IF TG_OP = 'DELETE' OR (NEW.slot_id IS NOT NULL AND NEW.slot_id IS DISTINCT FROM OLD.slot_id)\n        OR to_jsonb(NEW) - '{is_locked,locked_at,locked_by_id,slot_id,version,updated_at}'::text[]\n            IS DISTINCT FROM to_jsonb(OLD) - '{is_locked,locked_at,locked_by_id,slot_id,version,updated_at}'::text[] THEN\n            RAISE EXCEPTION 'A locked register does not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'locked_register_does_not_change';\n        END IF;\n        RETURN NEW;\n    ", hash='284cfcdf2a2c8739affe9cafbc80ea5a967099e4', operation='UPDATE OR DELETE', pgid='pgtrigger_locked_session_is_frozen_f9c1c', table='batches_classsession', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='classsession',
            trigger=pgtrigger.compiler.Trigger(name='session_counts_its_changes', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        IF (NEW.date, NEW.start_time, NEW.end_time, NEW.room_id, NEW.location, NEW.status = 'cancelled')\n            IS DISTINCT FROM (OLD.date, OLD.start_time, OLD.end_time, OLD.room_id, OLD.location, OLD.status = 'cancelled')\n        THEN\n            NEW.sequence = OLD.sequence + 1;\n        END IF;\n        RETURN NEW;\n    ", hash='a494a3122051c26420195d9fd7170e4328ea6865', operation='UPDATE', pgid='pgtrigger_session_counts_its_changes_87ee9', table='batches_classsession', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='classsession',
            trigger=pgtrigger.compiler.Trigger(name='rebook_session', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n        IF TG_OP = 'DELETE' THEN\n            IF OLD.is_edited THEN PERFORM muster_rebook_slot(OLD.slot_id); END IF;\n        ELSIF TG_OP = 'UPDATE' AND (NEW.date, NEW.start_time, NEW.end_time, NEW.room_id, NEW.instructor_id, NEW.is_edited, NEW.slot_id, NEW.batch_id, NEW.shared_meeting_id, NEW.status = 'cancelled') IS NOT DISTINCT FROM (OLD.date, OLD.start_time, OLD.end_time, OLD.room_id, OLD.instructor_id, OLD.is_edited, OLD.slot_id, OLD.batch_id, OLD.shared_meeting_id, OLD.status = 'cancelled') THEN\n            NULL;\n        ELSIF NEW.is_edited THEN\n            PERFORM muster_rebook_slot(NEW.slot_id);\n            PERFORM muster_rebook_session(NEW.id);\n        ELSIF TG_OP = 'UPDATE' AND OLD.is_edited THEN\n            PERFORM muster_rebook_session(NEW.id);\n            PERFORM muster_rebook_slot(NEW.slot_id);\n        END IF;\n        RETURN NULL;\n    ", hash='f3b4157d79c8699974e61de247f9125440b9ced3', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_rebook_session_6e88c', table='batches_classsession', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='classsession',
            trigger=pgtrigger.compiler.Trigger(name='unbook_session', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."is_edited")', func='DELETE FROM batches_booking WHERE session_id = OLD.id; RETURN OLD;', hash='89fd2855d4eea233a0d842a6224f7869d0455d41', operation='DELETE', pgid='pgtrigger_unbook_session_67838', table='batches_classsession', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='classsession',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "batches_classsessionevent" ("batch_id", "cancel_reason", "created_at", "date", "end_time", "id", "institution_id", "instructor_id", "is_edited", "is_locked", "location", "locked_at", "locked_by_id", "notes", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "room_id", "sequence", "session_type", "shared_meeting_id", "slot_date", "slot_id", "start_time", "status", "subject_id", "title") SELECT new_values."batch_id", new_values."cancel_reason", new_values."created_at", new_values."date", new_values."end_time", new_values."id", new_values."institution_id", new_values."instructor_id", new_values."is_edited", new_values."is_locked", new_values."location", new_values."locked_at", new_values."locked_by_id", new_values."notes", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', new_values."id", new_values."room_id", new_values."sequence", new_values."session_type", new_values."shared_meeting_id", new_values."slot_date", new_values."slot_id", new_values."start_time", new_values."status", new_values."subject_id", new_values."title" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='3888c06e42ae101e44177cd6eec2fac88795d678', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_1f96d', referencing='REFERENCING NEW TABLE AS new_values ', table='batches_classsession', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='classsession',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "batches_classsessionevent" ("batch_id", "cancel_reason", "created_at", "date", "end_time", "id", "institution_id", "instructor_id", "is_edited", "is_locked", "location", "locked_at", "locked_by_id", "notes", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "room_id", "sequence", "session_type", "shared_meeting_id", "slot_date", "slot_id", "start_time", "status", "subject_id", "title") SELECT new_values."batch_id", new_values."cancel_reason", new_values."created_at", new_values."date", new_values."end_time", new_values."id", new_values."institution_id", new_values."instructor_id", new_values."is_edited", new_values."is_locked", new_values."location", new_values."locked_at", new_values."locked_by_id", new_values."notes", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', new_values."id", new_values."room_id", new_values."sequence", new_values."session_type", new_values."shared_meeting_id", new_values."slot_date", new_values."slot_id", new_values."start_time", new_values."status", new_values."subject_id", new_values."title" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."batch_id" IS DISTINCT FROM (new_values."batch_id") OR old_values."cancel_reason" IS DISTINCT FROM (new_values."cancel_reason") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."date" IS DISTINCT FROM (new_values."date") OR old_values."end_time" IS DISTINCT FROM (new_values."end_time") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."institution_id" IS DISTINCT FROM (new_values."institution_id") OR old_values."instructor_id" IS DISTINCT FROM (new_values."instructor_id") OR old_values."is_edited" IS DISTINCT FROM (new_values."is_edited") OR old_values."is_locked" IS DISTINCT FROM (new_values."is_locked") OR old_values."location" IS DISTINCT FROM (new_values."location") OR old_values."locked_at" IS DISTINCT FROM (new_values."locked_at") OR old_values."locked_by_id" IS DISTINCT FROM (new_values."locked_by_id") OR old_values."notes" IS DISTINCT FROM (new_values."notes") OR old_values."room_id" IS DISTINCT FROM (new_values."room_id") OR old_values."sequence" IS DISTINCT FROM (new_values."sequence") OR old_values."session_type" IS DISTINCT FROM (new_values."session_type") OR old_values."shared_meeting_id" IS DISTINCT FROM (new_values."shared_meeting_id") OR old_values."slot_id" IS DISTINCT FROM (new_values."slot_id") OR old_values."slot_date" IS DISTINCT FROM (new_values."slot_date") OR old_values."start_time" IS DISTINCT FROM (new_values."start_time") OR old_values."status" IS DISTINCT FROM (new_values."status") OR old_values."subject_id" IS DISTINCT FROM (new_values."subject_id") OR old_values."title" IS DISTINCT FROM (new_values."title")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='08d6b14a50a24a3d21bdf232ce879836c05f5283', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_dcab5', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='batches_classsession', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='classsession',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "batches_classsessionevent" ("batch_id", "cancel_reason", "created_at", "date", "end_time", "id", "institution_id", "instructor_id", "is_edited", "is_locked", "location", "locked_at", "locked_by_id", "notes", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "room_id", "sequence", "session_type", "shared_meeting_id", "slot_date", "slot_id", "start_time", "status", "subject_id", "title") SELECT old_values."batch_id", old_values."cancel_reason", old_values."created_at", old_values."date", old_values."end_time", old_values."id", old_values."institution_id", old_values."instructor_id", old_values."is_edited", old_values."is_locked", old_values."location", old_values."locked_at", old_values."locked_by_id", old_values."notes", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', old_values."id", old_values."room_id", old_values."sequence", old_values."session_type", old_values."shared_meeting_id", old_values."slot_date", old_values."slot_id", old_values."start_time", old_values."status", old_values."subject_id", old_values."title" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='5b61f8533d5288319dbd26370f2b6f893ffb2f2f', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_f5b33', referencing='REFERENCING OLD TABLE AS old_values ', table='batches_classsession', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='sharedmeetingevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='e281131f49f3f8e28adbd62f5d6430960279dfbd', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_2184f', table='batches_sharedmeetingevent', when='BEFORE')),
        ),
        muster.core.sql.InstallFunctions(
            app='batches',
        ),
    ]
