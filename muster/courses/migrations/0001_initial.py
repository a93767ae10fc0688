import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import muster.core.constraints
import muster.core.ids
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
            name='Course',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('code', models.CharField(max_length=30, verbose_name='code')),
                ('kind', models.CharField(choices=[('short_course', 'Short course'), ('qualification', 'Qualification'), ('degree', 'Degree')], default='short_course', max_length=20, verbose_name='kind')),
                ('semesters', models.PositiveSmallIntegerField(default=0, verbose_name='semesters')),
                ('length_days', models.PositiveSmallIntegerField(default=90, validators=[django.core.validators.MinValueValidator(1)], verbose_name='usual length (days)')),
                ('default_capacity', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='usual capacity')),
                ('required_skills', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, size=None, verbose_name='required skills')),
                ('language', models.CharField(blank=True, max_length=35, verbose_name='language')),
                ('teaching_styles', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, size=None, verbose_name='teaching styles')),
                ('price', models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='price')),
                ('currency', models.CharField(blank=True, max_length=3, verbose_name='currency')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('default_instructor', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='default instructor')),
                ('department', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='courses', to='institutions.department', verbose_name='department')),
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'ordering': ['title'],
            },
        ),
        migrations.CreateModel(
            name='CourseEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('code', models.CharField(max_length=30, verbose_name='code')),
                ('kind', models.CharField(choices=[('short_course', 'Short course'), ('qualification', 'Qualification'), ('degree', 'Degree')], default='short_course', max_length=20, verbose_name='kind')),
                ('semesters', models.PositiveSmallIntegerField(default=0, verbose_name='semesters')),
                ('length_days', models.PositiveSmallIntegerField(default=90, validators=[django.core.validators.MinValueValidator(1)], verbose_name='usual length (days)')),
                ('default_capacity', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='usual capacity')),
                ('required_skills', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, size=None, verbose_name='required skills')),
                ('language', models.CharField(blank=True, max_length=35, verbose_name='language')),
                ('teaching_styles', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, size=None, verbose_name='teaching styles')),
                ('price', models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='price')),
                ('currency', models.CharField(blank=True, max_length=3, verbose_name='currency')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('default_instructor', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='default instructor')),
                ('department', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.department', verbose_name='department')),
                ('institution', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.institution')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='courses.course')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Subject',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('code', models.CharField(max_length=30, verbose_name='code')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('semester', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1)], verbose_name='semester')),
                ('credits', models.DecimalField(decimal_places=1, default=0, max_digits=5, verbose_name='credits')),
                ('maximum_marks', models.PositiveSmallIntegerField(default=100, verbose_name='maximum marks')),
                ('pass_marks', models.PositiveSmallIntegerField(default=50, verbose_name='pass marks')),
                ('course', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='subjects', to='courses.course')),
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'ordering': ['semester', 'title'],
            },
        ),
        migrations.CreateModel(
            name='SubjectEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('code', models.CharField(max_length=30, verbose_name='code')),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('semester', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1)], verbose_name='semester')),
                ('credits', models.DecimalField(decimal_places=1, default=0, max_digits=5, verbose_name='credits')),
                ('maximum_marks', models.PositiveSmallIntegerField(default=100, verbose_name='maximum marks')),
                ('pass_marks', models.PositiveSmallIntegerField(default=50, verbose_name='pass marks')),
                ('course', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='courses.course')),
                ('institution', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.institution')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='courses.subject')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddConstraint(
            model_name='course',
            constraint=models.UniqueConstraint(fields=('institution', 'id'), name='course_of_institution'),
        ),
        migrations.AddConstraint(
            model_name='course',
            constraint=muster.core.constraints.SameOwner(field='department', name='course_department_of_same_institution', owner='institution', to='institutions.Department', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='course',
            constraint=muster.core.constraints.SameOwner(field='default_instructor', name='course_default_instructor_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')),
        ),
        migrations.AddConstraint(
            model_name='course',
            constraint=models.UniqueConstraint(models.F('institution'), django.db.models.functions.text.Lower('code'), name='one_course_for_each_code', violation_error_message='Another course has this code.'),
        ),
        migrations.AddConstraint(
            model_name='course',
            constraint=models.CheckConstraint(condition=models.Q(('price__isnull', True), models.Q(('price__gte', 0), models.Q(('currency', ''), _negated=True)), _connector='OR'), name='price_has_a_currency'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='course',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "courses_courseevent" ("code", "created_at", "currency", "default_capacity", "default_instructor_id", "department_id", "id", "institution_id", "is_active", "kind", "language", "length_days", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "price", "required_skills", "semesters", "teaching_styles", "title") SELECT new_values."code", new_values."created_at", new_values."currency", new_values."default_capacity", new_values."default_instructor_id", new_values."department_id", new_values."id", new_values."institution_id", new_values."is_active", new_values."kind", new_values."language", new_values."length_days", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', new_values."id", new_values."price", new_values."required_skills", new_values."semesters", new_values."teaching_styles", new_values."title" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='6eb3bcf8763bcc51fdb47147e039e21ac30212f6', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_f7e33', referencing='REFERENCING NEW TABLE AS new_values ', table='courses_course', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='course',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "courses_courseevent" ("code", "created_at", "currency", "default_capacity", "default_instructor_id", "department_id", "id", "institution_id", "is_active", "kind", "language", "length_days", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "price", "required_skills", "semesters", "teaching_styles", "title") SELECT new_values."code", new_values."created_at", new_values."currency", new_values."default_capacity", new_values."default_instructor_id", new_values."department_id", new_values."id", new_values."institution_id", new_values."is_active", new_values."kind", new_values."language", new_values."length_days", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', new_values."id", new_values."price", new_values."required_skills", new_values."semesters", new_values."teaching_styles", new_values."title" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."code" IS DISTINCT FROM (new_values."code") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."currency" IS DISTINCT FROM (new_values."currency") OR old_values."default_capacity" IS DISTINCT FROM (new_values."default_capacity") OR old_values."default_instructor_id" IS DISTINCT FROM (new_values."default_instructor_id") OR old_values."department_id" IS DISTINCT FROM (new_values."department_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."institution_id" IS DISTINCT FROM (new_values."institution_id") OR old_values."is_active" IS DISTINCT FROM (new_values."is_active") OR old_values."kind" IS DISTINCT FROM (new_values."kind") OR old_values."language" IS DISTINCT FROM (new_values."language") OR old_values."length_days" IS DISTINCT FROM (new_values."length_days") OR old_values."price" IS DISTINCT FROM (new_values."price") OR old_values."required_skills" IS DISTINCT FROM (new_values."required_skills") OR old_values."semesters" IS DISTINCT FROM (new_values."semesters") OR old_values."teaching_styles" IS DISTINCT FROM (new_values."teaching_styles") OR old_values."title" IS DISTINCT FROM (new_values."title")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='bb1b074d6f8aeac385790df34c9fc54357e88580', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_160be', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='courses_course', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='course',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "courses_courseevent" ("code", "created_at", "currency", "default_capacity", "default_instructor_id", "department_id", "id", "institution_id", "is_active", "kind", "language", "length_days", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "price", "required_skills", "semesters", "teaching_styles", "title") SELECT old_values."code", old_values."created_at", old_values."currency", old_values."default_capacity", old_values."default_instructor_id", old_values."department_id", old_values."id", old_values."institution_id", old_values."is_active", old_values."kind", old_values."language", old_values."length_days", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', old_values."id", old_values."price", old_values."required_skills", old_values."semesters", old_values."teaching_styles", old_values."title" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='6c15bd5f2f9279a577be6bf9cd698cf40a65227d', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_8eeaa', referencing='REFERENCING OLD TABLE AS old_values ', table='courses_course', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='courseevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='dc21c141d4d9e5621759126e0ef42893a7626d63', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_db2fb', table='courses_courseevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='subject',
            constraint=models.UniqueConstraint(fields=('institution', 'id'), name='subject_of_institution'),
        ),
        migrations.AddConstraint(
            model_name='subject',
            constraint=muster.core.constraints.SameOwner(field='course', name='subject_course_of_same_institution', owner='institution', to='courses.Course', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='subject',
            constraint=models.UniqueConstraint(models.F('course'), django.db.models.functions.text.Lower('code'), name='one_subject_for_each_code', violation_error_message='This course already has a subject of this code.'),
        ),
        migrations.AddConstraint(
            model_name='subject',
            constraint=models.CheckConstraint(condition=models.Q(('pass_marks__lte', models.F('maximum_marks'))), name='pass_marks_within_maximum', violation_error_message='The pass marks exceed the maximum marks.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='subject',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "courses_subjectevent" ("code", "course_id", "created_at", "credits", "id", "institution_id", "maximum_marks", "pass_marks", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "semester", "title") SELECT new_values."code", new_values."course_id", new_values."created_at", new_values."credits", new_values."id", new_values."institution_id", new_values."maximum_marks", new_values."pass_marks", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', new_values."id", new_values."semester", new_values."title" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='67c01166fb43256e8cc598e9f29e07f5116c0177', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_80292', referencing='REFERENCING NEW TABLE AS new_values ', table='courses_subject', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='subject',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "courses_subjectevent" ("code", "course_id", "created_at", "credits", "id", "institution_id", "maximum_marks", "pass_marks", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "semester", "title") SELECT new_values."code", new_values."course_id", new_values."created_at", new_values."credits", new_values."id", new_values."institution_id", new_values."maximum_marks", new_values."pass_marks", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', new_values."id", new_values."semester", new_values."title" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."code" IS DISTINCT FROM (new_values."code") OR old_values."course_id" IS DISTINCT FROM (new_values."course_id") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."credits" IS DISTINCT FROM (new_values."credits") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."institution_id" IS DISTINCT FROM (new_values."institution_id") OR old_values."maximum_marks" IS DISTINCT FROM (new_values."maximum_marks") OR old_values."pass_marks" IS DISTINCT FROM (new_values."pass_marks") OR old_values."semester" IS DISTINCT FROM (new_values."semester") OR old_values."title" IS DISTINCT FROM (new_values."title")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='9ddf2a3c6435f7290edad73c56aead96f3602e96', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_c982f', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='courses_subject', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='subject',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "courses_subjectevent" ("code", "course_id", "created_at", "credits", "id", "institution_id", "maximum_marks", "pass_marks", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "semester", "title") SELECT old_values."code", old_values."course_id", old_values."created_at", old_values."credits", old_values."id", old_values."institution_id", old_values."maximum_marks", old_values."pass_marks", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', old_values."id", old_values."semester", old_values."title" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='8ee05d177572723a89056602438ff25d6e3a9a94', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_d7e64', referencing='REFERENCING OLD TABLE AS old_values ', table='courses_subject', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='subjectevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='c3299e19eaced4f8b5bd078a7eb6f4e72a18c3f3', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_34f26', table='courses_subjectevent', when='BEFORE')),
        ),
    ]
