import django.core.validators
import django.db.models.deletion
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
        ('courses', '0001_initial'),
        ('institutions', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='SubjectMapping',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('semester', models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name='semester')),
                ('is_elective', models.BooleanField(default=False, verbose_name='elective')),
                ('batch', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='subject_mappings', to='batches.batch')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('instructor', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='subject_mappings', to=settings.AUTH_USER_MODEL, verbose_name='instructor')),
                ('subject', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='mappings', to='courses.subject', verbose_name='subject')),
            ],
            options={
                'verbose_name': 'subject of a batch',
                'verbose_name_plural': 'subjects of batches',
                'ordering': ['semester', 'subject__title__plain', 'id'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='subject_mapping_of_institution'), muster.core.constraints.SameOwner(field='batch', name='subject_mapping_batch_of_same_institution', owner='institution', to='batches.Batch', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='subject', name='subject_mapping_subject_of_same_institution', owner='institution', to='courses.Subject', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='instructor', name='subject_mapping_instructor_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')), models.UniqueConstraint(fields=('batch', 'subject'), name='a_batch_is_taught_a_subject_once'), models.CheckConstraint(condition=models.Q(('semester__gte', 1)), name='subject_is_taught_in_a_semester')],
                'triggers': [pgtrigger.compiler.Trigger(name='subject_of_archived_batch_is_frozen', sql=muster.core.triggers.TriggerSql(func='\n            IF NOT (FALSE) THEN PERFORM muster_must_be_open_batches(ARRAY[OLD.batch_id, NEW.batch_id]); END IF;\n            RETURN coalesce(NEW, OLD);\n        ', hash='13bb8f9f693154f096d16cf3ae90ad9ad48e067a', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_subject_of_archived_batch_is_frozen_374d3', table='progression_subjectmapping', when='BEFORE')), pgtrigger.compiler.Trigger(name='subject_is_of_the_course', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF NOT EXISTS (\n        SELECT FROM batches_batch AS batch JOIN courses_subject AS subject ON subject.course_id = batch.course_id\n        WHERE batch.id = NEW.batch_id AND subject.id = NEW.subject_id\n    ) THEN\n                RAISE EXCEPTION 'A batch is taught subjects of its own course' USING ERRCODE = 'check_violation', CONSTRAINT = 'subject_is_of_the_course';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='2a464d13f55e3e8f930ae1dca6a5fd95edf2128b', operation='INSERT OR UPDATE OF "batch_id", "subject_id"', pgid='pgtrigger_subject_is_of_the_course_d61c4', table='progression_subjectmapping', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id', 'batch_id')", hash='dd0384c7f5642df8d576f202dd4cf3ae2a98e799', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_dff78', table='progression_subjectmapping', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."batch_id", OLD."subject_id", OLD."semester", OLD."instructor_id", OLD."is_elective") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."batch_id", NEW."subject_id", NEW."semester", NEW."instructor_id", NEW."is_elective"))', execute="muster_audit('{id,updated_at,version}', 'institution_id', 'batch_id')", hash='c914583954276750e2fc3497179fff40e2b2697a', operation='UPDATE', pgid='pgtrigger_audit_changes_458e1', table='progression_subjectmapping', when='AFTER'))],
            },
        ),
        muster.core.sql.InstallFunctions(
            app='progression',
        ),
    ]
