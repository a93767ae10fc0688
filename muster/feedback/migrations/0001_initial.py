import django.contrib.postgres.fields
import django.db.models.deletion
import muster.core.constraints
import muster.core.ids
import muster.core.sql
import muster.core.triggers
import pgtrigger.compiler
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('allocation', '0001_initial'),
        ('batches', '0001_initial'),
        ('core', '0001_initial'),
        ('institutions', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ShownAnswer',
            fields=[
                ('id', models.UUIDField(primary_key=True, serialize=False)),
                ('pool_id', models.UUIDField()),
                ('content_rating', models.PositiveSmallIntegerField(verbose_name='content')),
                ('instructor_rating', models.PositiveSmallIntegerField(verbose_name='instructor')),
                ('value_rating', models.PositiveSmallIntegerField(verbose_name='value')),
                ('comment', models.TextField()),
            ],
            options={
                'managed': False,
            },
        ),
        migrations.CreateModel(
            name='FeedbackRound',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('kind', models.CharField(choices=[('midpoint', 'Midpoint'), ('end', 'End')], max_length=8, verbose_name='kind')),
                ('closes_on', models.DateField(verbose_name='last day')),
                ('closed_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='closed')),
                ('reminded_on', models.DateField(blank=True, editable=False, null=True, verbose_name='reminded')),
                ('assignment', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='feedback_rounds', to='allocation.individualassignment')),
                ('batch', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='feedback_rounds', to='batches.batch')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('instructor', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('opened_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['batch', '-id'], name='feedback_round_by_batch'), models.Index(fields=['institution', '-closes_on'], name='feedback_round_by_day')],
                'verbose_name': 'feedback round',
                'verbose_name_plural': 'feedback rounds',
                'ordering': ['-closes_on', '-id'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='feedback_round_of_institution'), muster.core.constraints.SameOwner(field='batch', name='feedback_round_batch_of_same_institution', owner='institution', to='batches.Batch', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='assignment', name='feedback_round_assignment_of_same_institution', owner='institution', to='allocation.IndividualAssignment', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='instructor', name='feedback_round_instructor_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')), models.CheckConstraint(condition=models.Q(('kind__in', ['midpoint', 'end'])), name='feedback_kind_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('assignment__isnull', True), ('batch__isnull', False)), models.Q(('assignment__isnull', False), ('batch__isnull', True), ('instructor__isnull', False)), _connector='OR'), name='feedback_is_of_a_batch_or_a_mentoring'), models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('batch',), name='one_open_feedback_round_of_a_batch'), models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('assignment',), name='one_open_feedback_round_of_a_pair')],
                'triggers': [pgtrigger.compiler.Trigger(name='archived_feedback_round_is_frozen', sql=muster.core.triggers.TriggerSql(func="\n            IF NOT (TG_OP = 'UPDATE' AND to_jsonb(NEW) - '{closed_at,updated_at}'::text[] = to_jsonb(OLD) - '{closed_at,updated_at}'::text[]) THEN\n                PERFORM muster_must_be_open_batches(ARRAY[OLD.batch_id, NEW.batch_id]);\n            END IF;\n            RETURN coalesce(NEW, OLD);\n        ", hash='9b8c2678934e9e402a29d89db207ccdc166f177d', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_archived_feedback_round_is_frozen_18435', table='feedback_feedbackround', when='BEFORE')), pgtrigger.compiler.Trigger(name='feedback_round_stays_as_it_was_opened', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF TG_OP = 'DELETE' OR OLD.closed_at IS NOT NULL\n        OR to_jsonb(NEW) - '{closed_at,reminded_on,updated_at}'::text[] <> to_jsonb(OLD) - '{closed_at,reminded_on,updated_at}'::text[] THEN\n                RAISE EXCEPTION 'A feedback round is closed, and never reopened, changed or deleted' USING ERRCODE = 'check_violation', CONSTRAINT = 'feedback_round_stays_as_it_was_opened';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='ae688ef1971351d04a9c9640527dd81f2b013e7a', operation='UPDATE OR DELETE', pgid='pgtrigger_feedback_round_stays_as_it_was_opened_5e577', table='feedback_feedbackround', when='BEFORE')), pgtrigger.compiler.Trigger(name='feedback_round_opens', sql=muster.core.triggers.TriggerSql(func=muster.core.sql.Body('feedback', 'feedback_round_opens'), hash='0c01173e23607a86d2e92e607068972b3c9d6b67', operation='INSERT', pgid='pgtrigger_feedback_round_opens_d8137', table='feedback_feedbackround', when='AFTER')), pgtrigger.compiler.Trigger(name='feedback_round_closes', sql=muster.core.triggers.TriggerSql(condition='WHEN (OLD.closed_at IS NULL AND NEW.closed_at IS NOT NULL)', func=muster.core.sql.Body('feedback', 'feedback_round_closes'), hash='c0dfac0e77e7316c6775bed550bc6cba57ddd44d', operation='UPDATE OF "closed_at"', pgid='pgtrigger_feedback_round_closes_89664', table='feedback_feedbackround', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id', 'batch_id')", hash='2d867fddc04e564cc46de3f4f024482652c0eaaf', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_7a3a4', table='feedback_feedbackround', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."kind", OLD."batch_id", OLD."assignment_id", OLD."instructor_id", OLD."closes_on", OLD."closed_at", OLD."reminded_on", OLD."opened_by_id") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."kind", NEW."batch_id", NEW."assignment_id", NEW."instructor_id", NEW."closes_on", NEW."closed_at", NEW."reminded_on", NEW."opened_by_id"))', execute="muster_audit('{id,updated_at,version}', 'institution_id', 'batch_id')", hash='efde6ce3757d27e249011203f1342f2a00f6b960', operation='UPDATE', pgid='pgtrigger_audit_changes_82882', table='feedback_feedbackround', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='FeedbackPool',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('people', django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), default=list, size=None)),
                ('is_closed', models.BooleanField(default=False)),
                ('is_shown', models.BooleanField(default=False)),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('instructor', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('round', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='pools', to='feedback.feedbackround')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='feedback_pool_of_institution'), muster.core.constraints.SameOwner(field='round', name='feedback_pool_round_of_same_institution', owner='institution', to='feedback.FeedbackRound', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='instructor', name='feedback_pool_instructor_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')), models.UniqueConstraint(fields=('round',), name='one_pool_for_each_feedback_round'), models.UniqueConstraint(condition=models.Q(('is_closed', False), ('round__isnull', True)), fields=('institution', 'instructor'), name='one_open_pool_for_each_mentor'), models.CheckConstraint(condition=models.Q(('is_shown', False), ('is_closed', True), _connector='OR'), name='shown_pool_is_closed')],
            },
        ),
        migrations.CreateModel(
            name='FeedbackInvitation',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('answered', models.BooleanField(default=False, editable=False)),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('student', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='feedback_invitations', to=settings.AUTH_USER_MODEL)),
                ('round', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='feedback.feedbackround')),
            ],
            options={
                'constraints': [muster.core.constraints.SameOwner(field='round', name='feedback_invitation_round_of_same_institution', owner='institution', to='feedback.FeedbackRound', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='student', name='feedback_invitation_student_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')), models.UniqueConstraint(fields=('round', 'student'), name='one_invitation_for_each_student')],
                'triggers': [pgtrigger.compiler.Trigger(name='archived_feedback_invitation_is_frozen', sql=muster.core.triggers.TriggerSql(func='\n            IF NOT (FALSE) THEN\n                PERFORM muster_must_be_open_batches(ARRAY[(SELECT batch_id FROM feedback_feedbackround WHERE id = OLD.round_id), (SELECT batch_id FROM feedback_feedbackround WHERE id = NEW.round_id)]);\n            END IF;\n            RETURN coalesce(NEW, OLD);\n        ', hash='449d1677231deb8c533dd2e74799c866f5bb451a', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_archived_feedback_invitation_is_frozen_bdd55', table='feedback_feedbackinvitation', when='BEFORE')), pgtrigger.compiler.Trigger(name='nobody_says_that_somebody_answered', sql=muster.core.triggers.GuardSql(func="\n        IF (TG_OP = 'UPDATE' OR NEW.answered) AND (NOT pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE')\n    OR pg_trigger_depth() = 1 AND coalesce(current_setting('muster.derives', TRUE), '') <> 'yes') THEN\n            RAISE EXCEPTION 'Whoever answers says so by answering' USING ERRCODE = 'check_violation', CONSTRAINT = 'answered_is_who_answered';\n        END IF;\n        RETURN NEW;\n    ", hash='e7f7871b41ebc1b5501aaad86b746e1dcf6df8df', operation='INSERT OR UPDATE', pgid='pgtrigger_nobody_says_that_somebody_answered_8a09f', table='feedback_feedbackinvitation', when='BEFORE')), pgtrigger.compiler.Trigger(name='feedback_invitations_stay', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF TRUE THEN\n                RAISE EXCEPTION 'Who was asked for feedback was asked' USING ERRCODE = 'check_violation', CONSTRAINT = 'feedback_invitations_stay';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='58a0e38843e83fb53a6bf6c21195003c1fa4ea10', operation='DELETE', pgid='pgtrigger_feedback_invitations_stay_814ff', table='feedback_feedbackinvitation', when='BEFORE'))],
            },
        ),
        migrations.CreateModel(
            name='FeedbackAnswer',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('content_rating', models.PositiveSmallIntegerField(verbose_name='content')),
                ('instructor_rating', models.PositiveSmallIntegerField(verbose_name='instructor')),
                ('value_rating', models.PositiveSmallIntegerField(verbose_name='value')),
                ('comment', models.CharField(blank=True, max_length=1000, verbose_name='comment')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('pool', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='feedback.feedbackpool')),
            ],
            options={
                'constraints': [muster.core.constraints.SameOwner(field='pool', name='feedback_answer_pool_of_same_institution', owner='institution', to='feedback.FeedbackPool', to_columns=('institution_id', 'id')), models.CheckConstraint(condition=models.Q(('content_rating__range', (1, 5)), ('instructor_rating__range', (1, 5)), ('value_rating__range', (1, 5))), name='feedback_ratings_are_1_to_5')],
            },
        ),
        muster.core.sql.InstallFunctions(
            app='feedback',
        ),
    ]
