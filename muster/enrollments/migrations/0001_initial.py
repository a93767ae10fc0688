import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
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
        ('courses', '0001_initial'),
        ('institutions', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
                ('progress', models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='progress (percent)')),
                ('completed_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('cancelled_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('cancel_reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('frozen', models.BooleanField(default=False, editable=False)),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('batch', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='enrollments', to='batches.batch', verbose_name='batch')),
                ('course', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='enrollments', to='courses.course', verbose_name='course')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
                ('student', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='enrollments', to=settings.AUTH_USER_MODEL, verbose_name='student')),
                ('transferred_to', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='transferred_from', to='enrollments.enrollment')),
            ],
            options={
                'ordering': ['-created_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='EnrollmentEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('enrollment_type', models.CharField(choices=[('individual', 'Individual'), ('batch', 'Batch'), ('corporate', 'Corporate'), ('group', 'Group'), ('scholarship', 'Scholarship'), ('trial', 'Trial')], default='batch', max_length=12, verbose_name='type')),
                ('status', models.CharField(choices=[('active', 'Active'), ('completed', 'Completed'), ('cancelled', 'Cancelled'), ('on_hold', 'On hold'), ('expired', 'Expired')], default='active', max_length=10, verbose_name='status')),
                ('source', models.CharField(blank=True, max_length=60, verbose_name='source')),
                ('enrollment_date', models.DateField(verbose_name='enrolled on')),
                ('access_expiry_date', models.DateField(blank=True, null=True, verbose_name='access until')),
                ('progress', models.PositiveSmallIntegerField(default=0, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='progress (percent)')),
                ('completed_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('cancelled_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('cancel_reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('version', models.PositiveIntegerField(default=1, editable=False)),
                ('batch', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='batches.batch', verbose_name='batch')),
                ('course', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='courses.course', verbose_name='course')),
                ('created_by', models.ForeignKey(db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL)),
                ('institution', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.institution')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='enrollments.enrollment')),
                ('student', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to=settings.AUTH_USER_MODEL, verbose_name='student')),
                ('transferred_to', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='enrollments.enrollment')),
            ],
            options={
                'abstract': False,
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
                ('enrollment', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='payments', to='enrollments.enrollment')),
                ('institution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'ordering': ['created_at'],
            },
        ),
        migrations.CreateModel(
            name='PaymentEvent',
            fields=[
                ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                ('pgh_label', models.TextField(help_text='The event label.')),
                ('pgh_context', pghistory.utils.JSONField(null=True)),
                ('pgh_context_id', models.UUIDField(null=True)),
                ('id', models.UUIDField(default=muster.core.ids.new_id, editable=False, serialize=False)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('amount', models.DecimalField(decimal_places=2, max_digits=12, validators=[django.core.validators.MinValueValidator(0)], verbose_name='amount')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('method', models.CharField(blank=True, max_length=40, verbose_name='method')),
                ('status', models.CharField(choices=[('pending', 'Pending'), ('completed', 'Completed'), ('failed', 'Failed'), ('refunded', 'Refunded')], default='pending', max_length=10, verbose_name='status')),
                ('transaction_id', models.CharField(blank=True, max_length=100, verbose_name='transaction')),
                ('enrollment', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='enrollments.enrollment')),
                ('institution', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='institutions.institution')),
                ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='enrollments.payment')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SeatPeriod',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('from_date', models.DateField()),
                ('until_date', models.DateField(blank=True, null=True)),
                ('batch', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='seat_periods', to='batches.batch')),
                ('enrollment', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='seat_periods', to='enrollments.enrollment')),
                ('institution', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='institutions.institution')),
            ],
            options={
                'ordering': ['from_date', 'id'],
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
        migrations.AddConstraint(
            model_name='enrollment',
            constraint=models.UniqueConstraint(fields=('institution', 'id'), name='enrollment_of_institution'),
        ),
        migrations.AddConstraint(
            model_name='enrollment',
            constraint=muster.core.constraints.SameOwner(field='student', name='enrollment_student_belongs_here', owner='institution', to='institutions.Affiliation', to_columns=('institution_id', 'user_id')),
        ),
        migrations.AddConstraint(
            model_name='enrollment',
            constraint=muster.core.constraints.SameOwner(field='course', name='enrollment_course_of_same_institution', owner='institution', to='courses.Course', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='enrollment',
            constraint=muster.core.constraints.SameOwner(field='batch', name='enrollment_batch_of_same_institution', owner='institution', to='batches.Batch', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='enrollment',
            constraint=muster.core.constraints.SameOwner(field='transferred_to', name='enrollment_transferred_to_of_same_institution', owner='institution', to='enrollments.Enrollment', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='enrollment',
            constraint=models.UniqueConstraint(condition=models.Q(('course__isnull', False), ('frozen', False), ('status__in', ['active', 'on_hold'])), fields=('student', 'course'), name='one_current_enrollment_in_a_course'),
        ),
        migrations.AddConstraint(
            model_name='enrollment',
            constraint=models.UniqueConstraint(condition=models.Q(('batch__isnull', False), ('frozen', False), ('status__in', ['active', 'on_hold'])), fields=('student', 'batch'), name='one_current_enrollment_in_a_batch'),
        ),
        migrations.AddConstraint(
            model_name='enrollment',
            constraint=models.CheckConstraint(condition=models.Q(('course__isnull', False), ('batch__isnull', False), _connector='OR'), name='enrollment_is_in_a_course_or_batch'),
        ),
        migrations.AddConstraint(
            model_name='enrollment',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['active', 'completed', 'cancelled', 'on_hold', 'expired'])), name='enrollment_status_is_known'),
        ),
        migrations.AddConstraint(
            model_name='enrollment',
            constraint=models.CheckConstraint(condition=models.Q(('progress__lte', 100)), name='progress_is_a_percentage'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='enrollment',
            trigger=pgtrigger.compiler.Trigger(name='archived_enrollment_is_frozen', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE frozen_batch uuid;', func="\n            IF NOT (TG_OP = 'UPDATE' AND to_jsonb(NEW) - '{frozen,access_expiry_date,updated_at}'::text[] IS NOT DISTINCT FROM to_jsonb(OLD) - '{frozen,access_expiry_date,updated_at}'::text[]) THEN\n                SELECT id INTO frozen_batch FROM (\n                    SELECT id, archived_at FROM batches_batch\n                    WHERE id IN (\n                        CASE WHEN TG_OP <> 'DELETE' THEN NEW.batch_id END, CASE WHEN TG_OP <> 'INSERT' THEN OLD.batch_id END\n                    )\n                    ORDER BY id FOR SHARE\n                ) AS held WHERE archived_at IS NOT NULL LIMIT 1;\n                IF frozen_batch IS NOT NULL THEN\n                    RAISE EXCEPTION 'An archived batch does not change' USING ERRCODE = 'check_violation', CONSTRAINT = 'archived_batch_does_not_change';\n                END IF;\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='8518892ea30127e1064499c4fc8fda0732e06aec', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_archived_enrollment_is_frozen_905f0', table='enrollments_enrollment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='enrollment',
            trigger=pgtrigger.compiler.Trigger(name='enrollment_keeps_its_place', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            \n            IF (OLD.batch_id, OLD.course_id, OLD.student_id, OLD.institution_id)\n        IS DISTINCT FROM (NEW.batch_id, NEW.course_id, NEW.student_id, NEW.institution_id) THEN\n                RAISE EXCEPTION 'An enrollment stays with its student, course and batch' USING ERRCODE = 'check_violation', CONSTRAINT = 'enrollment_keeps_its_place';\n            END IF;\n            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;\n            RETURN NEW;\n        ", hash='99e8a6d6f525ede5766211a2ec7eab9df2bc470b', operation='UPDATE OF "batch_id", "course_id", "student_id", "institution_id"', pgid='pgtrigger_enrollment_keeps_its_place_afb0e', table='enrollments_enrollment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='enrollment',
            trigger=pgtrigger.compiler.Trigger(name='seat_is_in_an_open_batch', sql=pgtrigger.compiler.UpsertTriggerSql(func=muster.core.sql.Body('enrollments', 'seat_is_in_an_open_batch'), hash='4a61979a78083c27f3f38ec35e35c5bf2c6371c4', operation='INSERT OR UPDATE OF "status"', pgid='pgtrigger_seat_is_in_an_open_batch_8988b', table='enrollments_enrollment', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='enrollment',
            trigger=pgtrigger.compiler.Trigger(name='seats_are_counted', sql=pgtrigger.compiler.UpsertTriggerSql(func=muster.core.sql.Body('enrollments', 'seats_are_counted'), hash='2bafad579351b6001bcac634d2764294bfe5834a', operation='INSERT OR UPDATE OF "status" OR DELETE', pgid='pgtrigger_seats_are_counted_ff864', table='enrollments_enrollment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='enrollment',
            trigger=pgtrigger.compiler.Trigger(name='seat_periods_follow', sql=pgtrigger.compiler.UpsertTriggerSql(func=muster.core.sql.Body('enrollments', 'seat_periods_follow'), hash='bcf6ccc333c3e939719f8af1d2993237fd79756d', operation='INSERT OR UPDATE OF "status"', pgid='pgtrigger_seat_periods_follow_be196', table='enrollments_enrollment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='enrollment',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "enrollments_enrollmentevent" ("access_expiry_date", "batch_id", "cancel_reason", "cancelled_at", "completed_at", "course_id", "created_at", "created_by_id", "enrollment_date", "enrollment_type", "id", "institution_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "progress", "source", "status", "student_id", "transferred_to_id", "version") SELECT new_values."access_expiry_date", new_values."batch_id", new_values."cancel_reason", new_values."cancelled_at", new_values."completed_at", new_values."course_id", new_values."created_at", new_values."created_by_id", new_values."enrollment_date", new_values."enrollment_type", new_values."id", new_values."institution_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', new_values."id", new_values."progress", new_values."source", new_values."status", new_values."student_id", new_values."transferred_to_id", new_values."version" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='e886ca58ab7ab4389ae4d9c15511d97af962681e', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_5a5dd', referencing='REFERENCING NEW TABLE AS new_values ', table='enrollments_enrollment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='enrollment',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "enrollments_enrollmentevent" ("access_expiry_date", "batch_id", "cancel_reason", "cancelled_at", "completed_at", "course_id", "created_at", "created_by_id", "enrollment_date", "enrollment_type", "id", "institution_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "progress", "source", "status", "student_id", "transferred_to_id", "version") SELECT new_values."access_expiry_date", new_values."batch_id", new_values."cancel_reason", new_values."cancelled_at", new_values."completed_at", new_values."course_id", new_values."created_at", new_values."created_by_id", new_values."enrollment_date", new_values."enrollment_type", new_values."id", new_values."institution_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', new_values."id", new_values."progress", new_values."source", new_values."status", new_values."student_id", new_values."transferred_to_id", new_values."version" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."access_expiry_date" IS DISTINCT FROM (new_values."access_expiry_date") OR old_values."batch_id" IS DISTINCT FROM (new_values."batch_id") OR old_values."cancel_reason" IS DISTINCT FROM (new_values."cancel_reason") OR old_values."cancelled_at" IS DISTINCT FROM (new_values."cancelled_at") OR old_values."completed_at" IS DISTINCT FROM (new_values."completed_at") OR old_values."course_id" IS DISTINCT FROM (new_values."course_id") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."created_by_id" IS DISTINCT FROM (new_values."created_by_id") OR old_values."enrollment_date" IS DISTINCT FROM (new_values."enrollment_date") OR old_values."enrollment_type" IS DISTINCT FROM (new_values."enrollment_type") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."institution_id" IS DISTINCT FROM (new_values."institution_id") OR old_values."progress" IS DISTINCT FROM (new_values."progress") OR old_values."source" IS DISTINCT FROM (new_values."source") OR old_values."status" IS DISTINCT FROM (new_values."status") OR old_values."student_id" IS DISTINCT FROM (new_values."student_id") OR old_values."transferred_to_id" IS DISTINCT FROM (new_values."transferred_to_id") OR old_values."version" IS DISTINCT FROM (new_values."version")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='f3556fd695362ccde7dc88325c98d3a38286cdea', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_f3dd0', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='enrollments_enrollment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='enrollment',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "enrollments_enrollmentevent" ("access_expiry_date", "batch_id", "cancel_reason", "cancelled_at", "completed_at", "course_id", "created_at", "created_by_id", "enrollment_date", "enrollment_type", "id", "institution_id", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "progress", "source", "status", "student_id", "transferred_to_id", "version") SELECT old_values."access_expiry_date", old_values."batch_id", old_values."cancel_reason", old_values."cancelled_at", old_values."completed_at", old_values."course_id", old_values."created_at", old_values."created_by_id", old_values."enrollment_date", old_values."enrollment_type", old_values."id", old_values."institution_id", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', old_values."id", old_values."progress", old_values."source", old_values."status", old_values."student_id", old_values."transferred_to_id", old_values."version" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='cd71b62c77885e66cca1d2ac7d6d23d3bb627bb2', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_598a0', referencing='REFERENCING OLD TABLE AS old_values ', table='enrollments_enrollment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='enrollmentevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='752f726e49eeef63b943a768d3c5d19d9e295eab', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_2fca9', table='enrollments_enrollmentevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=muster.core.constraints.SameOwner(field='enrollment', name='payment_enrollment_of_same_institution', owner='institution', to='enrollments.Enrollment', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.UniqueConstraint(condition=models.Q(('transaction_id', ''), _negated=True), fields=('institution', 'transaction_id'), name='one_payment_for_each_transaction'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gte', 0)), name='payment_is_not_negative'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='payment',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "enrollments_paymentevent" ("amount", "created_at", "currency", "enrollment_id", "id", "institution_id", "method", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "status", "transaction_id") SELECT new_values."amount", new_values."created_at", new_values."currency", new_values."enrollment_id", new_values."id", new_values."institution_id", new_values."method", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'insert\', new_values."id", new_values."status", new_values."transaction_id" FROM ( SELECT new_values.* FROM new_values  ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='d685f7caef35917f6cfeebac3982744d7a636478', level='STATEMENT', operation='INSERT', pgid='pgtrigger_insert_insert_4930f', referencing='REFERENCING NEW TABLE AS new_values ', table='enrollments_payment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='payment',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "enrollments_paymentevent" ("amount", "created_at", "currency", "enrollment_id", "id", "institution_id", "method", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "status", "transaction_id") SELECT new_values."amount", new_values."created_at", new_values."currency", new_values."enrollment_id", new_values."id", new_values."institution_id", new_values."method", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'update\', new_values."id", new_values."status", new_values."transaction_id" FROM ( SELECT new_values.* FROM old_values JOIN new_values ON (old_values."id") = (new_values."id") WHERE (old_values."amount" IS DISTINCT FROM (new_values."amount") OR old_values."created_at" IS DISTINCT FROM (new_values."created_at") OR old_values."currency" IS DISTINCT FROM (new_values."currency") OR old_values."enrollment_id" IS DISTINCT FROM (new_values."enrollment_id") OR old_values."id" IS DISTINCT FROM (new_values."id") OR old_values."institution_id" IS DISTINCT FROM (new_values."institution_id") OR old_values."method" IS DISTINCT FROM (new_values."method") OR old_values."status" IS DISTINCT FROM (new_values."status") OR old_values."transaction_id" IS DISTINCT FROM (new_values."transaction_id")) ) AS new_values, _pgh_attached_context; RETURN NULL;', hash='0b40a0adb1aaf733a24925f3d350679304f4ff98', level='STATEMENT', operation='UPDATE', pgid='pgtrigger_update_update_bb42c', referencing='REFERENCING OLD TABLE AS old_values  NEW TABLE AS new_values ', table='enrollments_payment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='payment',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='WITH _pgh_attached_context AS ( SELECT _pgh_attach_context() AS value ) INSERT INTO "enrollments_paymentevent" ("amount", "created_at", "currency", "enrollment_id", "id", "institution_id", "method", "pgh_context", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "status", "transaction_id") SELECT old_values."amount", old_values."created_at", old_values."currency", old_values."enrollment_id", old_values."id", old_values."institution_id", old_values."method", COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_metadata\', TRUE), \'\'), NULL)::JSONB, COALESCE(NULLIF(CURRENT_SETTING(\'pghistory.context_id\', TRUE), \'\'), NULL)::UUID, CLOCK_TIMESTAMP(), \'delete\', old_values."id", old_values."status", old_values."transaction_id" FROM ( SELECT old_values.* FROM old_values  ) AS old_values, _pgh_attached_context; RETURN NULL;', hash='20b7ba30035f63c34721dd7f82c2f94fe487b3c4', level='STATEMENT', operation='DELETE', pgid='pgtrigger_delete_delete_d0003', referencing='REFERENCING OLD TABLE AS old_values ', table='enrollments_payment', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='paymentevent',
            trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='04cbfd78db0bb2e8c181d645d39a5794676be56d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_39de8', table='enrollments_paymentevent', when='BEFORE')),
        ),
        migrations.AddConstraint(
            model_name='seatperiod',
            constraint=muster.core.constraints.SameOwner(field='enrollment', name='seat_period_enrollment_of_same_institution', owner='institution', to='enrollments.Enrollment', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='seatperiod',
            constraint=muster.core.constraints.SameOwner(field='batch', name='seat_period_batch_of_same_institution', owner='institution', to='batches.Batch', to_columns=('institution_id', 'id')),
        ),
        migrations.AddConstraint(
            model_name='seatperiod',
            constraint=models.CheckConstraint(condition=models.Q(('until_date__isnull', True), ('until_date__gte', django.db.models.expressions.CombinedExpression(models.F('from_date'), '-', models.Value(1))), _connector='OR'), name='seat_period_ends_after_it_starts'),
        ),
        migrations.AddConstraint(
            model_name='seatperiod',
            constraint=models.UniqueConstraint(condition=models.Q(('until_date__isnull', True)), fields=('enrollment',), name='one_open_seat_period'),
        ),
        muster.core.sql.InstallFunctions(
            app='enrollments',
        ),
    ]
