import django.contrib.postgres.constraints
import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
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
        ('institutions', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
                ('institution', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'indexes': [models.Index(fields=['institution', '-created_at'], name='plan_by_time')],
                'verbose_name': 'staffing plan',
                'verbose_name_plural': 'staffing plans',
                'ordering': ['-created_at', '-id'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='plan_of_institution'), muster.core.constraints.SameOwner(field='branch', name='plan_branch_of_same_institution', owner='institution', to='institutions.Branch', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='department', name='plan_department_of_same_institution', owner='institution', to='institutions.Department', to_columns=('institution_id', 'id')), models.CheckConstraint(condition=models.Q(('kind__in', ['batches', 'students'])), name='plan_kind_is_known'), models.CheckConstraint(condition=models.Q(('status__in', ['queued', 'running', 'ready', 'applied', 'partly_applied', 'failed', 'overtaken'])), name='plan_status_is_known'), models.CheckConstraint(condition=models.Q(('progress__lte', 100)), name='plan_progress_is_a_percentage'), models.CheckConstraint(condition=models.Q(('least_score__lte', 100)), name='plan_least_score_is_at_most_100'), models.CheckConstraint(condition=models.Q(('staffed__lte', models.F('wanted'))), name='plan_staffs_no_more_than_is_wanted'), models.CheckConstraint(condition=models.Q(models.Q(('applied_at__isnull', False), ('status__in', ['applied', 'partly_applied'])), models.Q(models.Q(('status__in', ['applied', 'partly_applied']), _negated=True), ('applied_at__isnull', True)), _connector='OR'), name='applied_plan_says_when')],
                'triggers': [pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version,progress,stage}', 'institution_id')", hash='a4e00025e0f2ff9a899ab99a65f1c4588e91a7fe', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_b2a7f', table='allocation_plan', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."kind", OLD."status", OLD."asked_by_id", OLD."branch_id", OLD."department_id", OLD."keep_to_limits", OLD."least_score", OLD."started_at", OLD."finished_at", OLD."applied_at", OLD."applied_by_id", OLD."solver", OLD."wanted", OLD."staffed", OLD."objective", OLD."bound", OLD."staffed_bound", OLD."gap", OLD."seconds", OLD."fingerprint", OLD."workload", OLD."left_out") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."kind", NEW."status", NEW."asked_by_id", NEW."branch_id", NEW."department_id", NEW."keep_to_limits", NEW."least_score", NEW."started_at", NEW."finished_at", NEW."applied_at", NEW."applied_by_id", NEW."solver", NEW."wanted", NEW."staffed", NEW."objective", NEW."bound", NEW."staffed_bound", NEW."gap", NEW."seconds", NEW."fingerprint", NEW."workload", NEW."left_out"))', execute="muster_audit('{id,updated_at,version,progress,stage}', 'institution_id')", hash='cd0ec14a905fde40254faac3176c0c582d060e24', operation='UPDATE', pgid='pgtrigger_audit_changes_4e77d', table='allocation_plan', when='AFTER'))],
            },
        ),
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
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('instructor', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='instructor who is away')),
                ('substitute', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='substitute')),
            ],
            options={
                'verbose_name': 'cover request',
                'verbose_name_plural': 'cover requests',
                'ordering': ['first_date', 'id'],
                'indexes': [models.Index(fields=['institution', 'first_date'], name='cover_request_by_date')],
                'constraints': [muster.core.constraints.SameOwner(field='batch', name='cover_request_batch_of_same_institution', owner='institution', to='batches.Batch', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='instructor', name='cover_request_instructor_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')), muster.core.constraints.SameOwner(field='asked', name='cover_request_asked_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')), muster.core.constraints.SameOwner(field='substitute', name='cover_request_substitute_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')), models.CheckConstraint(condition=models.Q(('last_date__gte', models.F('first_date'))), name='cover_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(('status__in', ['open', 'filled', 'declined', 'withdrawn'])), name='cover_status_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'filled'), ('substitute__isnull', False)), models.Q(models.Q(('status', 'filled'), _negated=True), ('substitute__isnull', True)), _connector='OR'), name='filled_cover_has_a_substitute'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('status', 'open')), models.Q(models.Q(('status', 'open'), _negated=True), ('closed_at__isnull', False)), _connector='OR'), name='closed_cover_says_when'), models.CheckConstraint(condition=models.Q(models.Q(models.Q(('asked__isnull', True), ('can__isnull', True)), ('asked__isnull', False), _connector='OR'), models.Q(('asked', models.F('instructor')), _negated=True), models.Q(('substitute', models.F('instructor')), _negated=True)), name='nobody_covers_for_themself'), django.contrib.postgres.constraints.ExclusionConstraint(condition=models.Q(('status', 'open')), expressions=[(muster.core.constraints.SameId(models.F('batch_id'), 0), '&&'), (muster.core.constraints.SameId(models.F('instructor_id'), 0), '&&'), (muster.core.constraints.DaysOf(models.F('first_date'), django.db.models.expressions.CombinedExpression(models.F('last_date'), '+', models.Value(1))), '&&')], name='one_open_cover_request_on_one_day')],
                'triggers': [pgtrigger.compiler.Trigger(name='archived_cover_is_frozen', sql=muster.core.triggers.TriggerSql(func='\n            IF NOT (FALSE) THEN\n                PERFORM muster_must_be_open_batches(ARRAY[OLD.batch_id, NEW.batch_id]);\n            END IF;\n            RETURN coalesce(NEW, OLD);\n        ', hash='3652ca55ba97fcfe3d726af6b7e68787ff1ac326', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_archived_cover_is_frozen_8d8f0', table='allocation_coverrequest', when='BEFORE')), pgtrigger.compiler.Trigger(name='closed_cover_request_stays', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF OLD.status <> 'open' THEN\n                RAISE EXCEPTION 'A closed cover request is never rewritten' USING ERRCODE = 'check_violation', CONSTRAINT = 'closed_cover_request_stays';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='5c0a1d9ee0a1e7da154fbd1728f544f8758a5544', operation='UPDATE', pgid='pgtrigger_closed_cover_request_stays_391d4', table='allocation_coverrequest', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='91aaa7fd842c0e76672e4ff32772641d3e3cb8f8', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_82521', table='allocation_coverrequest', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."batch_id", OLD."instructor_id", OLD."first_date", OLD."last_date", OLD."note", OLD."asked_id", OLD."can", OLD."status", OLD."substitute_id", OLD."closed_at", OLD."closed_by_id", OLD."close_reason") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."batch_id", NEW."instructor_id", NEW."first_date", NEW."last_date", NEW."note", NEW."asked_id", NEW."can", NEW."status", NEW."substitute_id", NEW."closed_at", NEW."closed_by_id", NEW."close_reason"))', execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='d1c6742d40c3e75aa7d14c59890549234407f073', operation='UPDATE', pgid='pgtrigger_audit_changes_9a381', table='allocation_coverrequest', when='AFTER'))],
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
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('instructor', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='instructor')),
                ('plan', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='items', to='allocation.plan')),
                ('student', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='student')),
            ],
            options={
                'indexes': [models.Index(fields=['plan', 'position'], name='plan_item_by_position')],
                'verbose_name': 'proposal',
                'verbose_name_plural': 'proposals',
                'ordering': ['position', 'id'],
                'constraints': [muster.core.constraints.SameOwner(field='plan', name='plan_item_plan_of_same_institution', owner='institution', to='allocation.Plan', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='batch', name='plan_item_batch_of_same_institution', owner='institution', to='batches.Batch', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='student', name='plan_item_student_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')), muster.core.constraints.SameOwner(field='instructor', name='plan_item_instructor_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')), models.CheckConstraint(condition=models.Q(models.Q(('batch__isnull', False), ('student__isnull', True)), models.Q(('batch__isnull', True), ('student__isnull', False)), _connector='OR'), name='plan_item_is_of_one_batch_or_one_student'), models.CheckConstraint(condition=models.Q(('applied_at__isnull', True), ('instructor__isnull', False), _connector='OR'), name='applied_item_has_an_instructor'), models.CheckConstraint(condition=models.Q(('score__isnull', True), ('score__lte', 100), _connector='OR'), name='plan_item_score_is_at_most_100'), models.UniqueConstraint(condition=models.Q(('batch__isnull', False)), fields=('plan', 'batch'), name='one_proposal_for_each_batch'), models.UniqueConstraint(condition=models.Q(('student__isnull', False)), fields=('plan', 'student'), name='one_proposal_for_each_student')],
                'triggers': [pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id', 'plan_id')", hash='c64d24c81f063a296e2b1e9dde7d57db92339168', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_080bc', table='allocation_planitem', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."plan_id", OLD."batch_id", OLD."student_id", OLD."instructor_id", OLD."by_hand", OLD."score", OLD."reasons", OLD."why_not", OLD."basis", OLD."applied_at", OLD."refusal", OLD."position") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."plan_id", NEW."batch_id", NEW."student_id", NEW."instructor_id", NEW."by_hand", NEW."score", NEW."reasons", NEW."why_not", NEW."basis", NEW."applied_at", NEW."refusal", NEW."position"))', execute="muster_audit('{id,updated_at,version}', 'institution_id', 'plan_id')", hash='7e02677ce2baa1475396fe6662b518e30487d7e2', operation='UPDATE', pgid='pgtrigger_audit_changes_c268a', table='allocation_planitem', when='AFTER'))],
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
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('instructor', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='mentee_assignments', to=settings.AUTH_USER_MODEL)),
                ('student', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='individual_assignments', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'individual assignment',
                'verbose_name_plural': 'individual assignments',
                'ordering': ['-assigned_at', '-id'],
                'indexes': [models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['institution', 'instructor'], name='current_mentees_of_instructor'), models.Index(fields=['student', 'assigned_at'], name='assignments_of_student'), models.Index(fields=['institution', 'student'], name='assigned_in_institution')],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='individual_assignment_of_institution'), muster.core.constraints.SameOwner(field='student', name='individual_assignment_student_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')), muster.core.constraints.SameOwner(field='instructor', name='individual_assignment_instructor_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')), models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('institution', 'student'), name='one_current_instructor_for_each_student'), models.CheckConstraint(condition=models.Q(('assignment_type__in', ['mentor', 'tutor', 'advisor', 'supervisor'])), name='individual_assignment_type_is_known'), models.CheckConstraint(condition=models.Q(('student', models.F('instructor')), _negated=True), name='nobody_is_their_own_instructor'), models.CheckConstraint(condition=models.Q(('ended_at__isnull', True), ('ended_at__gte', models.F('assigned_at')), _connector='OR'), name='individual_assignment_ends_after_it_starts')],
                'triggers': [pgtrigger.compiler.Trigger(name='assigned_people_hold_their_roles', sql=muster.core.triggers.TriggerSql(condition='WHEN (NEW.ended_at IS NULL)', func=muster.core.sql.Body('allocation', 'assigned_people_hold_their_roles'), hash='2dc1699c2b66c8c4e713bbca91c0c0995dd3925a', operation='INSERT OR UPDATE OF "ended_at"', pgid='pgtrigger_assigned_people_hold_their_roles_cf871', table='allocation_individualassignment', when='BEFORE')), pgtrigger.compiler.Trigger(name='assignment_is_ended_and_never_rewritten', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF \n        TG_OP = 'DELETE' OR OLD.ended_at IS NOT NULL\n        OR (NEW.institution_id, NEW.student_id, NEW.instructor_id, NEW.assignment_type, NEW.assigned_at)\n            IS DISTINCT FROM\n            (OLD.institution_id, OLD.student_id, OLD.instructor_id, OLD.assignment_type, OLD.assigned_at)\n     THEN\n                RAISE EXCEPTION 'An individual assignment is ended, and never rewritten or deleted' USING ERRCODE = 'check_violation', CONSTRAINT = 'assignment_is_ended_and_never_rewritten';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='58eaed9ba199902ecfd2e9bd64b425744e240f4f', operation='UPDATE OR DELETE', pgid='pgtrigger_assignment_is_ended_and_never_rewritten_c237f', table='allocation_individualassignment', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id', 'student_id')", hash='f350a6e6ca97a9165fac1c752bcf410334f5b83c', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_92fb4', table='allocation_individualassignment', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."student_id", OLD."instructor_id", OLD."assignment_type", OLD."notes", OLD."assigned_at", OLD."assigned_by_id", OLD."ended_at", OLD."ended_by_id", OLD."end_reason") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."student_id", NEW."instructor_id", NEW."assignment_type", NEW."notes", NEW."assigned_at", NEW."assigned_by_id", NEW."ended_at", NEW."ended_by_id", NEW."end_reason"))', execute="muster_audit('{id,updated_at,version}', 'institution_id', 'student_id')", hash='324d776105f41fa0861b957e71f5acdd03d5df83', operation='UPDATE', pgid='pgtrigger_audit_changes_3c4c1', table='allocation_individualassignment', when='AFTER'))],
            },
        ),
        muster.core.sql.InstallFunctions(
            app='allocation',
        ),
    ]
