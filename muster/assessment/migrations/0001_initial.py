import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
import muster.core.constraints
import muster.core.ids
import muster.core.sql
import muster.core.triggers
import pgtrigger.compiler
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('batches', '0001_initial'),
        ('core', '0001_initial'),
        ('enrollments', '0001_initial'),
        ('institutions', '0001_initial'),
        ('progression', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AssessmentCategory',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('weight', models.DecimalField(decimal_places=2, max_digits=5, validators=[django.core.validators.MinValueValidator(0, 'Enter a number from 0 to 100.'), django.core.validators.MaxValueValidator(100, 'Enter a number from 0 to 100.')], verbose_name='weight')),
                ('batch', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='assessment_categories', to='batches.batch')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'verbose_name': 'category',
                'verbose_name_plural': 'categories',
                'ordering': ['created_at', 'id'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='assessment_category_of_institution'), muster.core.constraints.SameOwner(field='batch', name='assessment_category_batch_of_same_institution', owner='institution', to='batches.Batch', to_columns=('institution_id', 'id')), models.UniqueConstraint(models.F('batch'), django.db.models.functions.text.Lower('name'), name='one_category_for_each_name'), models.CheckConstraint(condition=models.Q(('weight__gte', 0), ('weight__lte', 100)), name='category_weighs_a_percentage'), models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='category_has_a_name')],
                'triggers': [pgtrigger.compiler.Trigger(name='archived_category_is_frozen', sql=muster.core.triggers.TriggerSql(func='\n            IF NOT (FALSE) THEN\n                PERFORM muster_must_be_open_batches(ARRAY[OLD.batch_id, NEW.batch_id]);\n            END IF;\n            RETURN coalesce(NEW, OLD);\n        ', hash='1b6c2137cd9639273e85d5083e326939cb911e38', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_archived_category_is_frozen_b7375', table='assessment_assessmentcategory', when='BEFORE')), pgtrigger.compiler.Trigger(name='category_stays_in_its_batch', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF NEW.batch_id <> OLD.batch_id THEN\n                RAISE EXCEPTION 'A category stays in its batch' USING ERRCODE = 'check_violation', CONSTRAINT = 'category_stays_in_its_batch';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='e4d4e2f93c41bcb11ff774139906a75f7fa778d4', operation='UPDATE OF "batch_id"', pgid='pgtrigger_category_stays_in_its_batch_be599', table='assessment_assessmentcategory', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id', 'batch_id')", hash='0679389f5109c41bd030e160f033fef377a5052a', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_45245', table='assessment_assessmentcategory', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."batch_id", OLD."name", OLD."weight") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."batch_id", NEW."name", NEW."weight"))', execute="muster_audit('{id,updated_at,version}', 'institution_id', 'batch_id')", hash='30cf7a264a0cfd66e0ab029e8965c5acf13c71aa', operation='UPDATE', pgid='pgtrigger_audit_changes_76d23', table='assessment_assessmentcategory', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='Assessment',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('title', models.CharField(max_length=120, verbose_name='title')),
                ('maximum', models.DecimalField(decimal_places=2, max_digits=6, validators=[django.core.validators.MinValueValidator(Decimal('0.01'))], verbose_name='maximum')),
                ('extra_credit', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=6, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='extra credit')),
                ('due_on', models.DateField(verbose_name='due')),
                ('weight', models.DecimalField(decimal_places=2, default=Decimal('1'), max_digits=5, validators=[django.core.validators.MinValueValidator(0, 'Enter a number from 0 to 100.'), django.core.validators.MaxValueValidator(100, 'Enter a number from 0 to 100.')], verbose_name='weight in its category')),
                ('component', models.CharField(blank=True, max_length=12, verbose_name='component')),
                ('published_at', models.DateTimeField(editable=False, null=True)),
                ('announced_at', models.DateTimeField(editable=False, null=True)),
                ('chased_at', models.DateTimeField(editable=False, null=True)),
                ('batch', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='assessments', to='batches.batch')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('mapping', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='assessments', to='progression.subjectmapping', verbose_name='subject')),
                ('category', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='assessments', to='assessment.assessmentcategory', verbose_name='category')),
            ],
            options={
                'indexes': [models.Index(fields=['batch', 'due_on'], name='assessments_of_a_batch')],
                'verbose_name': 'assessment',
                'verbose_name_plural': 'assessments',
                'ordering': ['due_on', 'title__plain', 'id'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='assessment_of_institution'), muster.core.constraints.SameOwner(field='batch', name='assessment_batch_of_same_institution', owner='institution', to='batches.Batch', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='category', name='assessment_category_of_same_institution', owner='institution', to='assessment.AssessmentCategory', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='mapping', name='assessment_mapping_of_same_institution', owner='institution', to='progression.SubjectMapping', to_columns=('institution_id', 'id')), models.UniqueConstraint(models.F('batch'), django.db.models.functions.text.Lower('title'), name='one_assessment_for_each_title'), models.CheckConstraint(condition=models.Q(('extra_credit__gte', 0), ('maximum__gt', 0), ('maximum__lte', django.db.models.expressions.CombinedExpression(models.Value(Decimal('9999.99')), '-', models.F('extra_credit'))), ('weight__gte', 0)), name='assessment_can_be_marked'), models.CheckConstraint(condition=models.Q(models.Q(('component', ''), ('mapping__isnull', True)), models.Q(('mapping__isnull', False), models.Q(('component', ''), _negated=True)), _connector='OR'), name='mapped_assessment_names_a_component'), models.CheckConstraint(condition=models.Q(('title', ''), _negated=True), name='assessment_has_a_title')],
                'triggers': [pgtrigger.compiler.Trigger(name='archived_assessment_is_frozen', sql=muster.core.triggers.TriggerSql(func='\n            IF NOT (FALSE) THEN\n                PERFORM muster_must_be_open_batches(ARRAY[OLD.batch_id, NEW.batch_id]);\n            END IF;\n            RETURN coalesce(NEW, OLD);\n        ', hash='87badbe31c10c1ff6c3a7664e33a51dccfaa7508', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_archived_assessment_is_frozen_a785f', table='assessment_assessment', when='BEFORE')), pgtrigger.compiler.Trigger(name='assessment_is_of_its_batch', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF NOT EXISTS (\n        SELECT FROM assessment_assessmentcategory WHERE (id, batch_id) = (NEW.category_id, NEW.batch_id)\n    ) OR NEW.mapping_id IS NOT NULL AND NOT EXISTS (\n        SELECT FROM progression_subjectmapping WHERE (id, batch_id) = (NEW.mapping_id, NEW.batch_id)\n    ) OR TG_OP = 'UPDATE' AND NEW.batch_id <> OLD.batch_id THEN\n                RAISE EXCEPTION 'An assessment stays in its batch, with a category and a subject of it' USING ERRCODE = 'check_violation', CONSTRAINT = 'assessment_is_of_its_batch';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='4007faa5ec4846fdfab3c98ad7fcce4c22c6ff02', operation='INSERT OR UPDATE OF "batch_id", "category_id", "mapping_id"', pgid='pgtrigger_assessment_is_of_its_batch_3be61', table='assessment_assessment', when='BEFORE')), pgtrigger.compiler.Trigger(name='published_assessment_keeps_its_scale', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF (NEW.maximum, NEW.mapping_id, NEW.component) IS DISTINCT FROM (OLD.maximum, OLD.mapping_id, OLD.component)\n        -- But for a subject that the batch is no longer taught.\n        AND NOT (NEW.mapping_id IS NULL AND pg_trigger_depth() > 1) AND EXISTS (\n            SELECT FROM assessment_assessmentmark WHERE assessment_id = NEW.id AND published_at IS NOT NULL\n        ) THEN\n                RAISE EXCEPTION 'What marks were published of keeps its maximum and what it is written to' USING ERRCODE = 'check_violation', CONSTRAINT = 'published_assessment_keeps_its_scale';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='4395b1eff9b9675f917ce6e2f186b4f66fa45034', operation='UPDATE OF "maximum", "mapping_id", "component"', pgid='pgtrigger_published_assessment_keeps_its_scale_73fcd', table='assessment_assessment', when='BEFORE')), pgtrigger.compiler.Trigger(name='marks_stay_within_the_maximum', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF EXISTS (\n        SELECT FROM assessment_assessmentmark\n        WHERE assessment_id = NEW.id AND score > NEW.maximum + NEW.extra_credit\n    ) THEN\n                RAISE EXCEPTION 'No mark is higher than the maximum with its extra credit' USING ERRCODE = 'check_violation', CONSTRAINT = 'mark_fits_the_assessment';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='d4086fec444b87db5cc2087413a3a0b5868c0c5f', operation='UPDATE OF "maximum", "extra_credit"', pgid='pgtrigger_marks_stay_within_the_maximum_c365e', table='assessment_assessment', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version,announced_at,chased_at}', 'institution_id', 'batch_id')", hash='e9d95202fcc2d82d714d3a5e3df9bab2f5b23fe5', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_ba36a', table='assessment_assessment', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."batch_id", OLD."category_id", OLD."title", OLD."maximum", OLD."extra_credit", OLD."due_on", OLD."weight", OLD."mapping_id", OLD."component", OLD."published_at") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."batch_id", NEW."category_id", NEW."title", NEW."maximum", NEW."extra_credit", NEW."due_on", NEW."weight", NEW."mapping_id", NEW."component", NEW."published_at"))', execute="muster_audit('{id,updated_at,version,announced_at,chased_at}', 'institution_id', 'batch_id')", hash='10c62eda41b3086869c228b3a68afe8b2492d30c', operation='UPDATE', pgid='pgtrigger_audit_changes_00ec8', table='assessment_assessment', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='AssessmentMark',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('score', models.DecimalField(blank=True, decimal_places=2, max_digits=6, null=True, verbose_name='score')),
                ('state', models.CharField(blank=True, choices=[('blank', 'blank'), ('absent', 'absent'), ('exempt', 'exempt'), ('withheld', 'withheld')], max_length=10, verbose_name='state')),
                ('comment', models.TextField(blank=True, verbose_name='comment')),
                ('marked_at', models.DateTimeField()),
                ('published_at', models.DateTimeField(editable=False, null=True)),
                ('assessment', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='marks', to='assessment.assessment')),
                ('enrollment', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='assessment_marks', to='enrollments.enrollment')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('marked_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(models.F('enrollment'), name='marks_of_a_student')],
                'verbose_name': 'mark',
                'verbose_name_plural': 'marks',
                'ordering': ['id'],
                'constraints': [muster.core.constraints.SameOwner(field='enrollment', name='assessment_mark_enrollment_of_same_institution', owner='institution', to='enrollments.Enrollment', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='assessment', name='assessment_mark_assessment_of_same_institution', owner='institution', to='assessment.Assessment', to_columns=('institution_id', 'id')), models.UniqueConstraint(fields=('assessment', 'enrollment'), name='one_mark_for_each_student'), models.CheckConstraint(condition=models.Q(models.Q(('score__gte', 0), ('score__isnull', False), ('state', '')), models.Q(('score__isnull', True), ('state__in', ['blank', 'absent', 'exempt', 'withheld'])), _connector='OR'), name='mark_has_a_score_or_a_state'), models.CheckConstraint(condition=models.Q(('published_at__isnull', True), models.Q(('state__in', ['blank', 'withheld']), _negated=True), _connector='OR'), name='published_mark_says_something')],
                'triggers': [pgtrigger.compiler.Trigger(name='archived_assessment_mark_is_frozen', sql=muster.core.triggers.TriggerSql(func='\n            IF NOT (FALSE) THEN\n                PERFORM muster_must_be_open_batches(ARRAY[(SELECT batch_id FROM assessment_assessment WHERE id = OLD.assessment_id), (SELECT batch_id FROM assessment_assessment WHERE id = NEW.assessment_id)]);\n            END IF;\n            RETURN coalesce(NEW, OLD);\n        ', hash='edfaae31e676351b5896a57c210b38236817b3b0', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_archived_assessment_mark_is_frozen_cd9e6', table='assessment_assessmentmark', when='BEFORE')), pgtrigger.compiler.Trigger(name='mark_fits_the_assessment', sql=muster.core.triggers.TriggerSql(func="\n            PERFORM FROM assessment_assessment WHERE id = NEW.assessment_id FOR SHARE;\n            IF TG_OP = 'UPDATE' AND (NEW.enrollment_id, NEW.assessment_id) <> (OLD.enrollment_id, OLD.assessment_id)\n        OR NEW.score > (\n            SELECT maximum + extra_credit FROM assessment_assessment WHERE id = NEW.assessment_id\n        ) OR TG_OP = 'INSERT' AND NOT EXISTS (\n            SELECT FROM enrollments_enrollment AS enrollment\n            JOIN assessment_assessment AS assessment ON assessment.batch_id = enrollment.batch_id\n            WHERE enrollment.id = NEW.enrollment_id AND assessment.id = NEW.assessment_id\n        ) THEN\n                RAISE EXCEPTION 'A mark is of a student of the batch, and no higher than the maximum with its extra credit' USING ERRCODE = 'check_violation', CONSTRAINT = 'mark_fits_the_assessment';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='048f67632ebd1e16a1ee98dbde7cfaa3bc26d2ae', operation='INSERT OR UPDATE OF "enrollment_id", "assessment_id", "score", "published_at"', pgid='pgtrigger_mark_fits_the_assessment_3ebfa', table='assessment_assessmentmark', when='BEFORE')), pgtrigger.compiler.Trigger(name='published_mark_is_frozen', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF OLD.published_at IS NOT NULL AND (\n        TG_OP = 'DELETE' OR to_jsonb(NEW) - '{published_at,updated_at}'::text[] <> to_jsonb(OLD) - '{published_at,updated_at}'::text[]\n        OR NEW.published_at IS NOT NULL AND NEW.published_at <> OLD.published_at\n    ) THEN\n                RAISE EXCEPTION 'A published mark does not change before it is opened again' USING ERRCODE = 'check_violation', CONSTRAINT = 'published_mark_is_frozen';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='bb79ac5a9bc648d19a9d5f90122390b22b915198', operation='UPDATE OR DELETE', pgid='pgtrigger_published_mark_is_frozen_39405', table='assessment_assessmentmark', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id', 'assessment_id')", hash='fe104713f51fc02ddb549ee46e8df04f51c4d6d7', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_39413', table='assessment_assessmentmark', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."enrollment_id", OLD."assessment_id", OLD."score", OLD."state", OLD."comment", OLD."marked_at", OLD."marked_by_id", OLD."published_at") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."enrollment_id", NEW."assessment_id", NEW."score", NEW."state", NEW."comment", NEW."marked_at", NEW."marked_by_id", NEW."published_at"))', execute="muster_audit('{id,updated_at,version}', 'institution_id', 'assessment_id')", hash='0b8b9f68fd47c8e828aadddad370e9e1468f8ac4', operation='UPDATE', pgid='pgtrigger_audit_changes_79704', table='assessment_assessmentmark', when='AFTER'))],
            },
        ),
        muster.core.sql.InstallFunctions(
            app='assessment',
        ),
    ]
