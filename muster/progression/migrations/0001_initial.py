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
        ('enrollments', '0001_initial'),
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
        migrations.CreateModel(
            name='AcademicRecord',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('semester', models.PositiveSmallIntegerField(verbose_name='semester')),
                ('status', models.CharField(choices=[('in_progress', 'In progress'), ('passed', 'Passed'), ('failed', 'Failed'), ('detained', 'Held back')], default='in_progress', max_length=12, verbose_name='status')),
                ('sgpa', models.DecimalField(decimal_places=2, max_digits=5, null=True, verbose_name='SGPA')),
                ('worth', models.DecimalField(decimal_places=1, default=0, max_digits=6, verbose_name='credits')),
                ('earned', models.DecimalField(decimal_places=1, default=0, max_digits=6, verbose_name='credits earned')),
                ('enrollment', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='academic_records', to='enrollments.enrollment')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'ordering': ['semester'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='academic_record_of_institution'), muster.core.constraints.SameOwner(field='enrollment', name='academic_record_enrollment_of_same_institution', owner='institution', to='enrollments.Enrollment', to_columns=('institution_id', 'id')), models.UniqueConstraint(fields=('enrollment', 'semester'), name='one_record_of_a_semester'), models.CheckConstraint(condition=models.Q(('semester__gte', 1), ('status__in', ['in_progress', 'passed', 'failed', 'detained'])), name='record_is_of_a_semester')],
                'triggers': [pgtrigger.compiler.Trigger(name='record_of_archived_batch_is_frozen', sql=muster.core.triggers.TriggerSql(func='\n            IF NOT (FALSE) THEN PERFORM muster_must_be_open_batches(ARRAY[(SELECT batch_id FROM enrollments_enrollment WHERE id = OLD.enrollment_id), (SELECT batch_id FROM enrollments_enrollment WHERE id = NEW.enrollment_id)]); END IF;\n            RETURN coalesce(NEW, OLD);\n        ', hash='b346848af1e3f9a12be7ad7ec6c92149232f8a9c', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_record_of_archived_batch_is_frozen_292bd', table='progression_academicrecord', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id', 'enrollment_id')", hash='4e59480c88ad957a5c7b514c4b5a4f0c18a78534', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_edd4a', table='progression_academicrecord', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."enrollment_id", OLD."semester", OLD."status", OLD."sgpa", OLD."worth", OLD."earned") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."enrollment_id", NEW."semester", NEW."status", NEW."sgpa", NEW."worth", NEW."earned"))', execute="muster_audit('{id,updated_at,version}', 'institution_id', 'enrollment_id')", hash='e12919a64a3ada1d865efab7588ce05527a8a149', operation='UPDATE', pgid='pgtrigger_audit_changes_287e2', table='progression_academicrecord', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='ScoreModeration',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('attempt', models.PositiveSmallIntegerField(default=1, verbose_name='attempt')),
                ('component', models.CharField(max_length=12, verbose_name='component')),
                ('kind', models.CharField(choices=[('scale', 'Multiply by'), ('add', 'Add'), ('cap', 'Cap at')], max_length=10, verbose_name='kind')),
                ('amount', models.DecimalField(decimal_places=3, max_digits=7, verbose_name='amount')),
                ('reason', models.TextField(verbose_name='reason')),
                ('by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('mapping', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='moderations', to='progression.subjectmapping')),
            ],
            options={
                'ordering': ['id'],
                'constraints': [muster.core.constraints.SameOwner(field='mapping', name='score_moderation_mapping_of_same_institution', owner='institution', to='progression.SubjectMapping', to_columns=('institution_id', 'id')), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='moderation_has_a_reason')],
                'triggers': [pgtrigger.compiler.Trigger(name='moderation_of_archived_batch_is_frozen', sql=muster.core.triggers.TriggerSql(func='\n            IF NOT (FALSE) THEN PERFORM muster_must_be_open_batches(ARRAY[(SELECT batch_id FROM progression_subjectmapping WHERE id = OLD.mapping_id), (SELECT batch_id FROM progression_subjectmapping WHERE id = NEW.mapping_id)]); END IF;\n            RETURN coalesce(NEW, OLD);\n        ', hash='66d026a882bd7fa78a669137b26a25298350d3ce', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_moderation_of_archived_batch_is_frozen_97b95', table='progression_scoremoderation', when='BEFORE')), pgtrigger.compiler.Trigger(name='moderation_is_only_added', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF TRUE THEN\n                RAISE EXCEPTION 'What was moderated stays; a further step follows it' USING ERRCODE = 'check_violation', CONSTRAINT = 'moderation_is_only_added';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='756a0a7d28a85ba074d2435cf7d27fca62926d19', operation='UPDATE OR DELETE', pgid='pgtrigger_moderation_is_only_added_5a3b3', table='progression_scoremoderation', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id', 'mapping_id')", hash='3575fe15a5daf3ef4622ecafd0eebc600f47f8c3', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_cf464', table='progression_scoremoderation', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."mapping_id", OLD."attempt", OLD."component", OLD."kind", OLD."amount", OLD."reason", OLD."by_id") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."mapping_id", NEW."attempt", NEW."component", NEW."kind", NEW."amount", NEW."reason", NEW."by_id"))', execute="muster_audit('{id,updated_at,version}', 'institution_id', 'mapping_id')", hash='4af482b4dd0e7771a163c334c39c891e6f89dabe', operation='UPDATE', pgid='pgtrigger_audit_changes_8345b', table='progression_scoremoderation', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='ComponentScore',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('attempt', models.PositiveSmallIntegerField(default=1, verbose_name='attempt')),
                ('component', models.CharField(max_length=12, verbose_name='component')),
                ('score', models.DecimalField(blank=True, decimal_places=2, max_digits=6, null=True, verbose_name='score')),
                ('state', models.CharField(blank=True, choices=[('blank', 'blank'), ('absent', 'absent'), ('exempt', 'exempt'), ('withheld', 'withheld')], max_length=10, verbose_name='state')),
                ('marked_at', models.DateTimeField()),
                ('enrollment', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='scores', to='enrollments.enrollment')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('marked_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('mapping', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='scores', to='progression.subjectmapping')),
            ],
            options={
                'ordering': ['id'],
                'constraints': [muster.core.constraints.SameOwner(field='enrollment', name='component_score_enrollment_of_same_institution', owner='institution', to='enrollments.Enrollment', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='mapping', name='component_score_mapping_of_same_institution', owner='institution', to='progression.SubjectMapping', to_columns=('institution_id', 'id')), models.UniqueConstraint(fields=('enrollment', 'mapping', 'attempt', 'component'), name='one_score_in_a_cell'), models.CheckConstraint(condition=models.Q(models.Q(('score__gte', 0), ('score__isnull', False), ('state', '')), models.Q(('score__isnull', True), ('state__in', ['blank', 'absent', 'exempt', 'withheld'])), _connector='OR'), name='cell_has_a_score_or_a_state'), models.CheckConstraint(condition=models.Q(('attempt__gte', 1)), name='score_is_of_an_attempt')],
                'triggers': [pgtrigger.compiler.Trigger(name='score_of_archived_batch_is_frozen', sql=muster.core.triggers.TriggerSql(func='\n            IF NOT (FALSE) THEN PERFORM muster_must_be_open_batches(ARRAY[(SELECT batch_id FROM progression_subjectmapping WHERE id = OLD.mapping_id), (SELECT batch_id FROM progression_subjectmapping WHERE id = NEW.mapping_id)]); END IF;\n            RETURN coalesce(NEW, OLD);\n        ', hash='d3bc7097f710f8e88f1a12ce46bd60d43251ba51', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_score_of_archived_batch_is_frozen_97bd6', table='progression_componentscore', when='BEFORE')), pgtrigger.compiler.Trigger(name='score_is_of_the_batch', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF NOT EXISTS (\n    SELECT FROM enrollments_enrollment AS enrollment\n    JOIN progression_subjectmapping AS mapping ON mapping.batch_id = enrollment.batch_id\n    WHERE enrollment.id = NEW.enrollment_id AND mapping.id = NEW.mapping_id\n) THEN\n                RAISE EXCEPTION 'A score is of a student of the batch that is taught the subject' USING ERRCODE = 'check_violation', CONSTRAINT = 'score_is_of_the_batch';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='be9f8c6a6fb2c250958385d3f1623356b687b6e4', operation='INSERT OR UPDATE OF "enrollment_id", "mapping_id"', pgid='pgtrigger_score_is_of_the_batch_e5521', table='progression_componentscore', when='BEFORE')), pgtrigger.compiler.Trigger(name='published_score_is_frozen', sql=muster.core.triggers.TriggerSql(func="\n            PERFORM FROM progression_subjectmapping WHERE id = coalesce(NEW.mapping_id, OLD.mapping_id) FOR SHARE;\n            IF EXISTS (\n        SELECT FROM progression_subjectresult AS result\n        WHERE result.enrollment_id = coalesce(NEW.enrollment_id, OLD.enrollment_id)\n        AND result.mapping_id = coalesce(NEW.mapping_id, OLD.mapping_id)\n        AND result.attempt = coalesce(NEW.attempt, OLD.attempt)\n        AND result.is_current AND result.reopened_at IS NULL\n    ) THEN\n                RAISE EXCEPTION 'A published score does not change before its result is opened again' USING ERRCODE = 'check_violation', CONSTRAINT = 'published_score_is_frozen';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='d78187f7a4faf475951d0c68b27ea3be9b91a459', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_published_score_is_frozen_41cd6', table='progression_componentscore', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id', 'mapping_id')", hash='18219ca62e47c7d2a11a4e38a63f41229322dddf', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_2a5b2', table='progression_componentscore', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."enrollment_id", OLD."mapping_id", OLD."attempt", OLD."component", OLD."score", OLD."state", OLD."marked_at", OLD."marked_by_id") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."enrollment_id", NEW."mapping_id", NEW."attempt", NEW."component", NEW."score", NEW."state", NEW."marked_at", NEW."marked_by_id"))', execute="muster_audit('{id,updated_at,version}', 'institution_id', 'mapping_id')", hash='64beb52f0230ad0c060540efc66400702e63ec93', operation='UPDATE', pgid='pgtrigger_audit_changes_fbe51', table='progression_componentscore', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='SubjectResult',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('attempt', models.PositiveSmallIntegerField(default=1, verbose_name='attempt')),
                ('version', models.PositiveSmallIntegerField(default=1, verbose_name='version')),
                ('is_current', models.BooleanField(default=True)),
                ('verdict', models.CharField(choices=[('passed', 'passed'), ('failed', 'failed'), ('missing', 'missing'), ('withheld', 'withheld'), ('exempt', 'exempt')], max_length=10, verbose_name='verdict')),
                ('total', models.DecimalField(decimal_places=2, max_digits=8, null=True, verbose_name='total')),
                ('percent', models.DecimalField(decimal_places=2, max_digits=6, null=True, verbose_name='percent')),
                ('grade', models.CharField(blank=True, max_length=12, verbose_name='grade')),
                ('points', models.DecimalField(decimal_places=2, max_digits=5, null=True, verbose_name='points')),
                ('worth', models.DecimalField(decimal_places=1, max_digits=5, verbose_name='credits of the subject')),
                ('earned', models.DecimalField(decimal_places=1, max_digits=5, verbose_name='credits earned')),
                ('counts', models.BooleanField(verbose_name='counts in averages')),
                ('grace', models.DecimalField(decimal_places=2, default=0, max_digits=6, verbose_name='grace marks')),
                ('basis', models.JSONField(default=dict)),
                ('reason', models.TextField(blank=True, verbose_name='reason')),
                ('reopened_at', models.DateTimeField(editable=False, null=True)),
                ('reopen_reason', models.TextField(blank=True, verbose_name='reason')),
                ('enrollment', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='subject_results', to='enrollments.enrollment')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('mapping', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='subject_results', to='progression.subjectmapping')),
                ('published_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('reopened_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['id'],
                'constraints': [muster.core.constraints.SameOwner(field='enrollment', name='subject_result_enrollment_of_same_institution', owner='institution', to='enrollments.Enrollment', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='mapping', name='subject_result_mapping_of_same_institution', owner='institution', to='progression.SubjectMapping', to_columns=('institution_id', 'id')), models.UniqueConstraint(fields=('enrollment', 'mapping', 'attempt', 'version'), name='one_result_for_each_version'), models.UniqueConstraint(condition=models.Q(('is_current', True)), fields=('enrollment', 'mapping', 'attempt'), name='one_current_result_of_an_attempt'), models.CheckConstraint(condition=models.Q(('verdict__in', ['passed', 'failed', 'exempt'])), name='published_result_has_a_verdict'), models.CheckConstraint(condition=models.Q(models.Q(('reopen_reason', ''), ('reopened_at__isnull', True)), models.Q(('reopened_at__isnull', False), models.Q(('reopen_reason', ''), _negated=True)), _connector='OR'), name='reopened_result_has_a_reason')],
                'triggers': [pgtrigger.compiler.Trigger(name='result_of_archived_batch_is_frozen', sql=muster.core.triggers.TriggerSql(func='\n            IF NOT (FALSE) THEN PERFORM muster_must_be_open_batches(ARRAY[(SELECT batch_id FROM progression_subjectmapping WHERE id = OLD.mapping_id), (SELECT batch_id FROM progression_subjectmapping WHERE id = NEW.mapping_id)]); END IF;\n            RETURN coalesce(NEW, OLD);\n        ', hash='3a610b588c3950bcef59f63122e4f5239b7c8cac', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_result_of_archived_batch_is_frozen_5b6b4', table='progression_subjectresult', when='BEFORE')), pgtrigger.compiler.Trigger(name='result_is_of_the_batch', sql=muster.core.triggers.TriggerSql(func="\n            PERFORM FROM progression_subjectmapping WHERE id = coalesce(NEW.mapping_id, OLD.mapping_id) FOR NO KEY UPDATE;\n            IF NOT EXISTS (\n    SELECT FROM enrollments_enrollment AS enrollment\n    JOIN progression_subjectmapping AS mapping ON mapping.batch_id = enrollment.batch_id\n    WHERE enrollment.id = NEW.enrollment_id AND mapping.id = NEW.mapping_id\n) THEN\n                RAISE EXCEPTION 'A result is of a student of the batch that is taught the subject' USING ERRCODE = 'check_violation', CONSTRAINT = 'result_is_of_the_batch';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='a22b0bfcf32bdfa30ea87b62ad712e4e9bc466eb', operation='INSERT OR UPDATE OF "enrollment_id", "mapping_id"', pgid='pgtrigger_result_is_of_the_batch_332ed', table='progression_subjectresult', when='BEFORE')), pgtrigger.compiler.Trigger(name='published_result_stays', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF TG_OP = 'DELETE' OR to_jsonb(NEW) - '{is_current,reopened_at,reopened_by_id,reopen_reason,updated_at}'::text[] <> to_jsonb(OLD) - '{is_current,reopened_at,reopened_by_id,reopen_reason,updated_at}'::text[]\n        OR (NEW.is_current AND NOT OLD.is_current)\n        OR (OLD.reopened_at IS NOT NULL AND NEW.reopened_at IS DISTINCT FROM OLD.reopened_at) THEN\n                RAISE EXCEPTION 'A published result does not change; the next version follows it' USING ERRCODE = 'check_violation', CONSTRAINT = 'published_result_stays';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='6b844b0e354e01e28c9f07961438cb9b8a24bb63', operation='UPDATE OR DELETE', pgid='pgtrigger_published_result_stays_8da2b', table='progression_subjectresult', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id', 'mapping_id')", hash='84d0a347b9419237ca714ef818d63b7d6f13264d', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_02bab', table='progression_subjectresult', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."enrollment_id", OLD."mapping_id", OLD."attempt", OLD."is_current", OLD."verdict", OLD."total", OLD."percent", OLD."grade", OLD."points", OLD."worth", OLD."earned", OLD."counts", OLD."grace", OLD."basis", OLD."reason", OLD."published_by_id", OLD."reopened_at", OLD."reopened_by_id", OLD."reopen_reason") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."enrollment_id", NEW."mapping_id", NEW."attempt", NEW."is_current", NEW."verdict", NEW."total", NEW."percent", NEW."grade", NEW."points", NEW."worth", NEW."earned", NEW."counts", NEW."grace", NEW."basis", NEW."reason", NEW."published_by_id", NEW."reopened_at", NEW."reopened_by_id", NEW."reopen_reason"))', execute="muster_audit('{id,updated_at,version}', 'institution_id', 'mapping_id')", hash='7aa7c7cdea50eeab975d41576aaee14c297f43ba', operation='UPDATE', pgid='pgtrigger_audit_changes_af1b3', table='progression_subjectresult', when='AFTER'))],
            },
        ),
        muster.core.sql.InstallFunctions(
            app='progression',
        ),
    ]
