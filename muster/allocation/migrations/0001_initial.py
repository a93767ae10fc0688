import django.contrib.postgres.constraints
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
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
        ('batches', '0001_initial'),
        ('core', '0001_initial'),
        ('institutions', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CoverRequest',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('first_date', models.DateField(verbose_name='first day')),
                ('last_date', models.DateField(verbose_name='last day')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                ('can', models.BooleanField(blank=True, null=True, verbose_name='can cover')),
                ('status', models.CharField(choices=[('open', 'Open'), ('filled', 'Covered'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn')], default='open', max_length=10, verbose_name='status')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed')),
                ('close_reason', models.CharField(blank=True, max_length=300, verbose_name='why')),
                ('asked', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='instructor asked')),
                ('batch', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='cover_requests', to='batches.batch')),
                ('closed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('instructor', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='instructor who is away')),
                ('substitute', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='substitute')),
            ],
            options={
                'verbose_name': 'cover request',
                'verbose_name_plural': 'cover requests',
                'ordering': ['first_date', 'id'],
            },
        ),
        migrations.CreateModel(
            name='CoverRequestEvent',
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
                ('note', models.CharField(blank=True, max_length=300, verbose_name='note')),
                ('can', models.BooleanField(blank=True, null=True, verbose_name='can cover')),
                ('status', models.CharField(choices=[('open', 'Open'), ('filled', 'Covered'), ('declined', 'Declined'), ('withdrawn', 'Withdrawn')], default='open', max_length=10, verbose_name='status')),
                ('closed_at', models.DateTimeField(blank=True, null=True, verbose_name='closed')),
                ('close_reason', models.CharField(blank=True, max_length=300, verbose_name='why')),
                ('asked', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='instructor asked')),
                ('batch', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='batches.batch')),
                ('closed_by', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('institution', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.institution')),
                ('instructor', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='instructor who is away')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocation.coverrequest')),
                ('substitute', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='substitute')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='IndividualAssignment',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('assignment_type', models.CharField(choices=[('mentor', 'Mentor'), ('tutor', 'Tutor'), ('advisor', 'Advisor'), ('supervisor', 'Supervisor')], default='mentor', max_length=10, verbose_name='type')),
                ('notes', models.TextField(blank=True, verbose_name='notes')),
                ('assigned_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='assigned')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                ('end_reason', models.CharField(blank=True, max_length=300, verbose_name='reason it ended')),
                ('assigned_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ended_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('instructor', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='mentee_assignments', to=settings.AUTH_USER_MODEL)),
                ('student', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='individual_assignments', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'individual assignment',
                'verbose_name_plural': 'individual assignments',
                'ordering': ['-assigned_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='IndividualAssignmentEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('assignment_type', models.CharField(choices=[('mentor', 'Mentor'), ('tutor', 'Tutor'), ('advisor', 'Advisor'), ('supervisor', 'Supervisor')], default='mentor', max_length=10, verbose_name='type')),
                ('notes', models.TextField(blank=True, verbose_name='notes')),
                ('assigned_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='assigned')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                ('end_reason', models.CharField(blank=True, max_length=300, verbose_name='reason it ended')),
                ('assigned_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('ended_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('institution', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.institution')),
                ('instructor', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocation.individualassignment')),
                ('student', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Plan',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('kind', models.CharField(choices=[('batches', 'Leads for batches'), ('students', 'Mentors for students')], default='batches', max_length=10, verbose_name='kind')),
                ('status', models.CharField(choices=[('queued', 'Waiting'), ('running', 'Running'), ('ready', 'Ready'), ('applied', 'Applied'), ('partly_applied', 'Partly applied'), ('failed', 'Failed'), ('overtaken', 'Out of date')], default='queued', max_length=15, verbose_name='status')),
                ('keep_to_limits', models.BooleanField(default=True, verbose_name='keep to limits')),
                ('least_score', models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='minimum score')),
                ('progress', models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(100)])),
                ('stage', models.CharField(choices=[('waiting', 'Waiting in line'), ('reading', 'Checking availability'), ('first', 'Finding a first plan'), ('searching', 'Looking for the best plan'), ('explaining', 'Writing up the reasons'), ('over', 'Done')], default='waiting', max_length=10)),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('applied_at', models.DateTimeField(blank=True, null=True, verbose_name='applied')),
                ('solver', models.CharField(blank=True, choices=[('cp-sat', 'OR-Tools CP-SAT'), ('flow', 'OR-Tools minimum cost flow'), ('greedy', 'Greedy with swaps')], max_length=10, verbose_name='solver')),
                ('wanted', models.PositiveIntegerField(default=0)),
                ('staffed', models.PositiveIntegerField(default=0)),
                ('objective', models.PositiveIntegerField(blank=True, null=True)),
                ('bound', models.PositiveIntegerField(blank=True, null=True)),
                ('staffed_bound', models.PositiveIntegerField(blank=True, null=True)),
                ('gap', models.FloatField(blank=True, null=True)),
                ('seconds', models.FloatField(blank=True, null=True)),
                ('fingerprint', models.CharField(blank=True, max_length=64)),
                ('workload', models.JSONField(blank=True, default=list)),
                ('left_out', models.PositiveIntegerField(default=0)),
                ('applied_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='applied by')),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='requested by')),
                ('branch', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='institutions.branch', verbose_name='branch')),
                ('department', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='institutions.department', verbose_name='department')),
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'verbose_name': 'staffing plan',
                'verbose_name_plural': 'staffing plans',
                'ordering': ['-created_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='PlanEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('kind', models.CharField(choices=[('batches', 'Leads for batches'), ('students', 'Mentors for students')], default='batches', max_length=10, verbose_name='kind')),
                ('status', models.CharField(choices=[('queued', 'Waiting'), ('running', 'Running'), ('ready', 'Ready'), ('applied', 'Applied'), ('partly_applied', 'Partly applied'), ('failed', 'Failed'), ('overtaken', 'Out of date')], default='queued', max_length=15, verbose_name='status')),
                ('keep_to_limits', models.BooleanField(default=True, verbose_name='keep to limits')),
                ('least_score', models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='minimum score')),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('applied_at', models.DateTimeField(blank=True, null=True, verbose_name='applied')),
                ('solver', models.CharField(blank=True, choices=[('cp-sat', 'OR-Tools CP-SAT'), ('flow', 'OR-Tools minimum cost flow'), ('greedy', 'Greedy with swaps')], max_length=10, verbose_name='solver')),
                ('wanted', models.PositiveIntegerField(default=0)),
                ('staffed', models.PositiveIntegerField(default=0)),
                ('objective', models.PositiveIntegerField(blank=True, null=True)),
                ('bound', models.PositiveIntegerField(blank=True, null=True)),
                ('staffed_bound', models.PositiveIntegerField(blank=True, null=True)),
                ('gap', models.FloatField(blank=True, null=True)),
                ('seconds', models.FloatField(blank=True, null=True)),
                ('fingerprint', models.CharField(blank=True, max_length=64)),
                ('workload', models.JSONField(blank=True, default=list)),
                ('left_out', models.PositiveIntegerField(default=0)),
                ('applied_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='applied by')),
                ('asked_by', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='requested by')),
                ('branch', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.branch', verbose_name='branch')),
                ('department', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.department', verbose_name='department')),
                ('institution', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.institution')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocation.plan')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='PlanItem',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('by_hand', models.BooleanField(default=False)),
                ('score', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='score')),
                ('reasons', models.JSONField(blank=True, default=list, verbose_name='reasons')),
                ('why_not', models.JSONField(blank=True, default=list, verbose_name='reason for no proposal')),
                ('basis', models.CharField(blank=True, max_length=32)),
                ('applied_at', models.DateTimeField(blank=True, null=True, verbose_name='applied')),
                ('refusal', models.TextField(blank=True, verbose_name='reason not applied')),
                ('position', models.PositiveIntegerField(default=0)),
                ('batch', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='batches.batch', verbose_name='batch')),
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('instructor', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='instructor')),
                ('plan', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='items', to='allocation.plan')),
                ('student', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='student')),
            ],
            options={
                'verbose_name': 'proposal',
                'verbose_name_plural': 'proposals',
                'ordering': ['position', 'id'],
            },
        ),
        migrations.CreateModel(
            name='PlanItemEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('by_hand', models.BooleanField(default=False)),
                ('score', models.PositiveSmallIntegerField(blank=True, null=True, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='score')),
                ('reasons', models.JSONField(blank=True, default=list, verbose_name='reasons')),
                ('why_not', models.JSONField(blank=True, default=list, verbose_name='reason for no proposal')),
                ('basis', models.CharField(blank=True, max_length=32)),
                ('applied_at', models.DateTimeField(blank=True, null=True, verbose_name='applied')),
                ('refusal', models.TextField(blank=True, verbose_name='reason not applied')),
                ('position', models.PositiveIntegerField(default=0)),
                ('batch', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='batches.batch', verbose_name='batch')),
                ('institution', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.institution')),
                ('instructor', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='instructor')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='allocation.planitem')),
                ('plan', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='allocation.plan')),
                ('student', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='student')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddIndex(
            model_name='coverrequest',
            index=models.Index(condition=models.Q(('status', 'open')), fields=['institution', 'first_date'], name='open_cover_requests'),
        ),
        migrations.AddConstraint(
            model_name='coverrequest',
            constraint=muster.core.constraints.SameOwner(field='batch', name='cover_request_batch_of_same_institution', owner='institution', to='batches.Batch', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='coverrequest',
            constraint=muster.core.constraints.SameOwner(field='instructor', name='cover_request_instructor_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')),
        ),
        migrations.AddConstraint(
            model_name='coverrequest',
            constraint=muster.core.constraints.SameOwner(field='asked', name='cover_request_asked_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')),
        ),
        migrations.AddConstraint(
            model_name='coverrequest',
            constraint=muster.core.constraints.SameOwner(field='substitute', name='cover_request_substitute_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')),
        ),
        migrations.AddConstraint(
            model_name='coverrequest',
            constraint=models.CheckConstraint(condition=models.Q(('last_date__gte', models.F('first_date'))), name='cover_ends_after_it_starts'),
        ),
        migrations.AddConstraint(
            model_name='coverrequest',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['open', 'filled', 'declined', 'withdrawn'])), name='cover_status_is_known'),
        ),
        migrations.AddConstraint(
            model_name='coverrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'filled'), ('substitute__isnull', False)), models.Q(models.Q(('status', 'filled'), _negated=True), ('substitute__isnull', True)), _connector='OR'), name='filled_cover_has_a_substitute'),
        ),
        migrations.AddConstraint(
            model_name='coverrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('status', 'open')), models.Q(models.Q(('status', 'open'), _negated=True), ('closed_at__isnull', False)), _connector='OR'), name='closed_cover_says_when'),
        ),
        migrations.AddConstraint(
            model_name='coverrequest',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('asked__isnull', True), ('can__isnull', True)), ('asked__isnull', False), _connector='OR'), models.Q(('asked', models.F('instructor')), _negated=True), models.Q(('substitute', models.F('instructor')), _negated=True)), name='nobody_covers_for_themself'),
        ),
        migrations.AddConstraint(
            model_name='coverrequest',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('status', 'open')), expressions=[(muster.core.constraints.SameId(models.F('batch_id'), 0), '&&'), (muster.core.constraints.SameId(models.F('instructor_id'), 0), '&&'), (muster.core.constraints.DaysOf(models.F('first_date'), django.db.models.expressions.CombinedExpression(models.F('last_date'), '+', models.Value(1))), '&&')], name='one_open_cover_request_on_one_day'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='coverrequest',
            trigger=pgtrigger.compiler.Trigger(name='cover_in_archived_batch_is_frozen', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE frozen_batch uuid;', func="\n            IF NOT (FALSE) THEN\n                SELECT id INTO frozen_batch FROM (\n                    SELECT id, archived_at FROM batches_batch\n                    WHERE id IN (\n                        CASE WHEN TG_OP <> 'DELETE' THEN NEW.batch_id END, CASE WHEN TG_OP <> 'INSERT' THEN OLD.batch_id END\n                    )\n                    ORDER BY id FOR SHARE\n                ) AS held WHERE archived_at IS NOT NULL LIMIT 1;\n                IF frozen_batch IS NOT NULL THEN\n                    RAISE EXCEPTION 'An archived batch does not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'archived_batch_does_not_change';\n                END IF;\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='70390e48a98fe318d0b69ac5de13f6cc6ed62f43', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_cover_in_archived_batch_is_frozen_c5944', table='allocation_coverrequest', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='coverrequest',
            trigger=pgtrigger.compiler.Trigger(name='closed_cover_request_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            \n            IF OLD.status <> 'open' THEN\n                RAISE EXCEPTION 'A closed cover request is never rewritten' USING ERRCODE = 'check_violation', CONSTRAINT = 'closed_cover_request_stays';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='d94826f4c12f80be214cd25520d1adedb9a5f4c5', operation='UPDATE', pgid='pgtrigger_closed_cover_request_stays_391d4', table='allocation_coverrequest', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='coverrequest',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "allocation_coverrequestevent" ("asked_id", "batch_id", "can", "close_reason", "closed_at", "closed_by_id", "created_at", "first_date", "id", "institution_id", "instructor_id", "last_date", "note", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "status", "substitute_id") SELECT new_values."asked_id", new_values."batch_id", new_values."can", new_values."close_reason", new_values."closed_at", new_values."closed_by_id", new_values."created_at", new_values."first_date", new_values."id", new_values."institution_id", new_values."instructor_id", new_values."last_date", new_values."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', new_values."id", new_values."status", new_values."substitute_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='dc2af3cab175c4ace556e21841e5d537f6d5d3ef', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_4d704', referencing='REFERENCING NEW TABLE AS new_values ', table='allocation_coverrequest', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='coverrequest',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "allocation_coverrequestevent" ("asked_id", "batch_id", "can", "close_reason", "closed_at", "closed_by_id", "created_at", "first_date", "id", "institution_id", "instructor_id", "last_date", "note", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "status", "substitute_id") SELECT new_values."asked_id", new_values."batch_id", new_values."can", new_values."close_reason", new_values."closed_at", new_values."closed_by_id", new_values."created_at", new_values."first_date", new_values."id", new_values."institution_id", new_values."instructor_id", new_values."last_date", new_values."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', new_values."id", new_values."status", new_values."substitute_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."asked_id" IS DISTINCT FROM (new_values."asked_id") OR old_values."batch_id" IS DISTINCT FROM (new_values."batch_id") OR old_values."can" IS DISTINCT FROM (new_values."can") OR old_values."close_reason" IS DISTINCT FROM (new_values."close_reason") OR old_values."closed_at" IS DISTINCT FROM (new_values."closed_at") OR old_values."closed_by_id" IS DISTINCT FROM (new_values."closed_by_id") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."first_date" IS DISTINCT FROM (new_values."first_date") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."institution_id" IS DISTINCT FROM (new_values."institution_id") OR old_values."instructor_id" IS DISTINCT FROM (new_values."instructor_id") OR old_values."last_date" IS DISTINCT FROM (new_values."last_date") OR old_values."note" IS DISTINCT FROM (new_values."note") OR old_values."status" IS DISTINCT FROM (new_values."status") OR old_values."substitute_id" IS DISTINCT FROM (new_values."substitute_id")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='63d62f8a810386a62dd752e8c0a62c7d017f4d31', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_3f98e', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='allocation_coverrequest', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='coverrequest',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "allocation_coverrequestevent" ("asked_id", "batch_id", "can", "close_reason", "closed_at", "closed_by_id", "created_at", "first_date", "id", "institution_id", "instructor_id", "last_date", "note", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "status", "substitute_id") SELECT old_values."asked_id", old_values."batch_id", old_values."can", old_values."close_reason", old_values."closed_at", old_values."closed_by_id", old_values."created_at", old_values."first_date", old_values."id", old_values."institution_id", old_values."instructor_id", old_values."last_date", old_values."note", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', old_values."id", old_values."status", old_values."substitute_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='523e6300ee478145c7136b31efd44e14744d3936', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_2ddcb', referencing='REFERENCING OLD TABLE AS old_values ', table='allocation_coverrequest', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='coverrequestevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='c26fc3217b27d2b99df28fef16891eafc044f26b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_8aca3', table='allocation_coverrequestevent', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='individualassignment',
            index=models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['institution', 'instructor'], name='current_mentees_of_instructor'),
        ),
        migrations.AddIndex(
            model_name='individualassignment',
            index=models.Index(fields=['student', 'assigned_at'], name='assignments_of_student'),
        ),
        migrations.AddConstraint(
            model_name='individualassignment',
            constraint=muster.core.constraints.SameOwner(field='student', name='individual_assignment_student_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')),
        ),
        migrations.AddConstraint(
            model_name='individualassignment',
            constraint=muster.core.constraints.SameOwner(field='instructor', name='individual_assignment_instructor_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')),
        ),
        migrations.AddConstraint(
            model_name='individualassignment',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('institution', 'student'), name='one_current_instructor_for_each_student'),
        ),
        migrations.AddConstraint(
            model_name='individualassignment',
            constraint=models.CheckConstraint(condition=models.Q(('assignment_type__in', ['mentor', 'tutor', 'advisor', 'supervisor'])), name='individual_assignment_type_is_known'),
        ),
        migrations.AddConstraint(
            model_name='individualassignment',
            constraint=models.CheckConstraint(condition=models.Q(('student', models.F('instructor')), _negated=True), name='nobody_is_their_own_instructor'),
        ),
        migrations.AddConstraint(
            model_name='individualassignment',
            constraint=models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), ('ended_at__gte', models.F('assigned_at')), _connector='OR'), name='individual_assignment_ends_after_it_starts'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='individualassignment',
            trigger=pgtrigger.compiler.Trigger(name='assigned_people_hold_their_roles', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW.ended_at IS NULL)', func=muster.core.sql.Body('allocation', 'assigned_people_hold_their_roles'), hash='2a389a0f929cb7e691e72175935834dfa5b1d455', operation='INSERT OR UPDATE OF "ended_at"', pgid='pgtrigger_assigned_people_hold_their_roles_cf871', table='allocation_individualassignment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='individualassignment',
            trigger=pgtrigger.compiler.Trigger(name='assignment_is_ended_and_never_rewritten', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            \n            IF \n        TG_OP = 'DELETE' OR OLD.ended_at IS NOT NULL\n        OR (NEW.institution_id, NEW.student_id, NEW.instructor_id, NEW.assignment_type, NEW.assigned_at)\n            IS DISTINCT FROM\n            (OLD.institution_id, OLD.student_id, OLD.instructor_id, OLD.assignment_type, OLD.assigned_at)\n     THEN\n                RAISE EXCEPTION 'An individual assignment is ended, and never rewritten or deleted' USING ERRCODE = 'check_violation', CONSTRAINT = 'assignment_is_ended_and_never_rewritten';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='9b574b42beaa59189b96acb9eec55001badf51f4', operation='UPDATE OR DELETE', pgid='pgtrigger_assignment_is_ended_and_never_rewritten_c237f', table='allocation_individualassignment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='individualassignment',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "allocation_individualassignmentevent" ("assigned_at", "assigned_by_id", "assignment_type", "created_at", "end_reason", "ended_at", "ended_by_id", "id", "institution_id", "instructor_id", "notes", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "student_id") SELECT new_values."assigned_at", new_values."assigned_by_id", new_values."assignment_type", new_values."created_at", new_values."end_reason", new_values."ended_at", new_values."ended_by_id", new_values."id", new_values."institution_id", new_values."instructor_id", new_values."notes", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', new_values."id", new_values."student_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='ee13979a43f0e6eea95964354a9153552d64ca4f', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_4b1a7', referencing='REFERENCING NEW TABLE AS new_values ', table='allocation_individualassignment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='individualassignment',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "allocation_individualassignmentevent" ("assigned_at", "assigned_by_id", "assignment_type", "created_at", "end_reason", "ended_at", "ended_by_id", "id", "institution_id", "instructor_id", "notes", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "student_id") SELECT new_values."assigned_at", new_values."assigned_by_id", new_values."assignment_type", new_values."created_at", new_values."end_reason", new_values."ended_at", new_values."ended_by_id", new_values."id", new_values."institution_id", new_values."instructor_id", new_values."notes", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', new_values."id", new_values."student_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."assigned_at" IS DISTINCT FROM (new_values."assigned_at") OR old_values."assigned_by_id" IS DISTINCT FROM (new_values."assigned_by_id") OR old_values."assignment_type" IS DISTINCT FROM (new_values."assignment_type") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."end_reason" IS DISTINCT FROM (new_values."end_reason") OR old_values."ended_at" IS DISTINCT FROM (new_values."ended_at") OR old_values."ended_by_id" IS DISTINCT FROM (new_values."ended_by_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."institution_id" IS DISTINCT FROM (new_values."institution_id") OR old_values."instructor_id" IS DISTINCT FROM (new_values."instructor_id") OR old_values."notes" IS DISTINCT FROM (new_values."notes") OR old_values."student_id" IS DISTINCT FROM (new_values."student_id")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='e4e252681926cbdb41a827dd1701a06d8cd43e27', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_197a2', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='allocation_individualassignment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='individualassignment',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "allocation_individualassignmentevent" ("assigned_at", "assigned_by_id", "assignment_type", "created_at", "end_reason", "ended_at", "ended_by_id", "id", "institution_id", "instructor_id", "notes", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "student_id") SELECT old_values."assigned_at", old_values."assigned_by_id", old_values."assignment_type", old_values."created_at", old_values."end_reason", old_values."ended_at", old_values."ended_by_id", old_values."id", old_values."institution_id", old_values."instructor_id", old_values."notes", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', old_values."id", old_values."student_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='440f4d937acbf9e81984a1fd6b01e3ac4fe15287', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_1473f', referencing='REFERENCING OLD TABLE AS old_values ', table='allocation_individualassignment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='individualassignmentevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='e3aa19a2e4dea0e81f157158dde369ebd5f87760', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_a74cf', table='allocation_individualassignmentevent', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='plan',
            index=models.Index(fields=['institution', '-created_at'], name='plan_by_time'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.UniqueConstraint(fields=('institution', 'id'), name='plan_of_institution'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=muster.core.constraints.SameOwner(field='branch', name='plan_branch_of_same_institution', owner='institution', to='institutions.Branch', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=muster.core.constraints.SameOwner(field='department', name='plan_department_of_same_institution', owner='institution', to='institutions.Department', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['batches', 'students'])), name='plan_kind_is_known'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['queued', 'running', 'ready', 'applied', 'partly_applied', 'failed', 'overtaken'])), name='plan_status_is_known'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(('progress__lte', 100)), name='plan_progress_is_a_percentage'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(('least_score__lte', 100)), name='plan_least_score_is_at_most_100'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(('staffed__lte', models.F('wanted'))), name='plan_staffs_no_more_than_is_wanted'),
        ),
        migrations.AddConstraint(
            model_name='plan',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('applied_at__isnull', False), ('status__in', ['applied', 'partly_applied'])), models.Q(models.Q(('status__in', ['applied', 'partly_applied']), _negated=True), ('applied_at__isnull', True)), _connector='OR'), name='applied_plan_says_when'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='plan',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "allocation_planevent" ("applied_at", "applied_by_id", "asked_by_id", "bound", "branch_id", "created_at", "department_id", "fingerprint", "finished_at", "gap", "id", "institution_id", "keep_to_limits", "kind", "least_score", "left_out", "objective", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "seconds", "solver", "staffed", "staffed_bound", "started_at", "status", "wanted", "workload") SELECT new_values."applied_at", new_values."applied_by_id", new_values."asked_by_id", new_values."bound", new_values."branch_id", new_values."created_at", new_values."department_id", new_values."fingerprint", new_values."finished_at", new_values."gap", new_values."id", new_values."institution_id", new_values."keep_to_limits", new_values."kind", new_values."least_score", new_values."left_out", new_values."objective", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', new_values."id", new_values."seconds", new_values."solver", new_values."staffed", new_values."staffed_bound", new_values."started_at", new_values."status", new_values."wanted", new_values."workload" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='fcb5b8b4c1e27200822d816107202c030e7fe6cb', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_916e8', referencing='REFERENCING NEW TABLE AS new_values ', table='allocation_plan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='plan',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "allocation_planevent" ("applied_at", "applied_by_id", "asked_by_id", "bound", "branch_id", "created_at", "department_id", "fingerprint", "finished_at", "gap", "id", "institution_id", "keep_to_limits", "kind", "least_score", "left_out", "objective", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "seconds", "solver", "staffed", "staffed_bound", "started_at", "status", "wanted", "workload") SELECT new_values."applied_at", new_values."applied_by_id", new_values."asked_by_id", new_values."bound", new_values."branch_id", new_values."created_at", new_values."department_id", new_values."fingerprint", new_values."finished_at", new_values."gap", new_values."id", new_values."institution_id", new_values."keep_to_limits", new_values."kind", new_values."least_score", new_values."left_out", new_values."objective", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', new_values."id", new_values."seconds", new_values."solver", new_values."staffed", new_values."staffed_bound", new_values."started_at", new_values."status", new_values."wanted", new_values."workload" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."applied_at" IS DISTINCT FROM (new_values."applied_at") OR old_values."applied_by_id" IS DISTINCT FROM (new_values."applied_by_id") OR old_values."asked_by_id" IS DISTINCT FROM (new_values."asked_by_id") OR old_values."bound" IS DISTINCT FROM (new_values."bound") OR old_values."branch_id" IS DISTINCT FROM (new_values."branch_id") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."department_id" IS DISTINCT FROM (new_values."department_id") OR old_values."fingerprint" IS DISTINCT FROM (new_values."fingerprint") OR old_values."finished_at" IS DISTINCT FROM (new_values."finished_at") OR old_values."gap" IS DISTINCT FROM (new_values."gap") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."institution_id" IS DISTINCT FROM (new_values."institution_id") OR old_values."keep_to_limits" IS DISTINCT FROM (new_values."keep_to_limits") OR old_values."kind" IS DISTINCT FROM (new_values."kind") OR old_values."least_score" IS DISTINCT FROM (new_values."least_score") OR old_values."left_out" IS DISTINCT FROM (new_values."left_out") OR old_values."objective" IS DISTINCT FROM (new_values."objective") OR old_values."seconds" IS DISTINCT FROM (new_values."seconds") OR old_values."solver" IS DISTINCT FROM (new_values."solver") OR old_values."staffed" IS DISTINCT FROM (new_values."staffed") OR old_values."staffed_bound" IS DISTINCT FROM (new_values."staffed_bound") OR old_values."started_at" IS DISTINCT FROM (new_values."started_at") OR old_values."status" IS DISTINCT FROM (new_values."status") OR old_values."wanted" IS DISTINCT FROM (new_values."wanted") OR old_values."workload" IS DISTINCT FROM (new_values."workload")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='102608d89b5f859f5e8a61bc9b654f3547c16e3f', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_85e7e', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='allocation_plan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='plan',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "allocation_planevent" ("applied_at", "applied_by_id", "asked_by_id", "bound", "branch_id", "created_at", "department_id", "fingerprint", "finished_at", "gap", "id", "institution_id", "keep_to_limits", "kind", "least_score", "left_out", "objective", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "seconds", "solver", "staffed", "staffed_bound", "started_at", "status", "wanted", "workload") SELECT old_values."applied_at", old_values."applied_by_id", old_values."asked_by_id", old_values."bound", old_values."branch_id", old_values."created_at", old_values."department_id", old_values."fingerprint", old_values."finished_at", old_values."gap", old_values."id", old_values."institution_id", old_values."keep_to_limits", old_values."kind", old_values."least_score", old_values."left_out", old_values."objective", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', old_values."id", old_values."seconds", old_values."solver", old_values."staffed", old_values."staffed_bound", old_values."started_at", old_values."status", old_values."wanted", old_values."workload" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='3ae1c32c28d28fb37eccd5c2d5190d972efdc43d', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_44208', referencing='REFERENCING OLD TABLE AS old_values ', table='allocation_plan', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='planevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b620247fdb9b220e948640b74d9dac2b6e36a0f7', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_b069a', table='allocation_planevent', when='BEFORE')),
        ),
        migrations.AddIndex(
            model_name='planitem',
            index=models.Index(fields=['plan', 'position'], name='plan_item_by_position'),
        ),
        migrations.AddConstraint(
            model_name='planitem',
            constraint=muster.core.constraints.SameOwner(field='plan', name='plan_item_plan_of_same_institution', owner='institution', to='allocation.Plan', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='planitem',
            constraint=muster.core.constraints.SameOwner(field='batch', name='plan_item_batch_of_same_institution', owner='institution', to='batches.Batch', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='planitem',
            constraint=muster.core.constraints.SameOwner(field='student', name='plan_item_student_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')),
        ),
        migrations.AddConstraint(
            model_name='planitem',
            constraint=muster.core.constraints.SameOwner(field='instructor', name='plan_item_instructor_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')),
        ),
        migrations.AddConstraint(
            model_name='planitem',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('batch__isnull', False), ('student__isnull', True)), models.Q(('batch__isnull', True), ('student__isnull', False)), _connector='OR'), name='plan_item_is_of_one_batch_or_one_student'),
        ),
        migrations.AddConstraint(
            model_name='planitem',
            constraint=models.CheckConstraint(condition=models.Q(('applied_at__isnull', True), ('instructor__isnull', False), _connector='OR'), name='applied_item_has_an_instructor'),
        ),
        migrations.AddConstraint(
            model_name='planitem',
            constraint=models.CheckConstraint(condition=models.Q(('score__isnull', True), ('score__lte', 100), _connector='OR'), name='plan_item_score_is_at_most_100'),
        ),
        migrations.AddConstraint(
            model_name='planitem',
            constraint=models.UniqueConstraint(condition=models.Q(('batch__isnull', False)), fields=('plan', 'batch'), name='one_proposal_for_each_batch'),
        ),
        migrations.AddConstraint(
            model_name='planitem',
            constraint=models.UniqueConstraint(condition=models.Q(('student__isnull', False)), fields=('plan', 'student'), name='one_proposal_for_each_student'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='planitem',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "allocation_planitemevent" ("applied_at", "basis", "batch_id", "by_hand", "created_at", "id", "institution_id", "instructor_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "position", "reasons", "refusal", "score", "student_id", "why_not") SELECT new_values."applied_at", new_values."basis", new_values."batch_id", new_values."by_hand", new_values."created_at", new_values."id", new_values."institution_id", new_values."instructor_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', new_values."id", new_values."plan_id", new_values."position", new_values."reasons", new_values."refusal", new_values."score", new_values."student_id", new_values."why_not" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='be444c45a750bcab7a06a715cc629bbd16e5106b', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_cff83', referencing='REFERENCING NEW TABLE AS new_values ', table='allocation_planitem', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='planitem',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "allocation_planitemevent" ("applied_at", "basis", "batch_id", "by_hand", "created_at", "id", "institution_id", "instructor_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "position", "reasons", "refusal", "score", "student_id", "why_not") SELECT new_values."applied_at", new_values."basis", new_values."batch_id", new_values."by_hand", new_values."created_at", new_values."id", new_values."institution_id", new_values."instructor_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', new_values."id", new_values."plan_id", new_values."position", new_values."reasons", new_values."refusal", new_values."score", new_values."student_id", new_values."why_not" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."applied_at" IS DISTINCT FROM (new_values."applied_at") OR old_values."basis" IS DISTINCT FROM (new_values."basis") OR old_values."batch_id" IS DISTINCT FROM (new_values."batch_id") OR old_values."by_hand" IS DISTINCT FROM (new_values."by_hand") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."institution_id" IS DISTINCT FROM (new_values."institution_id") OR old_values."instructor_id" IS DISTINCT FROM (new_values."instructor_id") OR old_values."plan_id" IS DISTINCT FROM (new_values."plan_id") OR old_values."position" IS DISTINCT FROM (new_values."position") OR old_values."reasons" IS DISTINCT FROM (new_values."reasons") OR old_values."refusal" IS DISTINCT FROM (new_values."refusal") OR old_values."score" IS DISTINCT FROM (new_values."score") OR old_values."student_id" IS DISTINCT FROM (new_values."student_id") OR old_values."why_not" IS DISTINCT FROM (new_values."why_not")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='f1e8a8fbd22974e728cb1be82d7c41863899754d', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_e9d4b', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='allocation_planitem', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='planitem',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "allocation_planitemevent" ("applied_at", "basis", "batch_id", "by_hand", "created_at", "id", "institution_id", "instructor_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "plan_id", "position", "reasons", "refusal", "score", "student_id", "why_not") SELECT old_values."applied_at", old_values."basis", old_values."batch_id", old_values."by_hand", old_values."created_at", old_values."id", old_values."institution_id", old_values."instructor_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', old_values."id", old_values."plan_id", old_values."position", old_values."reasons", old_values."refusal", old_values."score", old_values."student_id", old_values."why_not" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='f464fd128e53dd12da59facdba37b4fc84c999cc', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_832db', referencing='REFERENCING OLD TABLE AS old_values ', table='allocation_planitem', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='planitemevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ef4a9d3c6d506c650dfef8e6e8767917d1299358', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_9e160', table='allocation_planitemevent', when='BEFORE')),
        ),
        muster.core.sql.InstallFunctions(
            app='allocation',
        ),
    ]
