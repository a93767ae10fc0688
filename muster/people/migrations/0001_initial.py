import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
import muster.core.constraints
import muster.core.ids
import muster.core.triggers
import muster.people.models
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
            name='InstructorProfile',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('domain', models.CharField(blank=True, max_length=100, verbose_name='field')),
                ('bio', models.TextField(blank=True, verbose_name='about')),
                ('languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=35), blank=True, default=list, size=None, verbose_name='languages')),
                ('teaching_styles', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, size=None, verbose_name='teaching styles')),
                ('max_active_batches', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='maximum active batches')),
                ('max_mentees', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='maximum mentees')),
                ('average_rating', models.DecimalField(blank=True, decimal_places=2, editable=False, max_digits=3, null=True, verbose_name='average rating')),
                ('ratings', models.PositiveIntegerField(default=0, editable=False, verbose_name='ratings')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='instructor_profiles', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='instructor_profile_of_institution'), models.CheckConstraint(condition=models.Q(models.Q(('average_rating__isnull', True), ('ratings', 0)), models.Q(('average_rating__gte', 1), ('average_rating__lte', 5), ('ratings__gte', 1)), _connector='OR'), name='rating_is_1_to_5_where_there_is_one'), muster.core.constraints.SameOwner(field='user', name='instructor_profile_user_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')), models.UniqueConstraint(fields=('institution', 'user'), name='one_profile_for_each_instructor')],
                'triggers': [pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id', 'user_id')", hash='68ef4131f892ce3eaf9e57ba04fcd3bc55485347', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_fbfe9', table='people_instructorprofile', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."user_id", OLD."domain", OLD."bio", OLD."languages", OLD."teaching_styles", OLD."max_active_batches", OLD."max_mentees", OLD."average_rating", OLD."ratings") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."user_id", NEW."domain", NEW."bio", NEW."languages", NEW."teaching_styles", NEW."max_active_batches", NEW."max_mentees", NEW."average_rating", NEW."ratings"))', execute="muster_audit('{id,updated_at,version}', 'institution_id', 'user_id')", hash='f82b9957638889b46cdfbb63d62286637bafaa65', operation='UPDATE', pgid='pgtrigger_audit_changes_de7e2', table='people_instructorprofile', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='StaffNote',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('text', models.CharField(max_length=2000, verbose_name='note')),
                ('edited_at', models.DateTimeField(editable=False, null=True, verbose_name='edited')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('student', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='staff_notes', to=settings.AUTH_USER_MODEL)),
                ('written_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['student', '-id'], name='staff_note_by_student')],
                'verbose_name': 'note',
                'verbose_name_plural': 'notes',
                'ordering': ['-id'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='staff_note_of_institution'), muster.core.constraints.SameOwner(field='student', name='staff_note_student_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')), models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='staff_note_says_something')],
                'triggers': [pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='e2569c6aad47c994ef773dcfeb98310d3cd08bc0', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_8b838', table='people_staffnote', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."student_id", OLD."text", OLD."written_by_id", OLD."edited_at") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."student_id", NEW."text", NEW."written_by_id", NEW."edited_at"))', execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='eca8105216eca2d4eca808c2400ec32e5440dbeb', operation='UPDATE', pgid='pgtrigger_audit_changes_18441', table='people_staffnote', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='AvailabilityWindow',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('weekday', models.PositiveSmallIntegerField(choices=[(1, 'Monday'), (2, 'Tuesday'), (3, 'Wednesday'), (4, 'Thursday'), (5, 'Friday'), (6, 'Saturday'), (7, 'Sunday')], verbose_name='day')),
                ('start_time', models.TimeField(verbose_name='from')),
                ('end_time', models.TimeField(verbose_name='until')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('profile', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='windows', to='people.instructorprofile')),
            ],
            options={
                'ordering': ['weekday', 'start_time'],
                'constraints': [muster.core.constraints.SameOwner(field='profile', name='availability_window_profile_of_same_institution', owner='institution', to='people.InstructorProfile', to_columns=('institution_id', 'id')), models.CheckConstraint(condition=models.Q(('weekday__gte', 1), ('weekday__lte', 7)), name='window_weekday_is_1_to_7'), models.CheckConstraint(condition=models.Q(('end_time__gt', models.F('start_time'))), name='window_ends_after_it_starts'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[(muster.core.constraints.SameId(models.F('profile_id'), 0), '&&'), (muster.people.models.HoursOfWeek(models.F('weekday'), models.F('start_time'), models.F('end_time')), '&&')], name='windows_do_not_overlap')],
                'triggers': [pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id', 'profile_id')", hash='f11c5cfee48360436b8a83b0812ebd2d6223c049', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_da241', table='people_availabilitywindow', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."profile_id", OLD."weekday", OLD."start_time", OLD."end_time") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."profile_id", NEW."weekday", NEW."start_time", NEW."end_time"))', execute="muster_audit('{id,updated_at,version}', 'institution_id', 'profile_id')", hash='54509d0d6a63fda2e89e3d5f95b5a82731258945', operation='UPDATE', pgid='pgtrigger_audit_changes_0d87a', table='people_availabilitywindow', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='InstructorSkill',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('skill', models.CharField(max_length=60, verbose_name='skill')),
                ('level', models.PositiveSmallIntegerField(default=3, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5)], verbose_name='level')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('profile', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='skills', to='people.instructorprofile')),
            ],
            options={
                'ordering': ['-level', 'skill__plain'],
                'constraints': [muster.core.constraints.SameOwner(field='profile', name='instructor_skill_profile_of_same_institution', owner='institution', to='people.InstructorProfile', to_columns=('institution_id', 'id')), models.UniqueConstraint(models.F('profile'), django.db.models.functions.text.Lower('skill'), name='one_level_for_each_skill'), models.CheckConstraint(condition=models.Q(('level__gte', 1), ('level__lte', 5)), name='skill_level_is_1_to_5')],
                'triggers': [pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id', 'profile_id')", hash='1aad0edef0171f7c9938f4bcc0987236b805c2fa', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_45d21', table='people_instructorskill', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."profile_id", OLD."skill", OLD."level") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."profile_id", NEW."skill", NEW."level"))', execute="muster_audit('{id,updated_at,version}', 'institution_id', 'profile_id')", hash='f6d5d8b5b833e35d0c372b34b1b7b5e61b370760', operation='UPDATE', pgid='pgtrigger_audit_changes_8ddf2', table='people_instructorskill', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='TimeOff',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('first_date', models.DateField(verbose_name='first day')),
                ('last_date', models.DateField(verbose_name='last day')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('profile', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='times_off', to='people.instructorprofile')),
            ],
            options={
                'verbose_name': 'time off',
                'verbose_name_plural': 'time off',
                'ordering': ['first_date'],
                'constraints': [muster.core.constraints.SameOwner(field='profile', name='time_off_profile_of_same_institution', owner='institution', to='people.InstructorProfile', to_columns=('institution_id', 'id')), models.CheckConstraint(condition=models.Q(('last_date__gte', models.F('first_date'))), name='time_off_ends_after_it_starts'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[(muster.core.constraints.SameId(models.F('profile_id'), 0), '&&'), (muster.core.constraints.DaysOf(models.F('first_date'), django.db.models.expressions.CombinedExpression(models.F('last_date'), '+', models.Value(1))), '&&')], name='times_off_do_not_overlap')],
                'triggers': [pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id', 'profile_id')", hash='e95f7119e1f95191c9dc903440eb45427f1ad2a6', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_55e54', table='people_timeoff', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."profile_id", OLD."first_date", OLD."last_date", OLD."reason") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."profile_id", NEW."first_date", NEW."last_date", NEW."reason"))', execute="muster_audit('{id,updated_at,version}', 'institution_id', 'profile_id')", hash='f9215afebff038218d3bd39acba92b122d1221a6', operation='UPDATE', pgid='pgtrigger_audit_changes_fb19f', table='people_timeoff', when='AFTER'))],
            },
        ),
    ]
