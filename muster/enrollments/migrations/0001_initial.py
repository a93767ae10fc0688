import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.text
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
            name='Organisation',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('name', models.CharField(max_length=150, verbose_name='name')),
                ('contact_name', models.CharField(blank=True, max_length=150, verbose_name='contact person')),
                ('contact_email', models.EmailField(blank=True, max_length=254, verbose_name='contact email')),
                ('contact_phone', models.CharField(blank=True, max_length=40, verbose_name='contact phone')),
                ('invoice_address', models.TextField(blank=True, validators=[django.core.validators.MaxLengthValidator(500, 'Keep the address to %(limit_value)d characters or fewer.')], verbose_name='invoice address')),
                ('reference', models.CharField(blank=True, max_length=60, verbose_name='reference')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('contact', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='organisations', to=settings.AUTH_USER_MODEL)),
                ('institution', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'verbose_name': 'organization',
                'verbose_name_plural': 'organizations',
                'ordering': ['name__plain'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='organisation_of_institution'), muster.core.constraints.SameOwner(field='contact', name='organisation_contact_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')), models.UniqueConstraint(models.F('institution'), django.db.models.functions.text.Lower('name'), name='one_organisation_for_each_name')],
                'triggers': [pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='b030a6545cb79e2fa4a8b6768c373081e4e9a254', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_5904d', table='enrollments_organisation', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."name", OLD."contact_name", OLD."contact_email", OLD."contact_phone", OLD."invoice_address", OLD."reference", OLD."contact_id", OLD."is_active") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."name", NEW."contact_name", NEW."contact_email", NEW."contact_phone", NEW."invoice_address", NEW."reference", NEW."contact_id", NEW."is_active"))', execute="muster_audit('{id,updated_at,version}', 'institution_id')", hash='fcbac5ee87bdec78d178733e9aff991e6ad0328b', operation='UPDATE', pgid='pgtrigger_audit_changes_feba4', table='enrollments_organisation', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='Enrollment',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('enrollment_type', models.CharField(choices=[('individual', 'Individual'), ('batch', 'Batch'), ('corporate', 'Corporate'), ('group', 'Group'), ('scholarship', 'Scholarship'), ('trial', 'Trial')], default='batch', max_length=12, verbose_name='type')),
                ('status', models.CharField(choices=[('active', 'Active'), ('completed', 'Completed'), ('cancelled', 'Cancelled'), ('on_hold', 'On hold'), ('expired', 'Expired')], default='active', max_length=10, verbose_name='status')),
                ('source', models.CharField(blank=True, max_length=60, verbose_name='source')),
                ('enrollment_date', models.DateField(verbose_name='enrolled on')),
                ('access_expiry_date', models.DateField(blank=True, null=True, verbose_name='access until')),
                ('trial_began_on', models.DateField(blank=True, editable=False, null=True)),
                ('access_end_announced', models.DateField(blank=True, editable=False, null=True)),
                ('welcome_due', models.BooleanField(default=False, editable=False)),
                ('completed_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('cancelled_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('cancel_reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('status_before_end', models.CharField(blank=True, default='', editable=False, max_length=10)),
                ('frozen', models.BooleanField(default=False, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('batch', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='enrollments', to='batches.batch', verbose_name='batch')),
                ('course', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='enrollments', to='courses.course', verbose_name='course')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('returned_to', models.ForeignKey(blank=True, db_constraint=False, db_index=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='enrollments.enrollment')),
                ('student', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='enrollments', to=settings.AUTH_USER_MODEL, verbose_name='student')),
                ('transferred_to', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='transferred_from', to='enrollments.enrollment')),
                ('organisation', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='enrollments', to='enrollments.organisation', verbose_name='organization')),
            ],
            options={
                'ordering': ['-created_at', 'id'],
                'constraints': [models.UniqueConstraint(fields=('institution', 'id'), name='enrollment_of_institution'), muster.core.constraints.SameOwner(field='student', name='enrollment_student_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')), muster.core.constraints.SameOwner(field='course', name='enrollment_course_of_same_institution', owner='institution', to='courses.Course', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='batch', name='enrollment_batch_of_same_institution', owner='institution', to='batches.Batch', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='transferred_to', name='enrollment_transferred_to_of_same_institution', owner='institution', to='enrollments.Enrollment', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='returned_to', name='enrollment_returned_to_of_same_institution', owner='institution', to='enrollments.Enrollment', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='organisation', name='enrollment_organisation_of_same_institution', owner='institution', to='enrollments.Organisation', to_columns=('institution_id', 'id')), models.UniqueConstraint(condition=models.Q(('course__isnull', False), ('frozen', False), ('status__in', ['active', 'on_hold'])), fields=('student', 'course'), name='one_current_enrollment_in_a_course'), models.UniqueConstraint(condition=models.Q(('batch__isnull', False), ('frozen', False), ('status__in', ['active', 'on_hold'])), fields=('student', 'batch'), name='one_current_enrollment_in_a_batch'), models.UniqueConstraint(condition=models.Q(('course__isnull', False), ('trial_began_on__isnull', False)), fields=('student', 'course'), name='one_trial_of_a_course'), models.CheckConstraint(condition=models.Q(models.Q(('enrollment_type', 'trial'), _negated=True), ('access_expiry_date__isnull', False), _connector='OR'), name='a_trial_ends'), models.CheckConstraint(condition=models.Q(('course__isnull', False), ('batch__isnull', False), _connector='OR'), name='enrollment_is_in_a_course_or_batch'), models.CheckConstraint(condition=models.Q(('status__in', ['active', 'completed', 'cancelled', 'on_hold', 'expired'])), name='enrollment_status_is_known'), models.CheckConstraint(condition=models.Q(('status_before_end', ''), models.Q(('status__in', ['completed', 'cancelled']), ('status_before_end__in', ['active', 'on_hold'])), _connector='OR'), name='only_ended_enrollments_were_something_before')],
                'triggers': [pgtrigger.compiler.Trigger(name='archived_enrollment_is_frozen', sql=muster.core.triggers.TriggerSql(func="\n            IF NOT (TG_OP = 'UPDATE' AND to_jsonb(NEW) - '{frozen,access_expiry_date,welcome_due,updated_at}'::text[] = to_jsonb(OLD) - '{frozen,access_expiry_date,welcome_due,updated_at}'::text[]) THEN\n                PERFORM muster_must_be_open_batches(ARRAY[OLD.batch_id, NEW.batch_id], TRUE);\n            END IF;\n            RETURN coalesce(NEW, OLD);\n        ", hash='9ecf5a9e77fcd0a43a7384e5345dd03ec8e5d1e3', operation='UPDATE OR DELETE', pgid='pgtrigger_archived_enrollment_is_frozen_905f0', table='enrollments_enrollment', when='BEFORE')), pgtrigger.compiler.Trigger(name='enrollment_keeps_its_place', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF (OLD.batch_id, OLD.course_id, OLD.student_id, OLD.institution_id)\n        IS DISTINCT FROM (NEW.batch_id, NEW.course_id, NEW.student_id, NEW.institution_id) THEN\n                RAISE EXCEPTION 'An enrollment stays with its student, course and batch' USING ERRCODE = 'check_violation', CONSTRAINT = 'enrollment_keeps_its_place';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='460fed41602dbc6d140f3ed8020e1283ac324c79', operation='UPDATE OF "batch_id", "course_id", "student_id", "institution_id"', pgid='pgtrigger_enrollment_keeps_its_place_afb0e', table='enrollments_enrollment', when='BEFORE')), pgtrigger.compiler.Trigger(name='seat_is_in_an_open_batch', sql=muster.core.triggers.TriggerSql(func=muster.core.sql.Body('enrollments', 'seat_is_in_an_open_batch'), hash='d73773891945e59310dc60d7aa0d856221a0a3da', operation='INSERT OR UPDATE OF "status"', pgid='pgtrigger_seat_is_in_an_open_batch_8988b', table='enrollments_enrollment', when='BEFORE')), pgtrigger.compiler.Trigger(name='frozen_follows_the_batch', sql=muster.core.triggers.GuardSql(condition='WHEN (ROW(NEW.frozen) IS DISTINCT FROM ROW(OLD.frozen))', func="\n            IF (NOT pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE')\n    OR pg_trigger_depth() = 1 AND coalesce(current_setting('muster.derives', TRUE), '') <> 'yes') THEN\n                RAISE EXCEPTION 'An enrollment is frozen with its batch' USING ERRCODE = 'check_violation', CONSTRAINT = 'archived_batch_does_not_change';\n            END IF;\n            RETURN NEW;\n        ", hash='bc85fd82bfb86b8f44611b74062b325aed30bdb1', operation='UPDATE OF "frozen"', pgid='pgtrigger_frozen_follows_the_batch_3d919', table='enrollments_enrollment', when='BEFORE')), pgtrigger.compiler.Trigger(name='seats_are_counted', sql=muster.core.triggers.TriggerSql(func=muster.core.sql.Body('enrollments', 'seats_are_counted'), hash='d3ada3b81602e3c51a2643ded956db11d377e35c', operation='INSERT OR UPDATE OF "status" OR DELETE', pgid='pgtrigger_seats_are_counted_ff864', table='enrollments_enrollment', when='AFTER')), pgtrigger.compiler.Trigger(name='seat_periods_follow', sql=muster.core.triggers.TriggerSql(func=muster.core.sql.Body('enrollments', 'seat_periods_follow'), hash='a1273f4ed363e07c30070f93a51d7ca00b018a79', operation='INSERT OR UPDATE OF "status"', pgid='pgtrigger_seat_periods_follow_be196', table='enrollments_enrollment', when='AFTER')), pgtrigger.compiler.Trigger(name='end_of_the_batch_is_forgotten', sql=muster.core.triggers.TriggerSql(condition="WHEN (OLD.status_before_end <> '' AND NEW.status_before_end = OLD.status_before_end AND NEW.status <> OLD.status)", func="NEW.status_before_end := ''; RETURN NEW;", hash='41c5ce141856a9aa4970123832583ec2c761dcd1', operation='UPDATE OF "status"', pgid='pgtrigger_end_of_the_batch_is_forgotten_a6d00', table='enrollments_enrollment', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version,frozen,status_before_end,access_end_announced,welcome_due}', 'institution_id', 'batch_id')", hash='3116afa7479f4002bcbcc8a5bf641f29d422f347', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_40d3f', table='enrollments_enrollment', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."student_id", OLD."course_id", OLD."batch_id", OLD."enrollment_type", OLD."status", OLD."source", OLD."enrollment_date", OLD."access_expiry_date", OLD."trial_began_on", OLD."completed_at", OLD."cancelled_at", OLD."cancel_reason", OLD."transferred_to_id", OLD."returned_to_id", OLD."organisation_id", OLD."created_by_id") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."student_id", NEW."course_id", NEW."batch_id", NEW."enrollment_type", NEW."status", NEW."source", NEW."enrollment_date", NEW."access_expiry_date", NEW."trial_began_on", NEW."completed_at", NEW."cancelled_at", NEW."cancel_reason", NEW."transferred_to_id", NEW."returned_to_id", NEW."organisation_id", NEW."created_by_id"))', execute="muster_audit('{id,updated_at,version,frozen,status_before_end,access_end_announced,welcome_due}', 'institution_id', 'batch_id')", hash='7f68ae1090f030d0a8f09e63235fa79c16d2a48e', operation='UPDATE', pgid='pgtrigger_audit_changes_7c1f4', table='enrollments_enrollment', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='Payment',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('amount', models.DecimalField(decimal_places=2, max_digits=12, validators=[django.core.validators.MinValueValidator(0)], verbose_name='amount')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('method', models.CharField(blank=True, max_length=40, verbose_name='method')),
                ('status', models.CharField(choices=[('pending', 'Pending'), ('completed', 'Completed'), ('failed', 'Failed'), ('refunded', 'Refunded')], default='pending', max_length=10, verbose_name='status')),
                ('transaction_id', models.CharField(blank=True, max_length=100, verbose_name='transaction')),
                ('payer', models.CharField(blank=True, max_length=150, verbose_name='paid by')),
                ('receipt_number', models.PositiveIntegerField(blank=True, editable=False, null=True)),
                ('completed_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('refunded_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('enrollment', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='payments', to='enrollments.enrollment')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('organisation', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='enrollments.organisation', verbose_name='organization')),
            ],
            options={
                'ordering': ['created_at'],
                'constraints': [muster.core.constraints.SameOwner(field='enrollment', name='payment_enrollment_of_same_institution', owner='institution', to='enrollments.Enrollment', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='organisation', name='payment_organisation_of_same_institution', owner='institution', to='enrollments.Organisation', to_columns=('institution_id', 'id')), models.CheckConstraint(condition=models.Q(('payer', ''), ('organisation__isnull', True), _connector='OR'), name='payment_has_one_payer'), models.UniqueConstraint(condition=models.Q(('transaction_id', ''), _negated=True), fields=('institution', 'transaction_id'), name='one_payment_for_each_transaction'), models.UniqueConstraint(condition=models.Q(('receipt_number__isnull', False)), fields=('institution', 'receipt_number'), name='one_payment_for_each_receipt'), models.CheckConstraint(condition=models.Q(models.Q(('receipt_number__isnull', True), ('status__in', ['pending', 'failed'])), models.Q(('receipt_number__isnull', False), ('status__in', ['completed', 'refunded'])), _connector='OR'), name='completed_payment_has_a_receipt'), models.CheckConstraint(condition=models.Q(('amount__gte', 0)), name='payment_is_not_negative'), models.CheckConstraint(condition=models.Q(('status__in', ['pending', 'completed', 'failed', 'refunded'])), name='payment_status_is_known')],
                'triggers': [pgtrigger.compiler.Trigger(name='archived_payment_is_frozen', sql=muster.core.triggers.TriggerSql(func='\n            IF NOT (FALSE) THEN\n                PERFORM muster_must_be_open_batches(ARRAY[(SELECT batch_id FROM enrollments_enrollment WHERE id = OLD.enrollment_id), (SELECT batch_id FROM enrollments_enrollment WHERE id = NEW.enrollment_id)]);\n            END IF;\n            RETURN coalesce(NEW, OLD);\n        ', hash='52a17e870cedd88eb725c2f2bfc914495d491bc1', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_archived_payment_is_frozen_d680d', table='enrollments_payment', when='BEFORE')), pgtrigger.compiler.Trigger(name='payment_moves_step_by_step', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF (OLD.institution_id, OLD.amount, OLD.currency)\n        IS DISTINCT FROM (NEW.institution_id, NEW.amount, NEW.currency)\n        OR OLD.enrollment_id <> NEW.enrollment_id AND NOT EXISTS (\n            SELECT FROM enrollments_enrollment WHERE (id, transferred_to_id)\n            IN ((OLD.enrollment_id, NEW.enrollment_id), (NEW.enrollment_id, OLD.enrollment_id))\n        )\n        OR NEW.status <> OLD.status AND (OLD.status, NEW.status)\n        NOT IN (('pending', 'completed'), ('pending', 'failed'), ('completed', 'refunded')) THEN\n                RAISE EXCEPTION 'A payment keeps its sum, moves only with its seat, and is confirmed, fails or is refunded once' USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_moves_step_by_step';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='e37624c043064ba2a2feff6d953bb61144f9c98b', operation='UPDATE', pgid='pgtrigger_payment_moves_step_by_step_3b25d', table='enrollments_payment', when='BEFORE')), pgtrigger.compiler.Trigger(name='receipts_are_numbered', sql=muster.core.triggers.TriggerSql(func=muster.core.sql.Body('enrollments', 'receipts_are_numbered'), hash='005478ecb68ebffa79230cb0a17f6faf662d7bb6', operation='INSERT OR UPDATE OF "status", "receipt_number", "completed_at", "refunded_at"', pgid='pgtrigger_receipts_are_numbered_a7132', table='enrollments_payment', when='BEFORE')), pgtrigger.compiler.Trigger(name='payment_is_for_the_seat_now', sql=muster.core.triggers.TriggerSql(func="\n            PERFORM FROM batches_batch WHERE id = (\n                SELECT batch_id FROM enrollments_enrollment WHERE id = NEW.enrollment_id\n            ) FOR SHARE;\n            IF EXISTS (\n        SELECT FROM enrollments_enrollment\n        WHERE id = NEW.enrollment_id AND coalesce(transferred_to_id, returned_to_id) IS NOT NULL\n    ) THEN\n                RAISE EXCEPTION 'A payment is recorded for the seat that the student has now' USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_is_for_the_seat_now';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='4e401b5271b3d52b6e5fc623986b793638254860', operation='INSERT', pgid='pgtrigger_payment_is_for_the_seat_now_035b3', table='enrollments_payment', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id', 'enrollment_id')", hash='abc2c49189e1388aac1dcae6d3be705848401367', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_0eb04', table='enrollments_payment', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."enrollment_id", OLD."amount", OLD."currency", OLD."method", OLD."status", OLD."transaction_id", OLD."payer", OLD."organisation_id", OLD."receipt_number", OLD."completed_at", OLD."refunded_at") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."enrollment_id", NEW."amount", NEW."currency", NEW."method", NEW."status", NEW."transaction_id", NEW."payer", NEW."organisation_id", NEW."receipt_number", NEW."completed_at", NEW."refunded_at"))', execute="muster_audit('{id,updated_at,version}', 'institution_id', 'enrollment_id')", hash='7d20cb7105d53dce9a0280827a3a66c3bd8de898', operation='UPDATE', pgid='pgtrigger_audit_changes_3db50', table='enrollments_payment', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='SeatPeriod',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('from_date', models.DateField()),
                ('until_date', models.DateField(blank=True, null=True)),
                ('batch', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='seat_periods', to='batches.batch')),
                ('enrollment', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='seat_periods', to='enrollments.enrollment')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'ordering': ['from_date', 'id'],
                'constraints': [muster.core.constraints.SameOwner(field='enrollment', name='seat_period_enrollment_of_same_institution', owner='institution', to='enrollments.Enrollment', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='batch', name='seat_period_batch_of_same_institution', owner='institution', to='batches.Batch', to_columns=('institution_id', 'id')), models.CheckConstraint(condition=models.Q(('until_date__isnull', True), ('until_date__gte', django.db.models.expressions.CombinedExpression(models.F('from_date'), '-', models.Value(1))), _connector='OR'), name='seat_period_ends_after_it_starts'), models.UniqueConstraint(condition=models.Q(('until_date__isnull', True)), fields=('enrollment',), name='one_open_seat_period')],
                'triggers': [pgtrigger.compiler.Trigger(name='archived_seat_period_is_frozen', sql=muster.core.triggers.TriggerSql(func='\n            IF NOT (FALSE) THEN\n                PERFORM muster_must_be_open_batches(ARRAY[OLD.batch_id, NEW.batch_id]);\n            END IF;\n            RETURN coalesce(NEW, OLD);\n        ', hash='1b542e54139934843f42b20d3f089d1060be9b8a', operation='UPDATE OR DELETE', pgid='pgtrigger_archived_seat_period_is_frozen_3c46f', table='enrollments_seatperiod', when='BEFORE'))],
            },
        ),
        migrations.CreateModel(
            name='TransferRequest',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('reason', models.CharField(max_length=300, verbose_name='reason')),
                ('status', models.CharField(choices=[('pending', 'Waiting'), ('approved', 'Approved'), ('rejected', 'Rejected'), ('withdrawn', 'Withdrawn')], default='pending', max_length=10, verbose_name='status')),
                ('decided_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('decision_note', models.CharField(blank=True, max_length=300, verbose_name='note to the student')),
                ('batch', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='transfer_requests', to='batches.batch', verbose_name='batch')),
                ('decided_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('enrollment', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='transfer_requests', to='enrollments.enrollment')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('wanted', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='wanted_in_transfers', to='batches.batch', verbose_name='new batch')),
            ],
            options={
                'verbose_name': 'transfer request',
                'verbose_name_plural': 'transfer requests',
                'ordering': ['created_at', 'id'],
                'constraints': [muster.core.constraints.SameOwner(field='enrollment', name='transfer_request_enrollment_of_same_institution', owner='institution', to='enrollments.Enrollment', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='batch', name='transfer_request_batch_of_same_institution', owner='institution', to='batches.Batch', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='wanted', name='transfer_request_wanted_of_same_institution', owner='institution', to='batches.Batch', to_columns=('institution_id', 'id')), models.UniqueConstraint(condition=models.Q(('status', 'pending')), fields=('enrollment',), name='one_waiting_transfer_request'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='transfer_request_says_why'), models.CheckConstraint(condition=models.Q(('wanted', models.F('batch')), _negated=True), name='transfer_request_is_for_another_batch'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('status', 'pending')), models.Q(('decided_at__isnull', False), ('status__in', ['approved', 'withdrawn'])), models.Q(('decided_at__isnull', False), ('status', 'rejected'), models.Q(('decision_note', ''), _negated=True)), _connector='OR'), name='transfer_request_is_decided_whole')],
                'triggers': [pgtrigger.compiler.Trigger(name='archived_transfer_request_is_frozen', sql=muster.core.triggers.TriggerSql(func='\n            IF NOT (FALSE) THEN\n                PERFORM muster_must_be_open_batches(ARRAY[OLD.batch_id, NEW.batch_id]);\n            END IF;\n            RETURN coalesce(NEW, OLD);\n        ', hash='e69c39e96945d3b2c944f3423cfb0d3c15f01393', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_archived_transfer_request_is_frozen_9b4f8', table='enrollments_transferrequest', when='BEFORE')), pgtrigger.compiler.Trigger(name='transfer_request_is_decided_once', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF OLD.status <> 'pending'\n        OR (OLD.institution_id, OLD.enrollment_id, OLD.batch_id, OLD.wanted_id, OLD.reason)\n        IS DISTINCT FROM (NEW.institution_id, NEW.enrollment_id, NEW.batch_id, NEW.wanted_id, NEW.reason) THEN\n                RAISE EXCEPTION 'A request for a transfer stays as it was asked, and is decided once' USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_request_is_decided_once';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='dde5971c3245696b0ce4106a84400c905ba2022d', operation='UPDATE', pgid='pgtrigger_transfer_request_is_decided_once_81776', table='enrollments_transferrequest', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id', 'batch_id')", hash='5c8c3e426041e9832aa21737db3e718e9c841953', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_e4f84', table='enrollments_transferrequest', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."enrollment_id", OLD."batch_id", OLD."wanted_id", OLD."reason", OLD."status", OLD."decided_by_id", OLD."decided_at", OLD."decision_note") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."enrollment_id", NEW."batch_id", NEW."wanted_id", NEW."reason", NEW."status", NEW."decided_by_id", NEW."decided_at", NEW."decision_note"))', execute="muster_audit('{id,updated_at,version}', 'institution_id', 'batch_id')", hash='259dcd883149e54486e2e0e01b9bfaca7f93a3f4', operation='UPDATE', pgid='pgtrigger_audit_changes_9ca16', table='enrollments_transferrequest', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='WaitlistEntry',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('joined_at', models.DateTimeField(editable=False, verbose_name='joined')),
                ('priority', models.PositiveSmallIntegerField(default=0, help_text='From 0 to 9, 9 first.', validators=[django.core.validators.MaxValueValidator(9)], verbose_name='priority')),
                ('status', models.CharField(choices=[('waiting', 'Waiting'), ('offered', 'Offered'), ('accepted', 'Accepted'), ('declined', 'Declined'), ('expired', 'Lapsed'), ('cancelled', 'Left')], default='waiting', max_length=10, verbose_name='status')),
                ('offered_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('offer_expires_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('answered_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('batch', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='waitlist', to='batches.batch', verbose_name='batch')),
                ('enrollment', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='waited_for_in', to='enrollments.enrollment')),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('student', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='waitlist_entries', to=settings.AUTH_USER_MODEL, verbose_name='student')),
            ],
            options={
                'verbose_name': 'waitlist entry',
                'verbose_name_plural': 'waitlist entries',
                'ordering': ['-joined_at', 'id'],
                'constraints': [muster.core.constraints.SameOwner(field='student', name='waitlist_entry_student_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')), muster.core.constraints.SameOwner(field='batch', name='waitlist_entry_batch_of_same_institution', owner='institution', to='batches.Batch', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='enrollment', name='waitlist_entry_enrollment_of_same_institution', owner='institution', to='enrollments.Enrollment', to_columns=('institution_id', 'id')), models.UniqueConstraint(condition=models.Q(('status__in', ['waiting', 'offered'])), fields=('student', 'batch'), name='one_current_waitlist_entry'), models.CheckConstraint(condition=models.Q(('status__in', ['waiting', 'offered', 'accepted', 'declined', 'expired', 'cancelled'])), name='waitlist_status_is_known'), models.CheckConstraint(condition=models.Q(('priority__lte', 9)), name='waitlist_priority_is_0_to_9'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'offered'), _negated=True), models.Q(('offer_expires_at__isnull', False), ('offered_at__isnull', False)), _connector='OR'), name='an_offer_ends_at_some_time'), models.CheckConstraint(condition=models.Q(('offer_expires_at__isnull', True), ('offer_expires_at__gt', models.F('offered_at')), _connector='OR'), name='offer_ends_after_it_was_made')],
                'triggers': [pgtrigger.compiler.Trigger(name='archived_waitlist_is_frozen', sql=muster.core.triggers.TriggerSql(func='\n            IF NOT (FALSE) THEN\n                PERFORM muster_must_be_open_batches(ARRAY[OLD.batch_id, NEW.batch_id], TRUE);\n            END IF;\n            RETURN coalesce(NEW, OLD);\n        ', hash='ba266956a9af83a9e5f6627331c8ddc1f9a27e4a', operation='UPDATE OR DELETE', pgid='pgtrigger_archived_waitlist_is_frozen_69477', table='enrollments_waitlistentry', when='BEFORE')), pgtrigger.compiler.Trigger(name='waiting_keeps_its_place', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF (OLD.joined_at, OLD.batch_id, OLD.student_id, OLD.institution_id)\n        IS DISTINCT FROM (NEW.joined_at, NEW.batch_id, NEW.student_id, NEW.institution_id) THEN\n                RAISE EXCEPTION 'Whoever waits keeps their place in line' USING ERRCODE = 'check_violation', CONSTRAINT = 'waiting_keeps_its_place';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='ecfa48a33f4bfc98cca5e469540a884513417591', operation='UPDATE OF "joined_at", "batch_id", "student_id", "institution_id"', pgid='pgtrigger_waiting_keeps_its_place_84493', table='enrollments_waitlistentry', when='BEFORE')), pgtrigger.compiler.Trigger(name='waiting_is_for_an_open_batch', sql=muster.core.triggers.TriggerSql(func=muster.core.sql.Body('enrollments', 'waiting_is_for_an_open_batch'), hash='22bedf31b031f5de83a0e099fd180018229ede12', operation='INSERT OR UPDATE OF "status"', pgid='pgtrigger_waiting_is_for_an_open_batch_6f2b1', table='enrollments_waitlistentry', when='BEFORE')), pgtrigger.compiler.Trigger(name='offers_are_counted', sql=muster.core.triggers.TriggerSql(func=muster.core.sql.Body('enrollments', 'offers_are_counted'), hash='6f8016a283b9aa94f977d2b39c79a9eff26150d8', operation='INSERT OR UPDATE OF "status" OR DELETE', pgid='pgtrigger_offers_are_counted_50d28', table='enrollments_waitlistentry', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id', 'batch_id')", hash='7c0cb61642a65b90cacf43d760214825ce348e2a', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_2c398', table='enrollments_waitlistentry', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."student_id", OLD."batch_id", OLD."joined_at", OLD."priority", OLD."status", OLD."offered_at", OLD."offer_expires_at", OLD."answered_at", OLD."reason", OLD."enrollment_id") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."student_id", NEW."batch_id", NEW."joined_at", NEW."priority", NEW."status", NEW."offered_at", NEW."offer_expires_at", NEW."answered_at", NEW."reason", NEW."enrollment_id"))', execute="muster_audit('{id,updated_at,version}', 'institution_id', 'batch_id')", hash='a3fe464414013ee0439e9777ad39b1249bcc35e1', operation='UPDATE', pgid='pgtrigger_audit_changes_e7f1b', table='enrollments_waitlistentry', when='AFTER'))],
            },
        ),
        migrations.CreateModel(
            name='Application',
            fields=[
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('full_name', models.CharField(max_length=150, verbose_name='name')),
                ('email', models.EmailField(max_length=254, verbose_name='email')),
                ('phone', models.CharField(blank=True, max_length=40, verbose_name='phone')),
                ('note', models.CharField(blank=True, max_length=1000, verbose_name='note')),
                ('status', models.CharField(choices=[('pending', 'Waiting'), ('accepted', 'Accepted'), ('rejected', 'Rejected')], default='pending', max_length=10, verbose_name='status')),
                ('decided_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('decision_note', models.CharField(blank=True, max_length=500, verbose_name='note to the applicant')),
                ('batch', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='applications', to='batches.batch')),
                ('decided_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('institution', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('enrollment', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='enrollments.enrollment')),
            ],
            options={
                'verbose_name': 'application',
                'verbose_name_plural': 'applications',
                'ordering': ['created_at', 'id'],
                'indexes': [models.Index(fields=['batch', 'created_at'], name='application_by_batch'), models.Index(condition=models.Q(('status', 'pending')), fields=['institution'], name='application_waiting')],
                'constraints': [muster.core.constraints.SameOwner(field='batch', name='application_batch_of_same_institution', owner='institution', to='batches.Batch', to_columns=('institution_id', 'id')), muster.core.constraints.SameOwner(field='enrollment', name='application_enrollment_of_same_institution', owner='institution', to='enrollments.Enrollment', to_columns=('institution_id', 'id')), models.UniqueConstraint(condition=models.Q(('status', 'pending')), fields=('batch', 'email'), name='one_waiting_application_for_each_email'), models.CheckConstraint(condition=models.Q(models.Q(('full_name', ''), _negated=True), models.Q(('email', ''), _negated=True)), name='applicant_is_named'), models.CheckConstraint(condition=models.Q(models.Q(('decided_at__isnull', True), ('enrollment__isnull', True), ('status', 'pending')), models.Q(('decided_at__isnull', False), ('enrollment__isnull', False), ('status', 'accepted')), models.Q(('decided_at__isnull', False), ('enrollment__isnull', True), ('status', 'rejected'), models.Q(('decision_note', ''), _negated=True)), _connector='OR'), name='application_is_decided_whole')],
                'triggers': [pgtrigger.compiler.Trigger(name='archived_application_is_frozen', sql=muster.core.triggers.TriggerSql(func='\n            IF NOT (FALSE) THEN\n                PERFORM muster_must_be_open_batches(ARRAY[OLD.batch_id, NEW.batch_id]);\n            END IF;\n            RETURN coalesce(NEW, OLD);\n        ', hash='d7f9399a5bb138abaffd0462db963dd742df02dd', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_archived_application_is_frozen_3f644', table='enrollments_application', when='BEFORE')), pgtrigger.compiler.Trigger(name='application_is_decided_once', sql=muster.core.triggers.TriggerSql(func="\n            \n            IF OLD.status <> 'pending'\n        OR (OLD.institution_id, OLD.batch_id, OLD.full_name, OLD.email, OLD.phone, OLD.note)\n        IS DISTINCT FROM (NEW.institution_id, NEW.batch_id, NEW.full_name, NEW.email, NEW.phone, NEW.note) THEN\n                RAISE EXCEPTION 'An application stays as it was sent, and is decided once' USING ERRCODE = 'check_violation', CONSTRAINT = 'application_is_decided_once';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='df3f884b31872f857ec941087f6f71ed6a3096eb', operation='UPDATE', pgid='pgtrigger_application_is_decided_once_49822', table='enrollments_application', when='BEFORE')), pgtrigger.compiler.Trigger(name='audit_rows', sql=muster.core.triggers.CallSql(execute="muster_audit('{id,updated_at,version}', 'institution_id', 'batch_id')", hash='8c6783076887b0ef6108cd132e6d797e15c78153', operation='INSERT OR DELETE', pgid='pgtrigger_audit_rows_a5d3d', table='enrollments_application', when='AFTER')), pgtrigger.compiler.Trigger(name='audit_changes', sql=muster.core.triggers.CallSql(condition='WHEN ((OLD."created_at", OLD."institution_id", OLD."batch_id", OLD."full_name", OLD."email", OLD."phone", OLD."note", OLD."status", OLD."decided_by_id", OLD."decided_at", OLD."decision_note", OLD."enrollment_id") IS DISTINCT FROM (NEW."created_at", NEW."institution_id", NEW."batch_id", NEW."full_name", NEW."email", NEW."phone", NEW."note", NEW."status", NEW."decided_by_id", NEW."decided_at", NEW."decision_note", NEW."enrollment_id"))', execute="muster_audit('{id,updated_at,version}', 'institution_id', 'batch_id')", hash='6ee0ad3d85a19f8d6beeb8e187d32c51cbf6b3b3', operation='UPDATE', pgid='pgtrigger_audit_changes_36417', table='enrollments_application', when='AFTER'))],
            },
        ),
        migrations.AddIndex(
            model_name='enrollment',
            index=models.Index(fields=['batch', 'status'], name='enrollment_by_batch'),
        ),
        migrations.AddIndex(
            model_name='enrollment',
            index=models.Index(fields=['institution', 'created_at'], name='enrollment_by_time'),
        ),
        migrations.AddIndex(
            model_name='enrollment',
            index=models.Index(models.F('created_at'), condition=models.Q(('welcome_due', True)), name='enrollment_to_welcome'),
        ),
        migrations.AddIndex(
            model_name='enrollment',
            index=models.Index(models.F('returned_to'), condition=models.Q(('returned_to__isnull', False)), name='enrollment_by_return'),
        ),
        migrations.AddIndex(
            model_name='transferrequest',
            index=models.Index(fields=['batch', 'created_at'], name='transfer_request_by_batch'),
        ),
        migrations.AddIndex(
            model_name='transferrequest',
            index=models.Index(condition=models.Q(('status', 'pending')), fields=['institution'], name='transfer_request_waiting'),
        ),
        migrations.AddIndex(
            model_name='waitlistentry',
            index=models.Index(models.F('batch'), models.OrderBy(models.F('priority'), descending=True), models.F('joined_at'), models.F('id'), condition=models.Q(('status', 'waiting')), name='waiting_in_order'),
        ),
        migrations.AddIndex(
            model_name='waitlistentry',
            index=models.Index(models.F('offer_expires_at'), condition=models.Q(('status', 'offered')), name='offers_by_their_end'),
        ),
        migrations.AddIndex(
            model_name='waitlistentry',
            index=models.Index(models.F('batch'), models.F('offered_at'), name='waitlist_entry_by_batch'),
        ),
        muster.core.sql.InstallFunctions(
            app='enrollments',
        ),
    ]
