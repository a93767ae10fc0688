import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
import muster.core.constraints
import muster.core.ids
import muster.people.models
import pghistory.utils
import pgtrigger.compiler
import pgtrigger.migrations
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
            name='AvailabilityWindow',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('weekday', models.PositiveSmallIntegerField(choices=[(1, 'Monday'), (2, 'Tuesday'), (3, 'Wednesday'), (4, 'Thursday'), (5, 'Friday'), (6, 'Saturday'), (7, 'Sunday')], verbose_name='day')),
                ('start_time', models.TimeField(verbose_name='from')),
                ('end_time', models.TimeField(verbose_name='until')),
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'ordering': ['weekday', 'start_time'],
            },
        ),
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
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='instructor_profiles', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='AvailabilityWindowEvent',
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
                ('end_time', models.TimeField(verbose_name='until')),
                ('institution', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.institution')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='people.availabilitywindow')),
                ('profile', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.instructorprofile')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='availabilitywindow',
            name='profile',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='windows', to='people.instructorprofile'),
        ),
        migrations.CreateModel(
            name='InstructorProfileEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('domain', models.CharField(blank=True, max_length=100, verbose_name='field')),
                ('bio', models.TextField(blank=True, verbose_name='about')),
                ('languages', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=35), blank=True, default=list, size=None, verbose_name='languages')),
                ('teaching_styles', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, size=None, verbose_name='teaching styles')),
                ('max_active_batches', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='maximum active batches')),
                ('max_mentees', models.PositiveSmallIntegerField(blank=True, null=True, verbose_name='maximum mentees')),
                ('average_rating', models.DecimalField(blank=True, decimal_places=2, editable=False, max_digits=3, null=True, verbose_name='average rating')),
                ('ratings', models.PositiveIntegerField(default=0, editable=False, verbose_name='ratings')),
                ('institution', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.institution')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='people.instructorprofile')),
                ('user', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
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
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('profile', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='skills', to='people.instructorprofile')),
            ],
            options={
                'ordering': ['-level', 'skill'],
            },
        ),
        migrations.CreateModel(
            name='InstructorSkillEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('skill', models.CharField(max_length=60, verbose_name='skill')),
                ('level', models.PositiveSmallIntegerField(default=3, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5)], verbose_name='level')),
                ('institution', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.institution')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='people.instructorskill')),
                ('profile', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.instructorprofile')),
            ],
            options={
                'abstract': False,
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
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('profile', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='times_off', to='people.instructorprofile')),
            ],
            options={
                'verbose_name': 'time off',
                'verbose_name_plural': 'time off',
                'ordering': ['first_date'],
            },
        ),
        migrations.CreateModel(
            name='TimeOffEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('first_date', models.DateField(verbose_name='first day')),
                ('last_date', models.DateField(verbose_name='last day')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('institution', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.institution')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='people.timeoff')),
                ('profile', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.instructorprofile')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='instructorprofile',
            constraint=models.UniqueConstraint(fields=('institution', 'id'), name='instructor_profile_of_institution'),
        ),
        migrations.AddConstraint(
            model_name='instructorprofile',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('average_rating__isnull', True), ('ratings', 0)), models.Q(('average_rating__gte', 1), ('average_rating__lte', 5), ('ratings__gte', 1)), _connector='OR'), name='rating_is_1_to_5_where_there_is_one'),
        ),
        migrations.AddConstraint(
            model_name='instructorprofile',
            constraint=muster.core.constraints.SameOwner(field='user', name='instructor_profile_user_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')),
        ),
        migrations.AddConstraint(
            model_name='instructorprofile',
            constraint=models.UniqueConstraint(fields=('institution', 'user'), name='one_profile_for_each_instructor'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='instructorprofile',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "people_instructorprofileevent" ("average_rating", "bio", "created_at", "domain", "id", "institution_id", "languages", "max_active_batches", "max_mentees", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "ratings", "teaching_styles", "user_id") SELECT new_values."average_rating", new_values."bio", new_values."created_at", new_values."domain", new_values."id", new_values."institution_id", new_values."languages", new_values."max_active_batches", new_values."max_mentees", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', new_values."id", new_values."ratings", new_values."teaching_styles", new_values."user_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='af08d29a47b75580f8a550e9588c9e247dff670a', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_ca40b', referencing='REFERENCING NEW TABLE AS new_values ', table='people_instructorprofile', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='instructorprofile',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "people_instructorprofileevent" ("average_rating", "bio", "created_at", "domain", "id", "institution_id", "languages", "max_active_batches", "max_mentees", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "ratings", "teaching_styles", "user_id") SELECT new_values."average_rating", new_values."bio", new_values."created_at", new_values."domain", new_values."id", new_values."institution_id", new_values."languages", new_values."max_active_batches", new_values."max_mentees", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', new_values."id", new_values."ratings", new_values."teaching_styles", new_values."user_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."average_rating" IS DISTINCT FROM (new_values."average_rating") OR old_values."bio" IS DISTINCT FROM (new_values."bio") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."domain" IS DISTINCT FROM (new_values."domain") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."institution_id" IS DISTINCT FROM (new_values."institution_id") OR old_values."languages" IS DISTINCT FROM (new_values."languages") OR old_values."max_active_batches" IS DISTINCT FROM (new_values."max_active_batches") OR old_values."max_mentees" IS DISTINCT FROM (new_values."max_mentees") OR old_values."ratings" IS DISTINCT FROM (new_values."ratings") OR old_values."teaching_styles" IS DISTINCT FROM (new_values."teaching_styles") OR old_values."user_id" IS DISTINCT FROM (new_values."user_id")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='aa4fcdd4ef3da927c1d6e3542591918e6063faf8', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_6bb46', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='people_instructorprofile', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='instructorprofile',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "people_instructorprofileevent" ("average_rating", "bio", "created_at", "domain", "id", "institution_id", "languages", "max_active_batches", "max_mentees", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "ratings", "teaching_styles", "user_id") SELECT old_values."average_rating", old_values."bio", old_values."created_at", old_values."domain", old_values."id", old_values."institution_id", old_values."languages", old_values."max_active_batches", old_values."max_mentees", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', old_values."id", old_values."ratings", old_values."teaching_styles", old_values."user_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='8251eca28dcb26102b7d12f3eac9ed08fe40d268', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_68c8d', referencing='REFERENCING OLD TABLE AS old_values ', table='people_instructorprofile', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='availabilitywindowevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='2d3523e846599a6377248aff393dc4e1c70b2baf', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_8cd8a', table='people_availabilitywindowevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='availabilitywindow',
            constraint=muster.core.constraints.SameOwner(field='profile', name='availability_window_profile_of_same_institution', owner='institution', to='people.InstructorProfile', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='availabilitywindow',
            constraint=models.CheckConstraint(condition=models.Q(('weekday__gte', 1), ('weekday__lte', 7)), name='window_weekday_is_1_to_7'),
        ),
        migrations.AddConstraint(
            model_name='availabilitywindow',
            constraint=models.CheckConstraint(condition=models.Q(('end_time__gt', models.F('start_time'))), name='window_ends_after_it_starts'),
        ),
        migrations.AddConstraint(
            model_name='availabilitywindow',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[(muster.core.constraints.SameId(models.F('profile_id'), 0), '&&'), (muster.people.models.HoursOfWeek(models.F('weekday'), models.F('start_time'), models.F('end_time')), '&&')], name='windows_do_not_overlap'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='availabilitywindow',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "people_availabilitywindowevent" ("created_at", "end_time", "id", "institution_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "profile_id", "start_time", "weekday") SELECT new_values."created_at", new_values."end_time", new_values."id", new_values."institution_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', new_values."id", new_values."profile_id", new_values."start_time", new_values."weekday" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='a20c67288e3e5fb12b25d1416b870a18f0591e7a', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_918ea', referencing='REFERENCING NEW TABLE AS new_values ', table='people_availabilitywindow', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='availabilitywindow',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "people_availabilitywindowevent" ("created_at", "end_time", "id", "institution_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "profile_id", "start_time", "weekday") SELECT new_values."created_at", new_values."end_time", new_values."id", new_values."institution_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', new_values."id", new_values."profile_id", new_values."start_time", new_values."weekday" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."end_time" IS DISTINCT FROM (new_values."end_time") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."institution_id" IS DISTINCT FROM (new_values."institution_id") OR old_values."profile_id" IS DISTINCT FROM (new_values."profile_id") OR old_values."start_time" IS DISTINCT FROM (new_values."start_time") OR old_values."weekday" IS DISTINCT FROM (new_values."weekday")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='eb11c388872e8f92deb0717e2fd837ab609ddf55', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_68ef9', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='people_availabilitywindow', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='availabilitywindow',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "people_availabilitywindowevent" ("created_at", "end_time", "id", "institution_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "profile_id", "start_time", "weekday") SELECT old_values."created_at", old_values."end_time", old_values."id", old_values."institution_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', old_values."id", old_values."profile_id", old_values."start_time", old_values."weekday" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='d0fada18b875a9c225141037327755116d4b878f', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_16202', referencing='REFERENCING OLD TABLE AS old_values ', table='people_availabilitywindow', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='instructorprofileevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='1eeb825075f70cb472bfdf17abd36de3a52dabda', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_31d15', table='people_instructorprofileevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='instructorskill',
            constraint=muster.core.constraints.SameOwner(field='profile', name='instructor_skill_profile_of_same_institution', owner='institution', to='people.InstructorProfile', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='instructorskill',
            constraint=models.UniqueConstraint(models.F('profile'), django.db.models.functions.text.Lower('skill'), name='one_level_for_each_skill'),
        ),
        migrations.AddConstraint(
            model_name='instructorskill',
            constraint=models.CheckConstraint(condition=models.Q(('level__gte', 1), ('level__lte', 5)), name='skill_level_is_1_to_5'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='instructorskill',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "people_instructorskillevent" ("created_at", "id", "institution_id", "level", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "profile_id", "skill") SELECT new_values."created_at", new_values."id", new_values."institution_id", new_values."level", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', new_values."id", new_values."profile_id", new_values."skill" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='8c8c3d3c23f990257d15cb86c5f2a2055e5a7aff', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_fcd00', referencing='REFERENCING NEW TABLE AS new_values ', table='people_instructorskill', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='instructorskill',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "people_instructorskillevent" ("created_at", "id", "institution_id", "level", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "profile_id", "skill") SELECT new_values."created_at", new_values."id", new_values."institution_id", new_values."level", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', new_values."id", new_values."profile_id", new_values."skill" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."institution_id" IS DISTINCT FROM (new_values."institution_id") OR old_values."level" IS DISTINCT FROM (new_values."level") OR old_values."profile_id" IS DISTINCT FROM (new_values."profile_id") OR old_values."skill" IS DISTINCT FROM (new_values."skill")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='7be74ce7516557e2b4617b0664d5262fc900d3d9', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_330dd', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='people_instructorskill', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='instructorskill',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "people_instructorskillevent" ("created_at", "id", "institution_id", "level", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "profile_id", "skill") SELECT old_values."created_at", old_values."id", old_values."institution_id", old_values."level", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', old_values."id", old_values."profile_id", old_values."skill" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='5ef7a3b6829107648e1dec484355d34269d23d26', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_d3cbf', referencing='REFERENCING OLD TABLE AS old_values ', table='people_instructorskill', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='instructorskillevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='5178ad82838c6ae11c1e78cc78b8dac2809675b2', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_bacd2', table='people_instructorskillevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='timeoff',
            constraint=muster.core.constraints.SameOwner(field='profile', name='time_off_profile_of_same_institution', owner='institution', to='people.InstructorProfile', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='timeoff',
            constraint=models.CheckConstraint(condition=models.Q(('last_date__gte', models.F('first_date'))), name='time_off_ends_after_it_starts'),
        ),
        migrations.AddConstraint(
            model_name='timeoff',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[(muster.core.constraints.SameId(models.F('profile_id'), 0), '&&'), (muster.core.constraints.DaysOf(models.F('first_date'), django.db.models.expressions.CombinedExpression(models.F('last_date'), '+', models.Value(1))), '&&')], name='times_off_do_not_overlap'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='timeoff',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "people_timeoffevent" ("created_at", "first_date", "id", "institution_id", "last_date", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "profile_id", "reason") SELECT new_values."created_at", new_values."first_date", new_values."id", new_values."institution_id", new_values."last_date", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', new_values."id", new_values."profile_id", new_values."reason" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='11930a4fd11c40fba68037151e7ce820b67bbfe8', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_556a7', referencing='REFERENCING NEW TABLE AS new_values ', table='people_timeoff', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='timeoff',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "people_timeoffevent" ("created_at", "first_date", "id", "institution_id", "last_date", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "profile_id", "reason") SELECT new_values."created_at", new_values."first_date", new_values."id", new_values."institution_id", new_values."last_date", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', new_values."id", new_values."profile_id", new_values."reason" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."first_date" IS DISTINCT FROM (new_values."first_date") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."institution_id" IS DISTINCT FROM (new_values."institution_id") OR old_values."last_date" IS DISTINCT FROM (new_values."last_date") OR old_values."profile_id" IS DISTINCT FROM (new_values."profile_id") OR old_values."reason" IS DISTINCT FROM (new_values."reason")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='6c29a6140cb47004cc715e10bda802496e7c7b70', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_37056', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='people_timeoff', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='timeoff',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "people_timeoffevent" ("created_at", "first_date", "id", "institution_id", "last_date", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "profile_id", "reason") SELECT old_values."created_at", old_values."first_date", old_values."id", old_values."institution_id", old_values."last_date", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', old_values."id", old_values."profile_id", old_values."reason" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='ec6522595b26ac0b4d3f01f595da683ae35e29e3', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_7ca86', referencing='REFERENCING OLD TABLE AS old_values ', table='people_timeoff', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='timeoffevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f7aeaf9a6b9b392d00b889ea7c1688b932e8afc7', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_44ed7', table='people_timeoffevent', when='BEFORE')),
        ),
    ]
