import django.contrib.postgres.fields
import django.contrib.postgres.validators
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
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
            name='GradingScheme',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('name', models.CharField(max_length=100, verbose_name='name')),
                ('pass_percent', models.DecimalField(decimal_places=2, default=50, max_digits=5, validators=[django.core.validators.MinValueValidator(0, 'Enter a number from 0 to 100.'), django.core.validators.MaxValueValidator(100, 'Enter a number from 0 to 100.')], verbose_name='pass mark (percent)')),
                ('decimals', models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MinValueValidator(0, 'Enter a number from 0 to 2.'), django.core.validators.MaxValueValidator(2, 'Enter a number from 0 to 2.')], verbose_name='decimals of a total')),
                ('rounding', models.CharField(choices=[('half_up', 'Half up: 49.5 becomes 50'), ('half_even', 'Half to even: 50.5 becomes 50'), ('down', 'Down: 49.9 becomes 49'), ('up', 'Up: 49.1 becomes 50')], default='half_up', max_length=10, verbose_name='rounding')),
                ('grace_marks', models.DecimalField(decimal_places=2, default=0, max_digits=5, validators=[django.core.validators.MinValueValidator(0, 'Enter a number from 0 to 100.'), django.core.validators.MaxValueValidator(100, 'Enter a number from 0 to 100.')], verbose_name='grace marks')),
                ('counts_failed', models.BooleanField(default=True, verbose_name='failed subjects count in averages')),
                ('department', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='grading_schemes', to='institutions.department', verbose_name='department')),
                ('institution', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'ordering': ['name__plain'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='grading_scheme_of_institution'), muster.core.constraints.SameOwner(field='department', name='grading_scheme_department_of_same_institution', owner='institution', to='institutions.Department', to_columns=('institution_id', 'id')), models.UniqueConstraint(models.F('institution'), django.db.models.functions.text.Lower('name'), name='one_scheme_for_each_name'), models.CheckConstraint(condition=models.Q(('decimals__lte', 2), ('grace_marks__gte', 0), ('pass_percent__gte', 0), ('pass_percent__lte', 100)), name='scheme_is_within_bounds')],
                'triggers': [pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='7b1900bd82481d3a69a4fdc388438b76143a2b7c', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_510c0', table='courses_gradingscheme', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."name", OLD."department_id", OLD."pass_percent", OLD."decimals", OLD."rounding", OLD."grace_marks", OLD."counts_failed") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."name", NEW."department_id", NEW."pass_percent", NEW."decimals", NEW."rounding", NEW."grace_marks", NEW."counts_failed"))', execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='87bb084727f9759b84abfaff9f1a36f93d9c3071', operation='UPDATE', pgid='pgtrigger_audit_changes_29f5f', table='courses_gradingscheme', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='GradingComponent',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('code', models.CharField(max_length=12, verbose_name='code')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('maximum', models.DecimalField(decimal_places=2, default=100, max_digits=6, validators=[django.core.validators.MinValueValidator(1, 'Enter a number from 1 to 1000.'), django.core.validators.MaxValueValidator(1000, 'Enter a number from 1 to 1000.')], verbose_name='maximum marks')),
                ('minimum', models.DecimalField(decimal_places=2, default=0, max_digits=6, validators=[django.core.validators.MinValueValidator(0, 'Enter a number from 0 to 1000.'), django.core.validators.MaxValueValidator(1000, 'Enter a number from 0 to 1000.')], verbose_name='minimum to pass')),
                ('weight', models.DecimalField(decimal_places=2, default=100, max_digits=6, validators=[django.core.validators.MinValueValidator(0, 'Enter a number from 0 to 1000.'), django.core.validators.MaxValueValidator(1000, 'Enter a number from 0 to 1000.')], verbose_name='weight')),
                ('place', models.PositiveSmallIntegerField(default=1, validators=[django.core.validators.MinValueValidator(1, 'Enter a number from 1 to 50.'), django.core.validators.MaxValueValidator(50, 'Enter a number from 1 to 50.')], verbose_name='place')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('scheme', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='components', to='courses.gradingscheme')),
            ],
            options={
                'ordering': ['place', 'code__plain'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='grading_component_of_institution'), muster.core.constraints.SameOwner(field='scheme', name='grading_component_scheme_of_same_institution', owner='institution', to='courses.GradingScheme', to_columns=('institution_id', 'id')), models.UniqueConstraint(models.F('scheme'), django.db.models.functions.text.Lower('code'), name='one_component_for_each_code'), models.CheckConstraint(condition=models.Q(('maximum__gt', 0), ('minimum__gte', 0), ('minimum__lte', models.F('maximum')), ('weight__gte', 0)), name='minimum_of_a_component_within_maximum')],
                'triggers': [pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id', 'scheme_id')", hash='790248a2cd5ea0fc94d67cdee3b0d18db04d676f', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_1c98a', table='courses_gradingcomponent', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."scheme_id", OLD."code", OLD."name", OLD."maximum", OLD."minimum", OLD."weight", OLD."place") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."scheme_id", NEW."code", NEW."name", NEW."maximum", NEW."minimum", NEW."weight", NEW."place"))', execute="muster_audit('{id,updated_at,version}', 'institution_id', 'scheme_id')", hash='53efe9478d03ad81703581d4627dda0a78e874fe', operation='UPDATE', pgid='pgtrigger_audit_changes_8a556', table='courses_gradingcomponent', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='GradeBand',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('grade', models.CharField(max_length=12, verbose_name='grade')),
                ('from_percent', models.DecimalField(decimal_places=2, default=0, max_digits=5, validators=[django.core.validators.MinValueValidator(0, 'Enter a number from 0 to 100.'), django.core.validators.MaxValueValidator(100, 'Enter a number from 0 to 100.')], verbose_name='from (percent)')),
                ('points', models.DecimalField(decimal_places=2, default=0, max_digits=5, validators=[django.core.validators.MinValueValidator(0, 'Enter a number from 0 to 100.'), django.core.validators.MaxValueValidator(100, 'Enter a number from 0 to 100.')], verbose_name='points')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('scheme', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='bands', to='courses.gradingscheme')),
            ],
            options={
                'verbose_name': 'grade',
                'verbose_name_plural': 'grades',
                'ordering': ['-from_percent', '-points', 'grade__plain'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='grade_band_of_institution'), muster.core.constraints.SameOwner(field='scheme', name='grade_band_scheme_of_same_institution', owner='institution', to='courses.GradingScheme', to_columns=('institution_id', 'id')), models.UniqueConstraint(models.F('scheme'), django.db.models.functions.text.Lower('grade'), name='one_band_for_each_grade'), models.CheckConstraint(condition=models.Q(('from_percent__gte', 0), ('from_percent__lte', 100), ('points__gte', 0)), name='grade_begins_at_a_percentage')],
                'triggers': [pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id', 'scheme_id')", hash='86f1dd6be01ee1e409a14d4b4f56b9d236afefde', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_8602a', table='courses_gradeband', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."scheme_id", OLD."grade", OLD."from_percent", OLD."points") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."scheme_id", NEW."grade", NEW."from_percent", NEW."points"))', execute="muster_audit('{id,updated_at,version}', 'institution_id', 'scheme_id')", hash='aef1031e32eb977d79aa596fe1fef8b8cf70878c', operation='UPDATE', pgid='pgtrigger_audit_changes_e9640', table='courses_gradeband', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='Course',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('title', models.CharField(max_length=200, verbose_name='title')),
                ('code', models.CharField(max_length=30, verbose_name='code')),
                ('description', models.TextField(blank=True, validators=[django.core.validators.MaxLengthValidator(2000, 'Keep the description to %(limit_value)d characters or fewer.')], verbose_name='description')),
                ('kind', models.CharField(choices=[('short_course', 'Short course'), ('qualification', 'Qualification'), ('degree', 'Degree')], default='short_course', max_length=20, verbose_name='kind')),
                ('semesters', models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MinValueValidator(0, 'Enter a number from 0 to 20.'), django.core.validators.MaxValueValidator(20, 'Enter a number from 0 to 20.')], verbose_name='semesters')),
                ('length_days', models.PositiveSmallIntegerField(default=90, validators=[django.core.validators.MinValueValidator(1, 'Enter a number from 1 to 3660.'), django.core.validators.MaxValueValidator(3660, 'Enter a number from 1 to 3660.')], verbose_name='usual length (days)')),
                ('individual_study', models.BooleanField(default=True, verbose_name='individual study')),
                ('minimum_attendance_percent', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(0, 'Enter a number from 0 to 100.'), django.core.validators.MaxValueValidator(100, 'Enter a number from 0 to 100.')], verbose_name='minimum attendance (percent)')),
                ('default_capacity', models.PositiveIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1)], verbose_name='usual capacity')),
                ('required_skills', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, size=None, validators=[django.contrib.postgres.validators.ArrayMaxLengthValidator(30, 'List up to %(limit_value)d skills.')], verbose_name='required skills')),
                ('language', models.CharField(blank=True, max_length=35, verbose_name='language')),
                ('teaching_styles', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, size=None, validators=[django.contrib.postgres.validators.ArrayMaxLengthValidator(20, 'List up to %(limit_value)d teaching styles.')], verbose_name='teaching styles')),
                ('price', models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name='price')),
                ('currency', models.CharField(blank=True, max_length=3, verbose_name='currency')),
                ('certificate_attendance_percent', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1, 'Enter a number from 1 to 100.'), django.core.validators.MaxValueValidator(100, 'Enter a number from 1 to 100.')], verbose_name='attendance (percent)')),
                ('certificate_marks_percent', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1, 'Enter a number from 1 to 100.'), django.core.validators.MaxValueValidator(100, 'Enter a number from 1 to 100.')], verbose_name='marks (percent)')),
                ('certificate_progress_percent', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MinValueValidator(1, 'Enter a number from 1 to 100.'), django.core.validators.MaxValueValidator(100, 'Enter a number from 1 to 100.')], verbose_name='progress (percent)')),
                ('certificate_needs_results', models.BooleanField(default=False, verbose_name='every subject passed')),
                ('certificate_needs_payment', models.BooleanField(default=False, verbose_name='paid in full')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('default_instructor', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='default instructor')),
                ('department', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='courses', to='institutions.department', verbose_name='department')),
                ('institution', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('grading_scheme', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='courses.gradingscheme', verbose_name='grading scheme')),
            ],
            options={
                'ordering': ['title__plain'],
                'constraints': [models.CheckConstraint(condition=models.Q(('title__regex', '\\S'), models.Q(('title__regex', '[\\x01-\\x1f\\x7f\\u2028\\u2029]'), _negated=True)), name='title_of_a_course_is_one_line'), models.UniqueConstraint(fields=('institution', 'id'), name='course_of_institution'), muster.core.constraints.SameOwner(field='department', name='course_department_of_same_institution', owner='institution', to='institutions.Department', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='default_instructor', name='course_default_instructor_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')), muster.core.constraints.SameOwner(field='grading_scheme', name='course_grading_scheme_of_same_institution', owner='institution', to='courses.GradingScheme', to_columns=('institution_id', 'id')), models.UniqueConstraint(models.F('institution'), django.db.models.functions.text.Lower('code'), name='one_course_for_each_code'), models.CheckConstraint(condition=models.Q(('certificate_attendance_percent__lte', 100), ('certificate_marks_percent__lte', 100), ('certificate_progress_percent__lte', 100)), name='certificate_asks_for_percentages'), models.CheckConstraint(condition=models.Q(('price__isnull', True), models.Q(('price__gte', 0), models.Q(('currency', ''), _negated=True)), _connector='OR'), name='price_has_a_currency')],
                'triggers': [pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='fbf0b859a68230f0834d5aa163e0d628ac4f115a', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_21a6c', table='courses_course', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."title", OLD."code", OLD."description", OLD."kind", OLD."department_id", OLD."semesters", OLD."length_days", OLD."individual_study", OLD."default_instructor_id", OLD."grading_scheme_id", OLD."minimum_attendance_percent", OLD."default_capacity", OLD."required_skills", OLD."language", OLD."teaching_styles", OLD."price", OLD."currency", OLD."certificate_attendance_percent", OLD."certificate_marks_percent", OLD."certificate_progress_percent", OLD."certificate_needs_results", OLD."certificate_needs_payment", OLD."is_active") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."title", NEW."code", NEW."description", NEW."kind", NEW."department_id", NEW."semesters", NEW."length_days", NEW."individual_study", NEW."default_instructor_id", NEW."grading_scheme_id", NEW."minimum_attendance_percent", NEW."default_capacity", NEW."required_skills", NEW."language", NEW."teaching_styles", NEW."price", NEW."currency", NEW."certificate_attendance_percent", NEW."certificate_marks_percent", NEW."certificate_progress_percent", NEW."certificate_needs_results", NEW."certificate_needs_payment", NEW."is_active"))', execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='f3a08f00fa016f08bc92688c3fd2e3e0356fdb98', operation='UPDATE', pgid='pgtrigger_audit_changes_00e98', table='courses_course', when='AFTER'))],
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
                ('credits', models.DecimalField(decimal_places=1, default=0, max_digits=5, validators=[django.core.validators.MinValueValidator(0, "Credits can't be negative.")], verbose_name='credits')),
                ('maximum_marks', models.PositiveSmallIntegerField(default=100, validators=[django.core.validators.MinValueValidator(1, 'Maximum marks must be at least 1.')], verbose_name='maximum marks')),
                ('pass_marks', models.PositiveSmallIntegerField(default=50, verbose_name='pass marks')),
                ('course', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='subjects', to='courses.course')),
                ('grading_scheme', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='%(class)ss', to='courses.gradingscheme', verbose_name='grading scheme')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'ordering': ['semester', 'title__plain'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='subject_of_institution'), muster.core.constraints.SameOwner(field='course', name='subject_course_of_same_institution', owner='institution', to='courses.Course', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='grading_scheme', name='subject_grading_scheme_of_same_institution', owner='institution', to='courses.GradingScheme', to_columns=('institution_id', 'id')), models.UniqueConstraint(models.F('course'), django.db.models.functions.text.Lower('code'), name='one_subject_for_each_code'), models.CheckConstraint(condition=models.Q(('pass_marks__lte', models.F('maximum_marks'))), name='pass_marks_within_maximum')],
                'triggers': [pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id', 'course_id')", hash='8dea80382569604451173f951968c6418a67d7de', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_db236', table='courses_subject', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."course_id", OLD."code", OLD."title", OLD."semester", OLD."credits", OLD."maximum_marks", OLD."pass_marks", OLD."grading_scheme_id") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."course_id", NEW."code", NEW."title", NEW."semester", NEW."credits", NEW."maximum_marks", NEW."pass_marks", NEW."grading_scheme_id"))', execute="muster_audit('{id,updated_at,version}', 'institution_id', 'course_id')", hash='6134d94129aab1814d5be5bb3beba412de2a50f3', operation='UPDATE', pgid='pgtrigger_audit_changes_29783', table='courses_subject', when='AFTER'))],
            },
        ),
    ]
